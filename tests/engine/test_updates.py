# SPDX-License-Identifier: BSD-3-Clause
"""Each rule against its formula in the paper, written out with an explicit gradient."""

import numpy as np
import pytest

from sksoftmax._engine import sgd
from sksoftmax._engine.penalty import Penalty
from sksoftmax._engine.result import Settings
from sksoftmax._engine.updates import choose_rule
from tests.engine.helpers import network, problem, samples, textbook_gradient

ETA, MU, L2, STEPS = 0.1, 0.8, 0.05, 7


def by_hand(solver, X, y, W, b):
    """Full-batch steps, theta = (W, b) side by side."""
    theta, n_classes = np.column_stack([W, b]), len(b)
    v, m, s = np.zeros_like(theta), np.zeros_like(theta), np.zeros_like(theta)
    for t in range(1, STEPS + 1):
        g = np.column_stack(textbook_gradient(theta[:, :-1], theta[:, -1], X, y, L2)).reshape(n_classes, -1)
        if solver == "plain":
            theta = theta - ETA * g
        elif solver == "momentum":
            v = MU * v - ETA * g
            theta = theta + v
        elif solver == "nesterov":
            v = MU * v - ETA * g
            theta = theta + MU * v - ETA * g
        else:
            m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
            m_hat, s_hat = m / (1 - 0.9**t), s / (1 - 0.999**t)
            # The paper's section 2 puts epsilon beside the uncorrected root.
            theta = theta - ETA * m_hat / (np.sqrt(s_hat) + 1e-8 / np.sqrt(1 - 0.999**t))
    return theta[:, :-1], theta[:, -1]


@pytest.mark.parametrize("n_samples", [40, 1100], ids=["one part", "in parts"])
@pytest.mark.parametrize("solver", ["plain", "momentum", "nesterov", "adam"])
def test_steps_follow_the_formula(solver, n_samples, rng):
    X, y = problem(rng, n_samples)
    net = network((6, 3), rng=rng)
    W, b = net.parameters.layers[0].W[0].copy(), net.parameters.layers[0].b[0].copy()
    (result,) = sgd.train(
        net,
        samples(X, y),
        [Settings(l2=L2, learning_rate=ETA, momentum=0.0 if solver == "plain" else MU, max_epochs=STEPS)],
        solver="adam" if solver == "adam" else "sgd",
        nesterov=solver == "nesterov",
        batch_size=n_samples,
    )
    expected_W, expected_b = by_hand(solver, X, y, W, b)
    # Adam divides by roots of tiny gradients, which magnifies rounding.
    tolerance = 1e-9 if solver == "adam" else 1e-13
    np.testing.assert_allclose(result.parameters.layers[0].W[0], expected_W, atol=tolerance)
    np.testing.assert_allclose(result.parameters.layers[0].b[0], expected_b, atol=tolerance)
    assert result.n_updates == STEPS


def test_a_short_last_batch_takes_no_full_step(rng):
    X, y = problem(rng, 9)
    net = network((6, 3))
    (result,) = sgd.train(net, samples(X, y), [Settings(l2=0.0, learning_rate=ETA, max_epochs=1)], batch_size=8)
    W, b = np.zeros((3, 6)), np.zeros(3)
    for rows, share in ((slice(0, 8), 1.0), (slice(8, 9), 1 / 8)):
        gW, gb = textbook_gradient(W, b, X[rows], y[rows], 0.0)
        W, b = W - ETA * share * gW, b - ETA * share * gb
    np.testing.assert_allclose(result.parameters.layers[0].W[0], W, atol=1e-15)
    np.testing.assert_allclose(result.parameters.layers[0].b[0], b, atol=1e-15)


@pytest.mark.parametrize("lazily", [False, True])
def test_a_restart_takes_the_velocity_of_the_given_models_alone(lazily, rng):
    net = network((6, 4, 3), n_models=3, rng=rng)
    net = net.by_feature() if lazily else net
    velocity = net.parameters.take([0, 1, 2])
    penalty = Penalty(np.zeros(3), net.parameters)
    rule = choose_rule("sgd", [MU], False, False, lazily)(net, penalty, 1, [velocity])
    rule.restart(np.array([False, True, False]))
    for model, share in enumerate([1, 0, 1]):
        np.testing.assert_array_equal(velocity.take([model]).flat, share * net.parameters.take([model]).flat)


