# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse

from sksoftmax._engine.conditioning import Coordinates
from sksoftmax._engine.minibatches import Samples
from sksoftmax._engine.network import Network
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.smoothness import ADAM_STEP, USUAL_SAMPLES, Moments, input_moments, measure
from tests.engine.helpers import ACTIVATION, conditioning_of, network, problem, samples


def exact_moments(A, weights):
    """Of inputs A (n, width), the constant one included, by a full eigenvalue decomposition."""
    A = np.hstack([A, np.ones((len(A), 1))])
    moment = (A * weights[:, None]).T @ A / weights.sum()
    return Moments(np.linalg.eigvalsh(moment)[-1], (weights / weights.mean() * (A**2).sum(axis=1)).max())


def unscaled(net, coordinates):
    """A network in these coordinates as the one that is trained, of centred samples."""
    layers = Coordinates(scale=coordinates.scale).to_raw(net.parameters.pairs())
    return Network(Parameters.of(layers, np.float64), net.activation, net.fit_intercept)


def learning_rate(net, conditioning, solver, batch_size, l2, momentum, streaming=False):
    return measure(unscaled(net, conditioning.coordinates), conditioning, streaming).learning_rate(
        solver, batch_size, l2, momentum
    )


def in_coordinates(X, coordinates):
    X = X if coordinates.mean is None else X - coordinates.mean
    return X / coordinates.scale


@pytest.mark.parametrize("kind", ["dense", "sparse"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_moments_are_those_of_the_inputs_of_each_layer(activation, kind, rng):
    X, y = problem(rng, 600, 5)
    X = X * [1, 1e3, 1e-3, 1, 1] + [0, 5e3, 2, -7, 0]
    X[:, 4] = 3.0
    weights = rng.uniform(0.5, 2, len(y))
    weights /= weights.mean()
    conditioning = conditioning_of(Samples(sparse.csr_matrix(X) if kind == "sparse" else X, y, weights), 0.0, True, rng)
    net = network((5, 4, 6, 3), activation=activation, rng=rng)
    found = input_moments(unscaled(net, conditioning.coordinates), conditioning)
    A = in_coordinates(X, conditioning.coordinates)
    for layer, moments in zip(net.parameters.layers, found, strict=True):
        expected = exact_moments(A, weights)
        # Power iterations come from below; the first layer of sparse data is centred implicitly.
        assert 0.9 * expected.largest_eigenvalue <= moments.largest_eigenvalue
        assert moments.largest_eigenvalue <= expected.largest_eigenvalue * (1 + 1e-6)
        assert moments.largest_square == pytest.approx(expected.largest_square, rel=1e-6)
        A = ACTIVATION[activation](A @ layer.W[0].T + layer.b[0])


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix])
def test_moments_do_not_depend_on_the_order_or_the_signs_of_features(container, rng):
    X, y = problem(rng, 200, 40)
    X = X @ rng.normal(size=(40, 40))
    order, signs = rng.permutation(40), rng.choice([-1, 1], 40)

    def moments(X):
        conditioning = conditioning_of(Samples(container(X), y), 1e-4, True, rng)
        return input_moments(network((40, 3), rng=rng), conditioning)[0]

    # Rounding, with which eight power iterations do not grow.
    np.testing.assert_allclose(moments((X * signs)[:, order]), moments(X), rtol=1e-9)


