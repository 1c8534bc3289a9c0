# SPDX-License-Identifier: BSD-3-Clause
import numpy as np

from sksoftmax._engine.averaging import IterateMean
from tests.engine.helpers import network


def test_each_model_has_the_mean_of_its_iterates_since_it_was_reset(rng):
    parameters = network((4, 3, 2), n_models=3, rng=rng).parameters
    mean, iterates = IterateMean(parameters), []
    for step in range(6):
        parameters.flat[:] = rng.normal(size=parameters.flat.size)
        iterates.append([parameters.take([model]).flat.copy() for model in range(3)])
        mean.add()
        if step == 1:
            mean.reset(np.array([False, True, False]))
    for model, first in enumerate([0, 2, 0]):
        expected = np.mean([iterate[model] for iterate in iterates[first:]], axis=0)
        np.testing.assert_allclose(mean.of(model).flat, expected, rtol=1e-12)
    mean.reset(np.ones(3, dtype=bool))
    mean.add()
    np.testing.assert_array_equal(mean.of(2).flat, iterates[-1][2])


def test_it_goes_on_for_the_models_that_stay(rng):
    parameters = network((4, 2), n_models=3, rng=rng).parameters
    mean = IterateMean(parameters)
    mean.add()
    first = parameters.take([2]).flat.copy()
    rest = parameters.take(np.array([0, 2]))
    mean = mean.take(np.array([0, 2]), rest)
    rest.flat[:] *= 3
    mean.add()
    np.testing.assert_allclose(mean.of(1).flat, 2 * first, rtol=1e-12)
