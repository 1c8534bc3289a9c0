# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy.optimize import OptimizeResult

from sksoftmax._engine import lbfgs, sgd
from sksoftmax._engine.lbfgs import Objective
from sksoftmax._engine.result import Settings
from tests.engine.helpers import conditioning_of, network, problem, samples, textbook_objective


def test_gradient_vanishes_at_the_result(rng):
    X, y = problem(rng, 700)
    data = samples(X, y)
    (result,) = lbfgs.train(network((6, 3)), data, [Settings(l2=0.01)], gradient_tolerance=1e-8)
    assert result.converged
    net = network((6, 3))
    _, gradient = Objective(net, data, Settings(l2=0.01))(result.parameters.flat.copy())
    assert np.abs(gradient).max() < 1e-8


def test_last_values_of_the_curves_are_those_of_the_result(rng):
    X, y = problem(rng)
    (result,) = lbfgs.train(network((6, 3)), samples(X, y), [Settings(l2=0.01)])
    objective = textbook_objective(result.parameters, X, y, 0.01)
    assert result.data_loss[-1] + result.penalty[-1] == pytest.approx(objective, rel=1e-12)
    assert result.n_epochs == len(result.penalty) == result.n_updates


@pytest.mark.parametrize("n_iterations", [0, 1])
def test_the_result_is_what_the_search_returns_though_it_tried_others_later(n_iterations, rng, monkeypatch):
    def search(objective, theta, *, callback, **_):
        objective(theta)
        if n_iterations:
            theta = theta + 0.1
            objective(theta)
            callback(theta)
        objective(theta + 1.0)
        return OptimizeResult(x=theta, fun=0.0, status=2, message="no descent")

    X, y = problem(rng)
    net = network((6, 3), rng=rng)
    expected = net.parameters.flat + 0.1 * n_iterations
    monkeypatch.setattr(lbfgs, "minimize", search)
    (result,) = lbfgs.train(net, samples(X, y), [Settings(l2=0.01)])
    np.testing.assert_array_equal(result.parameters.flat, expected)
    objective = textbook_objective(result.parameters, X, y, 0.01)
    assert np.add(result.data_loss, result.penalty) == pytest.approx([objective], rel=1e-12)


def test_raw_features_need_no_more_iterations_than_standardised_ones(rng):
    X, y = problem(rng, 300)
    y = np.argmax(X[:, :3] + 0.5 * rng.normal(size=(300, 3)), axis=1)
    n_iterations = []
    for factor in (np.ones(6), np.array([1, 1e3, 1e-2, 1e2, 10, 1])):
        data = samples(X * factor + 5 * factor, y)
        coordinates = conditioning_of(data, 0.0, True, rng).coordinates
        settings = [Settings(l2=0.0, max_epochs=500, scale=coordinates.scale)]
        (result,) = lbfgs.train(network((6, 3)), data, settings, mean=coordinates.mean)
        n_iterations.append(result.n_epochs)
    assert n_iterations[1] <= n_iterations[0] + 2


def test_losses_of_minibatches_are_kept_only_where_they_are_asked_for(rng):
    X, y = problem(rng)
    for train in (lbfgs.train, sgd.train):
        for options, n_kept in (({}, 0), ({"keep_minibatch_losses": True}, 1)):
            (result,) = train(network((6, 3)), samples(X, y), [Settings(l2=0.01, max_epochs=1)], **options)
            assert len(result.minibatch_loss) == n_kept


def test_each_model_of_a_stack_has_its_penalty(rng):
    X, y = problem(rng)
    settings = [Settings(l2=0.1), Settings(l2=0.01)]
    results = lbfgs.train(network((6, 3), 2), samples(X, y), settings, gradient_tolerance=1e-9)
    for setting, result in zip(settings, results):
        (alone,) = lbfgs.train(network((6, 3)), samples(X, y), [setting], gradient_tolerance=1e-9)
        np.testing.assert_allclose(result.parameters.flat, alone.parameters.flat, atol=1e-12)