@pytest.mark.parametrize("n_samples", [2, 40])
def test_samples_that_lie_symmetrically_have_moments(n_samples, rng):
    X = rng.normal(size=(n_samples // 2, 6))
    X = np.vstack([X, -X])
    conditioning = conditioning_of(samples(X, np.arange(n_samples) % 2), 0.0, True, rng)
    (found,) = input_moments(network((6, 3), rng=rng), conditioning)
    expected = exact_moments(in_coordinates(X, conditioning.coordinates), np.ones(n_samples))
    assert found.largest_eigenvalue == pytest.approx(expected.largest_eigenvalue, rel=0.1)


@pytest.mark.slow
def test_moments_of_wide_layers_come_from_a_subsample(rng):
    X, y = problem(rng, 4000, 2)
    net = network((2, 1000, 3), activation="tanh", rng=rng)
    data = samples(X, y)
    conditioning = conditioning_of(data, 1e-4, True, rng)
    hidden = input_moments(unscaled(net, conditioning.coordinates), conditioning)[1]
    A = np.tanh(in_coordinates(X, conditioning.coordinates) @ net.parameters.layers[0].W[0].T)
    A = np.tanh(np.arctanh(A) + net.parameters.layers[0].b[0])
    expected = exact_moments(A, np.ones(len(y)))
    assert hidden.largest_eigenvalue == pytest.approx(expected.largest_eigenvalue, rel=0.1)
    assert hidden.largest_square <= expected.largest_square * (1 + 1e-9)


def test_learning_rate_falls_with_smaller_batches_momentum_and_penalty(rng):
    X, y = problem(rng, 200)
    conditioning, net = conditioning_of(samples(X, y), 1e-3, True, rng), network((6, 3))
    rate = learning_rate(net, conditioning, "sgd", 32, 1e-3, 0.0)
    assert learning_rate(net, conditioning, "sgd", 1, 1e-3, 0.0) < rate
    assert learning_rate(net, conditioning, "sgd", 32, 1e-3, 0.9) < rate
    assert learning_rate(net, conditioning, "sgd", 32, 1.0, 0.0) < rate
    (moments,) = input_moments(net, conditioning)
    full = 1 / (0.5 * moments.largest_eigenvalue + 1e-3 * conditioning.coordinates.scale.min() ** -2)
    assert learning_rate(net, conditioning, "sgd", 10**6, 1e-3, 0.9) == pytest.approx(full, rel=1e-12)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("b", [1, 3, 32, 199])
def test_a_batch_has_the_expected_smoothness_of_its_size(b, momentum, rng):
    n, l2 = 200, 1e-3
    X, y = problem(rng, n)
    conditioning, net = conditioning_of(samples(X, y), l2, True, rng), network((6, 3))
    (moments,) = input_moments(net, conditioning)
    # Gower et al. (2019), proposition 3.8, for b samples drawn without replacement.
    of_all, of_one = n * (b - 1) / (b * (n - 1)), (n - b) / (b * (n - 1)) / (1 - momentum)
    smoothness = 0.5 * (of_all * moments.largest_eigenvalue + of_one * moments.largest_square)
    expected = 1 / (smoothness + l2 / conditioning.coordinates.scale.min() ** 2)
    assert learning_rate(net, conditioning, "sgd", b, l2, momentum) == pytest.approx(expected, rel=1e-12)


def test_every_layer_adds_its_curvature(rng):
    X, y = problem(rng, 200)
    conditioning = conditioning_of(samples(X, y), 0.0, True, rng)
    net = network((6, 5, 4, 3), activation="logistic", rng=rng)
    first, second, third = (
        moments.largest_eigenvalue for moments in input_moments(unscaled(net, conditioning.coordinates), conditioning)
    )
    # Slopes of a quarter, squared, for each activation above; two hidden layers.
    curvature = 0.5 * (third + second / 16 + first / 16**2)
    assert learning_rate(net, conditioning, "sgd", 10**6, 0.0, 0.9) == pytest.approx(1 / curvature, rel=1e-12)


@pytest.mark.parametrize("hidden", [(), (16,), (16, 16)], ids=str)
def test_the_bound_holds_for_the_gauss_newton_matrix(hidden, rng):
    # With upper layers of norm 1 no eigenvalue of it exceeds the sum over the layers.
    X, y = problem(rng, 60, 4)
    conditioning = conditioning_of(samples(X, y), 0.0, True, rng)
    net = network((4, *hidden, 3), activation="tanh", rng=rng)
    for layer in net.parameters.layers[1:]:
        layer.W[0] /= np.linalg.norm(layer.W[0], 2)
    A = in_coordinates(X, conditioning.coordinates)
    theta = net.parameters.flat.copy()

    def logits(flat):
        layers = Parameters(net.parameters.sizes, 1, np.float64, flat).pairs()
        Z = A
        for index, (W, b) in enumerate(layers):
            Z = (np.tanh(Z) if index else Z) @ W.T + b
        return Z

    J = np.stack([(logits(theta + e) - logits(theta - e)) / 2e-6 for e in 1e-6 * np.eye(len(theta))], axis=-1)
    P = np.exp(logits(theta))
    P /= P.sum(axis=1, keepdims=True)
    H = np.einsum("nk,kl->nkl", P, np.eye(3)) - P[:, :, None] * P[:, None, :]
    gauss_newton = np.einsum("nkp,nkl,nlq->pq", J, H, J) / len(y)
    # Eight power iterations find nine tenths of an eigenvalue at least.
    bound = (
        0.5
        * sum(
            moments.largest_eigenvalue
            for moments in input_moments(unscaled(net, conditioning.coordinates), conditioning)
        )
        / 0.9
    )
    assert np.linalg.eigvalsh(gauss_newton)[-1] <= bound


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_few_heavy_samples_among_many_are_seen(seed):
    rng = np.random.RandomState(seed)
    X, y = problem(rng, 20_000, 200)
    weights = np.ones(20_000)
    weights[[7, 77, 777]] = 5000
    conditioning = conditioning_of(Samples(X, y, weights / weights.mean()), 1e-4, True, rng)
    (moments,) = input_moments(network((200, 3)), conditioning)
    assert moments.largest_square > 0.5 * 5000 / weights.mean() * 100


def test_noise_takes_adam_as_far_in_an_epoch_of_any_batch_size(rng):
    (X, y), net = problem(rng, 400), network((6, 3))
    conditioning = conditioning_of(samples(X, y), 1e-4, True, rng)
    for batch_size, n_steps in ((4, 100), (40, 10), (1000, 1)):
        for streaming in (False, batch_size == 4):
            found = learning_rate(net, conditioning, "adam", batch_size, 1e-4, 0.9, streaming)
            assert found * np.sqrt(n_steps) == pytest.approx(ADAM_STEP, rel=1e-12)
    # A stream of unknown length is taken for one of the usual.
    found = learning_rate(net, conditioning, "adam", 100, 1e-4, 0.9, streaming=True)
    assert found * np.sqrt(USUAL_SAMPLES / 100) == pytest.approx(ADAM_STEP, rel=1e-12)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("n_samples", [1, 5, 29, 30, 32, 100])
def test_a_stream_starts_with_care_whatever_comes_first(n_samples, solver, rng):
    X, y = problem(rng, 10_000)
    net = network((6, 8, 3), activation="tanh", rng=rng)
    whole = learning_rate(net, conditioning_of(samples(X, y), 1e-4, True, rng), solver, 32, 1e-4, 0.9)
    first = conditioning_of(samples(X[:n_samples], y[:n_samples]), 1e-4, True, rng)
    assert 0 < learning_rate(net, first, solver, 32, 1e-4, 0.9, streaming=True) <= 3 * whole


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_later_samples_of_a_stream_may_be_as_far_off_as_unit_variance_in_each_input(fit_intercept, rng):
    X, y = problem(rng, 2)
    conditioning = conditioning_of(samples(X, y), 0.0, fit_intercept, rng)
    net = Network(Parameters((6, 8, 3)), "tanh", fit_intercept)
    squares = [moments.largest_square for moments in measure(net, conditioning, True).moments]
    seen = [moments.largest_square for moments in measure(net, conditioning, False).moments]
    assert squares == [max(6 + fit_intercept, seen[0]), max(8 + fit_intercept, seen[1])]
    assert seen[1] < 8


def test_weights_of_a_stream_count_as_they_are(rng):
    X, y = problem(rng, 200)
    net = network((6, 3))
    plain = conditioning_of(samples(X, y), 0.0, True, rng)
    tenfold = conditioning_of(Samples(X, y, np.full(200, 10.0)), 0.0, True, rng)
    expected = learning_rate(net, plain, "sgd", 32, 0.0, 0.9, streaming=True) / 10
    assert learning_rate(net, tenfold, "sgd", 32, 0.0, 0.9, streaming=True) == pytest.approx(expected, rel=1e-9)


def test_features_that_are_all_zero_have_a_learning_rate(rng):
    conditioning = conditioning_of(samples(np.zeros((5, 2)), np.zeros(5)), 0.0, False, rng)
    net = Network(Parameters((2, 3)), fit_intercept=False)
    assert learning_rate(net, conditioning, "sgd", 32, 0.0, 0.9) == 1.0
