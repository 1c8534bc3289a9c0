# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import stats

from sksoftmax._engine.activations import ACTIVATIONS
from sksoftmax._engine.initialisation import initial_layers
from tests.engine.helpers import ACTIVATION


@pytest.mark.parametrize(
    ("activation", "deviation"),
    # The first two: LeCun et al. (1998), equation 16; He et al. (2015), equation 10.
    [("tanh", np.sqrt(1 / 100)), ("identity", np.sqrt(1 / 100)), ("relu", np.sqrt(2 / 100)), ("logistic", 4 / 10)],
)
def test_hidden_weights_are_normal_with_a_deviation_that_suits_the_activation(activation, deviation, rng):
    (W, _), (top, _) = initial_layers((100, 50, 80), activation, None, rng)
    assert stats.kstest(W.ravel(), stats.norm(scale=deviation).cdf).pvalue > 1e-3
    assert stats.kstest(top.ravel(), stats.norm(scale=np.sqrt(1 / 50)).cdf).pvalue > 1e-3


@pytest.mark.parametrize("activation", ["tanh", "logistic"])
def test_units_of_standardised_inputs_use_the_bend_of_the_activation(activation, rng):
    X = rng.normal(size=(1000, 50))
    (W, _), _ = initial_layers((50, 20, 3), activation, None, rng)
    A = ACTIVATION[activation](X @ W.T)
    # In units of the range of the activation: neither a straight line, nor saturated.
    assert 0.25 < A.std() / np.ptp(ACTIVATION[activation](np.array([-50.0, 50.0]))) < 0.4


def test_relu_layers_keep_the_mean_square_of_their_inputs(rng):
    A = rng.normal(size=(500, 400))
    for W, _ in initial_layers((400, 400, 400, 400, 3), "relu", None, rng)[:-1]:
        A = np.maximum(A @ W.T, 0)
    assert (A**2).mean() == pytest.approx(1, rel=0.2)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_biases_start_at_zero(activation, rng):
    for _, b in initial_layers((6, 5, 4, 3), activation, None, rng):
        np.testing.assert_array_equal(b, 0)


def test_without_hidden_layers_all_is_zero(rng):
    ((W, _),) = initial_layers((6, 3), "identity", None, rng)
    np.testing.assert_array_equal(W, np.zeros((3, 6)))


def test_a_given_scale_is_the_standard_deviation_in_all_layers(rng):
    for W, b in initial_layers((200, 100, 50), "relu", 0.1, rng):
        assert stats.kstest(W.ravel(), stats.norm(scale=0.1).cdf).pvalue > 1e-3
        np.testing.assert_array_equal(b, 0)


def test_weights_of_features_are_multiplied_by_their_gains(rng):
    gains = np.array([2.0, 1.0, 0.0])
    plain = initial_layers((3, 5, 2), "tanh", None, np.random.RandomState(0))
    (W, _), (top, _) = initial_layers((3, 5, 2), "tanh", None, np.random.RandomState(0), gains)
    np.testing.assert_array_equal(W, plain[0][0] * gains)
    np.testing.assert_array_equal(top, plain[1][0])
    (scaled, _), _ = initial_layers((3, 5, 2), "tanh", 0.1, rng, gains)
    assert np.all(scaled)
