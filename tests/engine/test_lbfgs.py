# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy.optimize import minimize

from sksoftmax._engine import lbfgs, sgd
from sksoftmax._engine.conditioning import Coordinates, condition, feature_moments, moments_of
from sksoftmax._engine.result import Settings
from sksoftmax._engine.stopping import RELATIVE
from tests.engine.helpers import ObjectiveOfOne, conditioning_of, network, problem, samples, textbook_objective
from tests.parameters import slow


def test_gradient_vanishes_at_the_result(rng):
    X, y = problem(rng, 700)
    data = samples(X, y)
    (result,) = lbfgs.train(network((6, 3)), data, [Settings(l2=0.01, tolerance=1e-8)])
    assert result.converged
    net = network((6, 3))
    _, gradient = ObjectiveOfOne(net, data, Settings(l2=0.01))(result.parameters.flat.copy())
    assert np.abs(gradient).max() < 1e-8


def test_last_values_of_the_curves_are_those_of_the_result(rng):
    X, y = problem(rng)
    (result,) = lbfgs.train(network((6, 3)), samples(X, y), [Settings(l2=0.01, tolerance=1e-4)])
    objective = textbook_objective(result.parameters, X, y, 0.01)
    assert result.data_loss[-1] + result.penalty[-1] == pytest.approx(objective, rel=1e-12)
    assert result.n_epochs == len(result.penalty) == result.n_updates


@pytest.mark.parametrize("n_iterations", [0, 1])
def test_the_result_is_what_the_search_returns_though_it_tried_others_later(n_iterations, rng, monkeypatch):
    def search(objective, points, most_iterations, tolerances, rounding, moved, ended, course):
        objective(points)
        if n_iterations:
            points = points + 0.1
            objective(points)
            moved([0], [0], [False], dict)
        objective(points + 1.0)
        ended(np.array([0]), np.array([True]), np.array([False]), points)

    X, y = problem(rng)
    net = network((6, 3), rng=rng)
    expected = net.parameters.flat + 0.1 * n_iterations
    monkeypatch.setattr(lbfgs, "minimise", search)
    (result,) = lbfgs.train(net, samples(X, y), [Settings(l2=0.01, tolerance=1e-4)])
    np.testing.assert_array_equal(result.parameters.flat, expected)
    objective = textbook_objective(result.parameters, X, y, 0.01)
    assert np.add(result.data_loss, result.penalty) == pytest.approx([objective], rel=1e-12)
    assert "no step lowers" in result.message


def test_raw_features_need_no_more_iterations_than_standardised_ones(rng):
    X, y = problem(rng, 300)
    y = np.argmax(X[:, :3] + 0.5 * rng.normal(size=(300, 3)), axis=1)
    n_iterations = []
    for factor in (np.ones(6), np.array([1, 1e3, 1e-2, 1e2, 10, 1])):
        data = samples(X * factor + 5 * factor, y)
        coordinates = conditioning_of(data, 0.0, True, rng).coordinates
        settings = [Settings(l2=0.0, max_epochs=500, tolerance=1e-4, scale=coordinates.scale)]
        (result,) = lbfgs.train(network((6, 3)), data, settings, mean=coordinates.mean)
        n_iterations.append(result.n_epochs)
    assert n_iterations[1] <= n_iterations[0] + 2


def test_losses_of_minibatches_are_kept_only_where_they_are_asked_for(rng):
    X, y = problem(rng)
    for train in (lbfgs.train, sgd.train):
        for options, n_kept in (({}, 0), ({"keep_minibatch_losses": True}, 1)):
            (result,) = train(network((6, 3)), samples(X, y), [Settings(l2=0.01, max_epochs=1)], **options)
            assert len(result.minibatch_loss) == n_kept


def test_each_model_of_a_stack_has_its_penalty_and_its_tolerance(rng):
    X, y = problem(rng)
    settings = [Settings(l2=l2, tolerance=tolerance) for l2, tolerance in [(0.1, 1e-9), (0.01, 1e-9), (0.01, 1e-2)]]
    results = lbfgs.train(network((6, 3), 3), samples(X, y), settings)
    for setting, result in zip(settings, results):
        (alone,) = lbfgs.train(network((6, 3)), samples(X, y), [setting])
        assert result.n_epochs == alone.n_epochs
        np.testing.assert_allclose(result.parameters.flat, alone.parameters.flat, atol=1e-12)
    assert results[2].n_epochs < results[1].n_epochs


def separable(rng):
    X, y = problem(rng, 300)
    return X + 4 * np.eye(6)[y], y


@pytest.mark.parametrize("train", [sgd.train, lbfgs.train], ids=["sgd", "lbfgs"])
def test_a_result_has_a_course_and_losses_of_minibatches_where_they_are_asked_for(train, rng):
    X, y = problem(rng)
    settings = Settings(l2=0.01, learning_rate=0.1, max_epochs=2)
    for asked in (False, True):
        options = {"with_course": True, "keep_minibatch_losses": True} if asked else {}
        (result,) = train(network((6, 3)), samples(X, y), [settings], **options)
        assert (result.course is not None, len(result.minibatch_loss) > 0) == (asked, asked)


