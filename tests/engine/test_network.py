# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse

from sksoftmax._engine.activations import ACTIVATIONS
from sksoftmax._engine.conditioning import Coordinates
from sksoftmax._engine.minibatches import Minibatches, Samples
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.result import Settings
from tests.engine.helpers import (
    ObjectiveOfOne,
    conditioning_of,
    network,
    problem,
    samples,
    textbook_gradient,
    textbook_logits,
    textbook_objective,
)

HIDDEN = [(), (4,), (4, 3), (4, 3, 5)]
# Kind of samples, whether they are weighted, whether their features are raw: each meets each of the others.
SAMPLES = [("dense", False, True), ("dense", True, False), ("sparse", False, False), ("sparse", True, True)]


def difference_quotient(function, theta, step=1e-6):
    """Central differences: error step**2 from truncation, 1e-16 / step from rounding."""
    gradient = np.empty_like(theta)
    for i in range(len(theta)):
        ahead, behind = theta.copy(), theta.copy()
        ahead[i] += step
        behind[i] -= step
        gradient[i] = (function(ahead)[0] - function(behind)[0]) / (2 * step)
    return gradient


@pytest.mark.parametrize(
    ("hidden", "activation", "kind", "weighted", "raw"),
    [
        (hidden, activation, *SAMPLES[(depth + number) % len(SAMPLES)])
        for depth, hidden in enumerate(HIDDEN)
        for number, activation in enumerate(ACTIVATIONS)
    ],
    ids=str,
)
def test_gradient_of_the_reported_objective_equals_finite_differences(hidden, activation, kind, weighted, raw, rng):
    X, y = problem(rng, 30, 5)
    X[rng.rand(*X.shape) < 0.3] = 0
    weights = None
    if weighted:
        # Sample weights times class weights, one on average.
        weights = rng.uniform(0, 2, 30) * np.array([0.5, 1.0, 3.0])[y]
        weights = weights / weights.mean()
    data = samples(sparse.csr_matrix(X) if kind == "sparse" else X, y, weights)
    coordinates = Coordinates() if raw else conditioning_of(data, 0.1, True, rng).coordinates
    net = network((5, *hidden, 3), activation=activation, rng=rng)
    objective = ObjectiveOfOne(net, data, Settings(l2=0.1, scale=coordinates.scale), coordinates.mean)
    theta = objective.theta()
    _, gradient = objective(theta)
    numerical = difference_quotient(objective, theta)
    assert np.linalg.norm(gradient - numerical) < 1e-6 * np.linalg.norm(numerical)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", HIDDEN, ids=str)
def test_objective_equals_the_textbook_formula(hidden, activation, rng):
    X, y = problem(rng)
    weights = rng.uniform(0, 2, len(y))
    weights /= weights.mean()
    net = network((6, *hidden, 3), activation=activation, rng=rng)
    value, _ = ObjectiveOfOne(net, samples(X, y, weights), Settings(l2=0.3))(net.parameters.flat.copy())
    assert value == pytest.approx(textbook_objective(net.parameters, X, y, 0.3, weights, activation), rel=1e-12)


def test_gradient_of_softmax_regression_equals_the_textbook_formula(rng):
    X, y = problem(rng)
    net = network((6, 3), rng=rng)
    _, gradient = ObjectiveOfOne(net, samples(X, y), Settings(l2=0.3))(net.parameters.flat.copy())
    layer = net.parameters.layers[0]
    expected = np.concatenate([g.ravel() for g in textbook_gradient(layer.W[0], layer.b[0], X, y, 0.3)])
    np.testing.assert_allclose(gradient, expected, atol=1e-14)


def test_objective_does_not_depend_on_the_coordinates(rng):
    X, y = problem(rng)
    X = X * 100 + 7
    data = samples(X, y)
    coordinates = conditioning_of(data, 0.1, True, rng).coordinates
    net, moved = network((6, 3), rng=rng, scale=0.01), network((6, 3))
    theta = Parameters.of(coordinates.to_working(net.parameters.pairs()), np.float64).flat
    raw, _ = ObjectiveOfOne(net, data, Settings(l2=0.1))(net.parameters.flat.copy())
    objective = ObjectiveOfOne(moved, data, Settings(l2=0.1, scale=coordinates.scale), coordinates.mean)
    working, _ = objective(theta)
    assert working == pytest.approx(raw, rel=1e-12)
    np.testing.assert_allclose(objective.theta(), theta, rtol=1e-12)


@pytest.mark.parametrize("n_samples", [40, 1200])
def test_each_model_of_a_stack_has_its_own_gradient(n_samples, rng):
    X, y = problem(rng, n_samples)
    stack = network((6, 4, 3), n_models=3, activation="tanh", rng=rng)
    into = stack.parameters.zeros_like()
    stream = Minibatches(samples(X, y), n_samples, (6, 4, 3), np.float64, n_models=3)
    accumulate = stack.accumulation(into, [(0.0, 0.0)] * 2, 1 / n_samples)
    for parts, _ in stream.epoch():
        accumulate(parts)
    for m in range(3):
        alone = stack.take([m])
        _, gradient = ObjectiveOfOne(alone, samples(X, y), Settings(l2=0.0))(alone.parameters.flat.copy())
        np.testing.assert_allclose(into.take([m]).flat, gradient, atol=1e-14)


def test_evaluation_gives_weighted_loss_and_accuracy_of_each_model(rng):
    X, y = problem(rng, 700)
    weights = rng.uniform(0, 2, 700)
    weights[::3] = 0
    stack = network((6, 3), n_models=2, rng=rng)
    stream = Minibatches(Samples(X, y, weights), 64, (6, 3), np.float64, n_models=2)
    losses, accuracies = stack.evaluate(stream)
    for m in range(2):
        alone = stack.take([m])
        hits = textbook_logits(alone.parameters, X).argmax(axis=1) == y
        assert accuracies[m] == pytest.approx(np.average(hits, weights=weights), rel=1e-12)
        assert losses[m] == pytest.approx(textbook_objective(alone.parameters, X, y, 0.0, weights), rel=1e-12)


def test_the_calls_of_a_step_are_collected_once_for_each_buffer(rng, monkeypatch):
    X, y = problem(rng, 700)
    net, collected = network((6, 4, 3), activation="tanh", rng=rng), []
    forward = net._forward
    monkeypatch.setattr(net, "_forward", lambda *args: collected.append(1) or forward(*args))
    accumulate = net.accumulation(net.parameters.zeros_like(), [(1.0, 1.0)] * 2, 0.1)
    stream = Minibatches(samples(X, y), 64, (6, 4, 3), np.float64)
    for _ in range(3):
        for parts, _ in stream.epoch():
            accumulate(parts)
    # Blocks of eight batches, the last of two, and the short last batch.
    assert len(collected) == 8 + 2 + 1
