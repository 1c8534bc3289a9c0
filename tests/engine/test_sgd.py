# SPDX-License-Identifier: BSD-3-Clause
import tracemalloc
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy import sparse

from sksoftmax._engine import sgd
from sksoftmax._engine.conditioning import Coordinates
from sksoftmax._engine.minibatches import MOST_PART_ROWS, Samples
from sksoftmax._engine.network import Network
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.result import Settings
from sksoftmax._engine.schedules import exponential
from tests.engine.helpers import conditioning_of, network, problem, repeated, samples, textbook_objective
from tests.parameters import slow

# Rounding differs with the shapes of the products, and training carries it on.
STACK_TOLERANCE = {np.float64: 1e-10, np.float32: 1e-4}


RULES = {
    "sgd": ("sgd", 0.0, False),
    "momentum": ("sgd", 0.9, False),
    "nesterov": ("sgd", 0.9, True),
    "adam": ("adam", 0.0, False),
}
rules = pytest.mark.parametrize(("solver", "momentum", "nesterov"), RULES.values(), ids=RULES)


def twelve_models(momentum, stop_early):
    """With different penalties, learning rates, momenta and schedules; with tolerances of which some end early."""
    return [
        Settings(
            l2=(1e-4, 1e-2, 1.0)[k // 4],
            learning_rate=0.02 * (1 + k % 5),
            schedule=partial(exponential, decay=0.9 + 0.01 * (k // 4)),
            shrink=0.3 if k % 3 == 0 else None,
            momentum=momentum * (1.0, 1.0, 0.6)[k // 4],
            max_epochs=12 - k % 2,
            tolerance=(1e-3, 0.3, 0.05)[k % 3] if stop_early else -np.inf,
            patience=1 + k % 2,
        )
        for k in range(12)
    ]


# Each value of a setting meets each of the others, and each rule all the ways to leave a stack.
@pytest.mark.parametrize(
    ("early", "hidden", "conditioned", "dtype"),
    [
        ("objective", (), True, np.float64),
        slow("objective", (5,), False, np.float32),
        ("validation", (5,), True, np.float64),
        slow("validation", (), False, np.float32),
        slow("never", (5,), True, np.float32),
        slow("never", (), False, np.float64),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
@rules
def test_a_stack_trains_each_model_as_if_alone(solver, momentum, nesterov, hidden, early, conditioned, dtype, rng):
    X, y = problem(rng, 110, dtype=dtype)
    weights = rng.uniform(0.5, 1.5, 110)
    train, held_out = Samples(X, y, weights, np.arange(90)), Samples(X, y, weights, np.arange(90, 110))
    settings, mean = twelve_models(momentum, early != "never"), None
    if conditioned:
        settings, mean = [replace(model, scale=rng.uniform(0.5, 2, 6)) for model in settings], rng.normal(size=6)
    start = network((6, *hidden, 3), 1, dtype, "tanh", rng, scale=0.3)

    def trained(models):
        return sgd.train(
            repeated(start, len(models)),
            train,
            models,
            solver=solver,
            nesterov=nesterov,
            batch_size=16,
            mean=mean,
            shuffle=np.random.RandomState(5),
            validation=held_out if early == "validation" else None,
            keep_minibatch_losses=True,
        )

    lengths = set()
    for model, result in zip(settings, trained(settings)):
        (alone,) = trained([model])
        tolerance = STACK_TOLERANCE[dtype]
        np.testing.assert_allclose(result.parameters.flat, alone.parameters.flat, rtol=0, atol=tolerance)
        np.testing.assert_allclose(result.data_loss, alone.data_loss, rtol=tolerance)
        np.testing.assert_allclose(result.minibatch_loss, alone.minibatch_loss, rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(result.penalty, alone.penalty, rtol=10 * tolerance, atol=tolerance)
        np.testing.assert_allclose(result.validation_loss, alone.validation_loss, rtol=tolerance)
        assert (result.n_epochs, result.n_updates, result.best_epoch) == (
            alone.n_epochs,
            alone.n_updates,
            alone.best_epoch,
        )
        lengths.add(result.n_epochs)
    assert len(lengths) > 2 if early != "never" else lengths == {11, 12}


@pytest.mark.parametrize("hidden", [(), (5,)], ids=["softmax", "one hidden layer"])
@rules
def test_a_mean_and_a_scale_stand_for_samples_that_have_them(solver, momentum, nesterov, hidden, rng):
    X, y = problem(rng, 110)
    mean, scale = rng.normal(size=6), rng.uniform(0.5, 2, 6)
    coordinates, options = Coordinates(scale=scale), {"solver": solver, "nesterov": nesterov, "batch_size": 16}
    settings = Settings(l2=0.0, learning_rate=0.1, momentum=momentum, max_epochs=4)
    start = network((6, *hidden, 3), activation="tanh", rng=rng)
    moved = Network(Parameters.of(coordinates.to_working(start.parameters.pairs()), np.float64), "tanh")
    (result,) = sgd.train(start, samples(X, y), [replace(settings, scale=scale)], mean=mean, **options)
    (expected,) = sgd.train(moved, samples((X - mean) / scale, y), [settings], **options)
    for (W, b), (expected_W, expected_b) in zip(
        coordinates.to_working(result.parameters.pairs()), expected.parameters.pairs(), strict=True
    ):
        np.testing.assert_allclose(W, expected_W, atol=1e-11)
        np.testing.assert_allclose(b, expected_b, atol=1e-11)


@pytest.mark.parametrize("size", [1e-14, 1e25, 1e30, [1e25, 1, 1, 1e-14, 1, 1]], ids=str)
@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, False), (0.9, False), (0.9, True)])
def test_features_whose_squares_single_precision_cannot_hold_train_as_others(momentum, nesterov, size, rng):
    X, y = problem(rng, 60, dtype=np.float32)
    settings = Settings(l2=0.0, learning_rate=0.1, momentum=momentum, max_epochs=5)
    losses = []
    for factor in (1.0, size):
        scaled = replace(settings, scale=np.full(6, factor))
        data = samples(X * np.float32(factor), y)
        (result,) = sgd.train(network((6, 3), 1, np.float32), data, [scaled], nesterov=nesterov, batch_size=16)
        losses.append(result.data_loss)
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-5)


@pytest.mark.parametrize("kind", ["dense", "sparse"])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("conditioned", [True, False])
def test_sparse_and_dense_samples_train_the_same_model(conditioned, momentum, kind, rng):
    X, y = problem(rng, 90)
    X[rng.rand(*X.shape) < 0.6] = 0
    coordinates = conditioning_of(samples(X, y), 1e-3, True, rng).coordinates if conditioned else Coordinates()
    settings = [Settings(l2=1e-3, learning_rate=0.1, momentum=momentum, max_epochs=5, scale=coordinates.scale)]
    data = samples(sparse.csr_matrix(X) if kind == "sparse" else X, y)
    (result,) = sgd.train(network((6, 3)), data, settings, batch_size=16, mean=coordinates.mean)
    dense = samples(X, y)
    (expected,) = sgd.train(network((6, 3)), dense, settings, batch_size=16, mean=coordinates.mean)
    np.testing.assert_allclose(result.parameters.flat, expected.parameters.flat, atol=1e-12)


@pytest.mark.parametrize("monitor", ["loss", "accuracy"])
def test_the_best_parameters_on_the_validation_samples_are_returned(monitor, rng):
    X, y = problem(rng, 60)
    train, validation = samples(X, y, rows=np.arange(40)), samples(X, y, rows=np.arange(40, 60))
    # Labels are noise and nothing is penalised: the validation loss rises after its minimum.
    settings = [Settings(l2=0.0, learning_rate=1.0, max_epochs=30)]
    (result,) = sgd.train(network((6, 3)), train, settings, validation=validation, monitor=monitor, batch_size=8)
    losses, accuracies = np.array(result.validation_loss), np.array(result.validation_accuracy)
    best = np.argmin(losses) if monitor == "loss" else np.argmax(accuracies)
    assert result.best_epoch == best < 29
    loss = textbook_objective(result.parameters, X[40:], y[40:], 0.0)
    assert loss == pytest.approx(losses[best], rel=1e-12)


def trained_in_growing_steps(rates, rng, **options):
    """Models of samples that can be told apart, whose steps grow, with these learning rates."""
    X, y = problem(rng, 208)
    settings = [Settings(1e-6, rate, momentum=0.9, most_growth=8.0, max_epochs=8) for rate in rates]
    options = {"nesterov": True, "batch_size": 16, "shuffle": np.random.RandomState(1), **options}
    return sgd.train(network((6, 3), len(rates)), samples(X + 4 * np.eye(6)[y], y), settings, **options)


def test_a_model_that_goes_back_to_where_it_was_best_leaves_the_others_where_they_are():
    rates = (0.1, 0.5)
    calm, hasty = trained_in_growing_steps(rates, np.random.RandomState(0))
    for rate, result in zip(rates, (calm, hasty)):
        (alone,) = trained_in_growing_steps([rate], np.random.RandomState(0))
        np.testing.assert_allclose(result.parameters.flat, alone.parameters.flat, rtol=0, atol=1e-9)
        np.testing.assert_allclose(result.penalty, alone.penalty, rtol=1e-9)
        assert result.learning_rate == alone.learning_rate
    assert min(np.diff(calm.learning_rate)) >= 0 > min(np.diff(hasty.learning_rate))


def test_a_training_that_goes_on_goes_back_to_where_an_earlier_epoch_began():
    def trained(**options):
        return trained_in_growing_steps([0.5], np.random.RandomState(0), **options)[0]

    whole, shuffle = trained(), np.random.RandomState(1)
    (n_before,) = np.flatnonzero(np.diff(whole.learning_rate) < 0)
    part = trained(shuffle=shuffle, with_course=True, on_epoch=lambda results, _: results[0].n_epochs == n_before)
    assert part.n_epochs == n_before
    result = trained(shuffle=shuffle, earlier=part, moments=part.moments)
    np.testing.assert_array_equal(result.parameters.flat, whole.parameters.flat)
    assert result.learning_rate == whole.learning_rate


def test_models_that_stay_have_the_means_of_their_own_iterates(rng):
    X, y = problem(rng, 200)
    settings = [Settings(1e-2, 0.3, max_epochs=30, tolerance=0.1, patience=n, averaged=True) for n in (2, 7, 4)]

    def trained(models):
        start, shuffle = network((6, 3), len(models)), np.random.RandomState(0)
        return sgd.train(start, samples(X, y), models, batch_size=16, shuffle=shuffle)

    results = trained(settings)
    assert len({result.n_epochs for result in results}) == 3
    for model, result in zip(settings, results):
        (alone,) = trained([model])
        np.testing.assert_allclose(result.parameters.flat, alone.parameters.flat, rtol=0, atol=1e-10)
        np.testing.assert_allclose(result.data_loss, alone.data_loss, rtol=1e-10)


def test_what_is_told_of_the_mean_of_iterates_is_the_objective_there(rng):
    X, y = problem(rng, 200)
    settings = Settings(0.1, 0.3, max_epochs=30, tolerance=0.1, patience=4, averaged=True)
    (result,) = sgd.train(network((6, 3)), samples(X, y), [settings], batch_size=16)
    assert result.converged
    penalty = 0.05 * result.parameters.squared_norm()
    assert result.penalty[-1] == pytest.approx(penalty, rel=1e-12)
    objective = textbook_objective(result.parameters, X, y, 0.1)
    assert result.data_loss[-1] == pytest.approx(objective - penalty, rel=1e-12)


def test_a_model_stays_where_it_is_if_the_mean_of_its_iterates_is_worse(rng):
    X, y = problem(rng)
    # Each step improves, by less than the tolerance: the mean lags behind.
    settings = Settings(0.1, 0.01, max_epochs=30, tolerance=1.0, patience=6, averaged=True)
    (result,) = sgd.train(network((6, 3)), samples(X, y), [settings], batch_size=40)
    assert result.converged
    plain = replace(settings, averaged=False, tolerance=-np.inf, max_epochs=result.n_epochs)
    (expected,) = sgd.train(network((6, 3)), samples(X, y), [plain], batch_size=40)
    np.testing.assert_array_equal(result.parameters.flat, expected.parameters.flat)
    assert result.data_loss == expected.data_loss


def test_a_model_goes_back_to_where_its_best_epoch_began_with_the_penalty_there(rng):
    told, n_steps = [network((6, 3)).parameters], 208 // 16

    def on_epoch(results, parameters):
        told.append(parameters.take([0]))

    (result,) = trained_in_growing_steps([0.5], rng, on_epoch=on_epoch)
    objectives = np.add(result.data_loss, result.penalty)
    (back,) = np.flatnonzero(np.diff(result.learning_rate) < 0)
    np.testing.assert_array_equal(told[back + 1].flat, told[np.argmin(objectives[:back])].flat)
    # What is told of the epoch that it goes back from is where it goes.
    starts, ends = np.lib.stride_tricks.sliding_window_view([0.5e-6 * each.squared_norm() for each in told], 2).T
    expected = starts + (ends - starts) * (n_steps - 1) / (2 * n_steps)
    np.testing.assert_allclose(np.delete(result.penalty, back), np.delete(expected, back), rtol=1e-9)


def test_full_batch_curves_are_the_objective_before_each_step(rng):
    X, y = problem(rng)
    net = network((6, 3), rng=rng)
    start = net.parameters.take([0])
    (result,) = sgd.train(net, samples(X, y), [Settings(l2=0.2, learning_rate=0.1, max_epochs=1)], batch_size=40)
    assert result.data_loss[0] + result.penalty[0] == pytest.approx(textbook_objective(start, X, y, 0.2), rel=1e-13)


def test_penalty_of_an_epoch_is_the_mean_over_its_steps(rng):
    X, y = problem(rng, 400)
    start = network((6, 3), rng=rng).parameters
    penalties = []
    net = network((6, 3))
    net.parameters.flat[:] = start.flat
    for first in range(0, 400, 4):
        penalties.append(0.5 * 0.2 * (net.parameters.layers[0].W ** 2).sum())
        rows = np.arange(first, first + 4)
        sgd.train(net, samples(X, y, rows=rows), [Settings(l2=0.2, learning_rate=1e-3, max_epochs=1)], batch_size=4)
    net.parameters.flat[:] = start.flat
    (result,) = sgd.train(net, samples(X, y), [Settings(l2=0.2, learning_rate=1e-3, max_epochs=1)], batch_size=4)
    # The formula is exact where the penalty changes linearly; here it changes by a few per cent in the epoch.
    assert result.penalty[0] == pytest.approx(np.mean(penalties), rel=1e-3)


def test_divergence_ends_that_model_only(rng):
    X, y = problem(rng)
    settings = [
        Settings(l2=1.0, learning_rate=1e6, max_epochs=100),
        Settings(l2=1e-3, learning_rate=0.1, max_epochs=8),
    ]
    bad, good = sgd.train(network((6, 3), 2, rng=rng), samples(X, y), settings, batch_size=8)
    assert bad.diverged
    assert bad.n_epochs < 100
    assert not good.diverged
    assert np.isfinite(good.parameters.flat).all()
    assert good.n_epochs == 8


@pytest.mark.parametrize("monitor", ["loss", "accuracy"])
def test_divergence_ends_a_model_whatever_is_monitored(monitor, rng):
    X, y = problem(rng)
    settings = [Settings(l2=1.0, learning_rate=1e6, max_epochs=100)]
    options = {"validation": samples(X, y), "monitor": monitor, "batch_size": 8}
    (result,) = sgd.train(network((6, 3), rng=rng), samples(X, y), settings, **options)
    assert result.diverged
    assert result.n_epochs < 100


@pytest.mark.parametrize("patience", [1, 3])
def test_a_plateau_ends_after_exactly_the_patience(patience, rng):
    X, y = problem(rng)
    settings = [Settings(l2=0.0, learning_rate=1e-9, max_epochs=50, tolerance=1e-3, patience=patience)]
    (result,) = sgd.train(network((6, 3)), samples(X, y), settings)
    assert result.converged
    assert result.n_epochs == 1 + patience


@pytest.mark.parametrize(("hidden", "memories"), [((), 2), ((4,), 5)], ids=["softmax", "one hidden layer"])
def test_a_plateau_of_averaged_models_outlasts_the_steps_that_momentum_remembers(hidden, memories, rng):
    X, y = problem(rng)
    settings = Settings(l2=0.0, learning_rate=1e-9, momentum=0.75, max_epochs=50, tolerance=1e-3, averaged=True)
    (result,) = sgd.train(network((6, *hidden, 3), rng=rng), samples(X, y), [settings], batch_size=10)
    # An epoch of 4 steps is 1 / (1 - momentum) of them.
    assert result.n_epochs == 1 + memories


@pytest.mark.parametrize("monitor", ["loss", "accuracy"])
def test_a_plateau_of_what_is_monitored_is_where_it_betters_its_best_by_less_than_the_tolerance(monitor, rng):
    X = rng.normal(size=(400, 6))
    y = (X @ rng.normal(size=(6, 3))).argmax(axis=1)
    train, validation = samples(X, y, rows=np.arange(80)), samples(X, y, rows=np.arange(80, 400))

    def trained(tolerance):
        settings = Settings(l2=0.0, learning_rate=0.03, max_epochs=8, tolerance=tolerance)
        (result,) = sgd.train(network((6, 3)), train, [settings], validation=validation, monitor=monitor, batch_size=8)
        return result

    whole = trained(-np.inf)
    values = np.array(whole.validation_loss) if monitor == "loss" else -np.array(whole.validation_accuracy)
    gains = np.minimum.accumulate(values)[:-1] - values[1:]
    for tolerance in np.unique(gains[gains > 0]):
        assert trained(tolerance * (1 - 1e-9)).n_epochs == min(8, 2 + np.argmax([*(gains < tolerance), True]))


def test_adaptive_schedule_shrinks_at_plateaus_before_it_ends(rng):
    X, y = problem(rng)
    settings = [Settings(l2=0.0, learning_rate=1e-6, shrink=0.2, max_epochs=50, tolerance=1e-3, patience=2)]
    (result,) = sgd.train(network((6, 3)), samples(X, y), settings)
    assert result.converged
    np.testing.assert_allclose(
        np.array(result.learning_rate) / 1e-6, [1, 1, 1, 0.2, 0.2, 0.2, 0.04, 0.04, 0.04], rtol=1e-12
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_models", "conditioned", "batch_size"),
    [*((n, c, 32) for n in (1, 2) for c in (True, False)), *((2, True, b) for b in (1, MOST_PART_ROWS + 1, 10**6))],
)
@pytest.mark.parametrize(("solver", "momentum"), [("sgd", 0.0), ("sgd", 0.9), ("adam", 0.0)])
def test_nothing_is_allocated_inside_the_training_loop(solver, momentum, n_models, conditioned, batch_size, rng):
    X, y = problem(rng, MOST_PART_ROWS + 50, 3000, 10, np.float32)
    coordinates = conditioning_of(samples(X, y), 1e-4, True, rng).coordinates if conditioned else Coordinates()
    peaks = []

    def measure(results, parameters):
        now, peak = tracemalloc.get_traced_memory()
        peaks.append(peak - now)
        tracemalloc.reset_peak()

    settings = [
        Settings(l2=1e-4 * m, learning_rate=1e-4 * m, momentum=momentum, max_epochs=3, scale=coordinates.scale)
        for m in range(1, 1 + n_models)
    ]
    options = {"solver": solver, "nesterov": True, "batch_size": batch_size, "shuffle": np.random.RandomState(0)}
    options["mean"] = coordinates.mean
    tracemalloc.start()
    try:
        sgd.train(network((3000, 10), n_models, np.float32), samples(X, y), settings, on_epoch=measure, **options)
    finally:
        tracemalloc.stop()
    # The order of the samples, drawn anew in each epoch to index the rows, and NumPy's buffer of 8192 values for a sum
    # in higher precision, of which some versions take two for a stack. The parameters of a model alone would be 120 kB,
    # a batch of 32 samples 384 kB.
    order = 2 * 8 * len(X)
    assert max(peaks[1:]) < order + n_models * 8 * 8192 + 2000
