# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sksoftmax._engine.penalty import FEATURES_AT_ONCE, Penalty
from tests.engine.helpers import network


@pytest.mark.parametrize("by_feature", [False, True])
@pytest.mark.parametrize("hidden", [(), (4,)])
def test_it_is_half_of_l2_times_the_squares_of_all_weights_but_biases(hidden, by_feature, rng):
    net, l2 = network((FEATURES_AT_ONCE + 3, *hidden, 3), n_models=2, rng=rng), np.array([0.1, 2.0])
    parameters = net.by_feature().parameters if by_feature else net.parameters
    squares = [sum((layer.W[model] ** 2).sum() for layer in net.parameters.layers) for model in range(2)]
    np.testing.assert_allclose(Penalty(l2, parameters).value(parameters), 0.5 * l2 * squares, rtol=1e-12)