def test_adam_leaves_nothing_subnormal_to_a_feature_that_is_never_on(rng):
    X, y = problem(rng, 320, 6, dtype=np.float32)
    X[:, 2] = 0
    net = network((6, 3), 1, np.float32, rng=rng)
    settings = [Settings(l2=L2, learning_rate=0.01, max_epochs=600)]
    (result,) = sgd.train(net, samples(X, y), settings, solver="adam", batch_size=32)
    smallest = np.finfo(np.float32).tiny
    for parameters in (result.parameters, *result.moments):
        values = np.abs(parameters.flat)
        assert not ((values > 0) & (values < smallest)).any()
    W = result.parameters.layers[0].W[0]
    np.testing.assert_array_equal(W[:, 2], 0)
    assert (W[:, [0, 1, 3, 4, 5]] != 0).all()


def test_adam_sets_to_zero_what_has_vanished_in_the_coordinates_of_its_feature(rng):
    X, y = np.zeros((32, 2), np.float32), rng.randint(0, 3, 32)
    net = network((2, 3), 1, np.float32)
    # In the coordinates of its feature the last of each is far from subnormal.
    net.parameters.layers[0].W[0] = np.transpose([[1e-34, 1e-40, 1e-20], [1e-42, 1e-40, 1e-34]])
    settings = Settings(l2=0.0, learning_rate=0.01, max_epochs=1, scale=np.array([1.0, 1e10]))
    (result,) = sgd.train(net, samples(X, y), [settings], solver="adam")
    expected = np.transpose([[0, 0, 1e-20], [0, 0, 1e-34]]).astype(np.float32)
    np.testing.assert_array_equal(result.parameters.layers[0].W[0], expected)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("n_epochs", [2, 3])
def test_adam_with_short_batches_and_changing_rates_follows_the_formula(n_epochs, fit_intercept, rng):
    n_samples, size = 21, 8
    X, y = problem(rng, n_samples)
    net = network((6, 3), rng=rng)
    net.fit_intercept = fit_intercept
    W, b = net.parameters.layers[0].W[0].copy(), net.parameters.layers[0].b[0].copy()
    settings = Settings(l2=L2, learning_rate=ETA, schedule=lambda epoch: 0.5**epoch, max_epochs=n_epochs)
    (result,) = sgd.train(net, samples(X, y), [settings], solver="adam", batch_size=size)
    theta = np.column_stack([W, b])
    m, u, t = np.zeros_like(theta), np.zeros_like(theta), 0
    for epoch in range(n_epochs):
        for start in range(0, n_samples, size):
            rows = slice(start, start + size)
            share = len(y[rows]) / size
            gradient = textbook_gradient(theta[:, :-1], theta[:, -1], X[rows], y[rows], L2)
            g = share * np.column_stack(gradient).reshape(theta.shape)
            g[:, -1] *= fit_intercept
            t += 1
            m, u = 0.9 * m + 0.1 * g, 0.999 * u + 0.001 * g**2
            rate = ETA * 0.5**epoch * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            theta = theta - rate * m / (np.sqrt(u) + 1e-8)
    layer = result.parameters.layers[0]
    np.testing.assert_allclose(np.column_stack([layer.W[0], layer.b[0]]), theta, atol=1e-9)
    for moment, expected in zip(result.moments, (m / 0.1, u / 0.001)):
        layer = moment.layers[0]
        np.testing.assert_allclose(np.column_stack([layer.W[0], layer.b[0]]), expected, atol=1e-11)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_training_goes_on_exactly_from_its_moments(solver, momentum, rng):
    X, y = problem(rng, 33)
    whole = Settings(l2=L2, learning_rate=ETA, momentum=momentum, max_epochs=6)
    half = Settings(l2=L2, learning_rate=ETA, momentum=momentum, max_epochs=3)
    data, options = samples(X, y), {"solver": solver, "nesterov": True, "batch_size": 8}
    (once,) = sgd.train(network((6, 3)), data, [whole], shuffle=np.random.RandomState(1), **options)
    stream, net = np.random.RandomState(1), network((6, 3))
    (first,) = sgd.train(net, data, [half], shuffle=stream, **options)
    net.parameters.flat[:] = first.parameters.flat
    (second,) = sgd.train(
        net, data, [half], shuffle=stream, moments=first.moments, n_updates=first.n_updates, first_epoch=3, **options
    )
    np.testing.assert_array_equal(second.parameters.flat, once.parameters.flat)
    assert second.n_updates == once.n_updates
