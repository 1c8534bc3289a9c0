# SPDX-License-Identifier: BSD-3-Clause
from functools import reduce

import numpy as np
import pytest
from scipy import sparse

from sksoftmax._engine.lbfgs import Objective
from sksoftmax._engine.parts import PartedObjective, Sums, sums_of
from sksoftmax._engine.result import Settings
from tests.engine.helpers import network, problem, samples

CUTS = [slice(0, 0), slice(0, 25), slice(25, 26), slice(26, 60)]


@pytest.mark.parametrize("convert", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("sizes", [(6, 3), (6, 4, 3)])
def test_an_objective_in_parts_is_that_of_the_whole(rng, sizes, convert):
    X, y = problem(rng, 60)
    X, w, mean = convert(X), rng.exponential(size=60), rng.normal(size=6)
    w /= w.mean()
    settings, net = Settings(0.1, scale=rng.uniform(1, 3, 6), tolerance=1.0), network(sizes, activation="tanh", rng=rng)
    parts = [samples(X[cut], y[cut], w[cut]) for cut in CUTS]
    data = samples(X, y, w)
    whole = Objective(network(sizes, activation="tanh"), data, [settings], mean)

    def total_of(vector):
        return reduce(Sums.plus, (sums_of(network(sizes, activation="tanh"), p, settings, mean, vector) for p in parts))

    parted = PartedObjective(net, settings, data.n_equal, total_of)
    vectors = parted.vectors() + 0.1
    for ours, theirs in zip(parted(vectors), whole(vectors)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)
    for name in ("data_loss", "penalty"):
        np.testing.assert_allclose(getattr(parted, name), getattr(whole, name), rtol=1e-12)
    np.testing.assert_allclose(parted.tolerances(), whole.tolerances(), rtol=1e-9)


def test_sums_where_the_network_is_are_those_at_its_vector(rng):
    X, y = problem(rng, 60)
    net, settings = network((6, 3), rng=rng), Settings(0.1)
    here, there = (
        sums_of(net, samples(X, y), settings),
        sums_of(network((6, 3)), samples(X, y), settings, None, net.parameters.flat),
    )
    for ours, theirs in zip(here, there):
        np.testing.assert_array_equal(ours, theirs)