def test_the_gradient_is_small_relative_to_a_small_objective(rng):
    X, y = separable(rng)
    data, settings = samples(X, y), Settings(l2=1e-6, max_epochs=1000, tolerance=1e-3)
    (result,) = lbfgs.train(network((6, 3)), data, [settings])
    assert result.converged
    assert not result.message
    value, gradient = ObjectiveOfOne(network((6, 3)), data, settings)(result.parameters.flat.copy())
    assert value < 1e-3
    assert np.abs(gradient).max() <= 1e-3 * RELATIVE * 2 * value


def test_a_search_that_ends_before_the_gradient_is_small_enough_has_not_converged(rng):
    X, y = separable(rng)
    data = samples(X, y)

    def train(max_epochs):
        settings = [Settings(l2=1e-6, max_epochs=max_epochs, tolerance=1e-3)]
        return lbfgs.train(network((6, 3)), data, settings)[0]

    needed = train(1000).n_epochs
    assert not any(train(n).converged for n in range(1, needed))


def values_on_the_way(data, l2, coordinates):
    """The objective at each of its evaluations in a search to the optimum."""
    sizes = (data.X.shape[1], data.targets.max() + 1)
    objective = ObjectiveOfOne(network(sizes), data, Settings(l2=l2, scale=coordinates.scale), coordinates.mean)
    values = []

    def evaluated(theta):
        value, gradient = objective(theta)
        values.append(value)
        return value, gradient

    options = {"maxiter": 400, "gtol": 1e-8, "ftol": 1e-12}
    minimize(evaluated, objective.theta(), jac=True, method="L-BFGS-B", options=options)
    return np.array(values)


@pytest.mark.parametrize(("name", "l2"), [("wine", 1e-2), ("wine", 1e-4), slow("digits", 1e-2), slow("digits", 1e-4)])
def test_the_coordinates_are_no_worse_than_centred_or_standardised_ones(name, l2, datasets):
    X, y = datasets[name]
    data = samples(X, y)
    moments = feature_moments(moments_of(data, 0), True, to_the_optimum=True)
    coordinates = [
        condition(moments, l2).coordinates,
        condition(moments._replace(medians=0.0), l2).coordinates,
        Coordinates(moments.centre),
    ]
    values = [values_on_the_way(data, l2, each) for each in coordinates]
    near = 1.001 * min(map(min, values))
    n_evaluations, *of_others = [np.argmax(each <= near) if min(each) <= near else np.inf for each in values]
    assert n_evaluations <= 1.2 * min(of_others)


@pytest.mark.parametrize("weighted", [False, True])
def test_a_stack_comes_to_what_each_model_alone_does_whenever_they_end(weighted, rng):
    X, y = problem(rng, 200)
    data = samples(X, y, rng.uniform(0.5, 2, 200) if weighted else None)
    l2s = np.logspace(-3, 1, 7)
    coordinates = [conditioning_of(data, l2, True, np.random.RandomState(0)).coordinates for l2 in l2s]
    settings = [
        Settings(l2=l2, scale=c.scale, max_epochs=5 + 50 * (i % 3), tolerance=1e-8)
        for i, (l2, c) in enumerate(zip(l2s, coordinates))
    ]
    mean = coordinates[0].mean
    results = lbfgs.train(network((6, 3), 7), data, settings, mean=mean)
    assert len({result.n_epochs for result in results}) > 2
    for setting, result in zip(settings, results):
        (alone,) = lbfgs.train(network((6, 3)), data, [setting], mean=mean)
        np.testing.assert_allclose(result.parameters.flat, alone.parameters.flat, rtol=0, atol=1e-6)
        np.testing.assert_allclose(result.data_loss, alone.data_loss, atol=1e-10)
        assert (result.converged, result.n_updates) == (alone.converged, alone.n_updates)


def test_a_model_that_diverges_leaves_the_others(rng):
    X, y = problem(rng)
    net = network((6, 3), 2)
    net.parameters.layers[0].W[0, 0, 0] = np.inf
    bad, good = lbfgs.train(net, samples(X, y), [Settings(l2=0.1, tolerance=1e-4)] * 2)
    assert bad.diverged
    assert good.converged


def test_each_iteration_is_told_with_its_parameters(rng):
    X, y = problem(rng)
    told = []

    def on_epoch(results, parameters):
        (result,) = results
        objective = result.data_loss[-1] + result.penalty[-1]
        assert objective == pytest.approx(textbook_objective(parameters, X, y, 0.1), rel=1e-9)
        told.append(result)

    results = lbfgs.train(network((6, 3), 2), samples(X, y), [Settings(l2=0.1, tolerance=1e-4)] * 2, on_epoch=on_epoch)
    assert len(told) == sum(result.n_epochs for result in results)


def test_a_search_that_is_told_to_stop_ends_there_and_says_no_more(rng):
    X, y = problem(rng)
    settings = Settings(l2=0.01, tolerance=1e-8)
    (result,) = lbfgs.train(
        network((6, 3)), samples(X, y), [settings], on_epoch=lambda results, parameters: results[0].n_epochs == 2
    )
    assert result.n_epochs == 2
    assert result.stopped
    assert not result.converged
    assert not result.message
