# SPDX-License-Identifier: BSD-3-Clause
from functools import reduce

import numpy as np
import pytest
from scipy import sparse

from sksoftmax._engine.lbfgs import Objective
from sksoftmax._engine.network import Network
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.parts import PartedObjective, Pass, Rounds, Sums, sums_of
from sksoftmax._engine.result import Settings
from sksoftmax._engine.sgd import go_through, steps_on, train
from sksoftmax._engine.smoothness import Moments, Smoothness
from sksoftmax._engine.updates import choose_rule
from tests.engine.helpers import network, problem, samples, textbook_gradient

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


def rounds_of(parts, net, settings, batch_size, seen=None, **options):
    """The Rounds of Samples in parts in this process; `seen` is told of the gradient that steps are corrected by."""
    options = {"solver": "sgd", "nesterov": False, "batch_size": batch_size, **options}
    sizes, dtype = net.parameters.sizes, net.parameters.dtype
    weights = np.array([len(p.rows) if p.weights is None else p.weights.sum() for p in parts])
    bare, sums = Settings(0.0), []

    def total_at(vector):
        sums[:] = [sums_of(network(sizes), part, bare, None, vector) for part in parts]
        return reduce(Sums.plus, sums)

    def passes_from(rate, n_updates, flat, moments, gradient, averaged):
        if seen is not None:
            seen.append(gradient)
        passes = []
        for part, own, weight in zip(parts, sums, weights):
            start = Network(Parameters(sizes, 1, dtype, flat), net.activation)
            pull = None if gradient is None else Parameters(sizes, 1, dtype, gradient - own.gradient / weight)
            moved, after, mean = steps_on(
                start,
                part,
                settings,
                rate=rate,
                n_updates=n_updates,
                moments=[Parameters(sizes, 1, dtype, moment) for moment in moments],
                pull=pull,
                averaged=averaged,
                **options,
            )
            passes.append(Pass(moved.flat, [moment.flat for moment in after], mean and mean.flat))
        return passes

    n_samples = sum(len(part.rows) for part in parts)
    n_steps = max(-(-len(part.rows) // batch_size) for part in parts)
    return Rounds(weights / weights.sum(), n_steps, batch_size, n_samples, total_at, passes_from)


def train_in_rounds(parts, net, settings, batch_size, solver="sgd", **options):
    rounds = rounds_of(parts, net, settings, batch_size, solver=solver, **options)
    rule = choose_rule(solver, [settings.momentum], options.get("nesterov", False), at_once=False)
    (result,) = go_through(net, rounds, rule, [settings])
    return result


@pytest.mark.parametrize("convert", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize(
    ("solver", "momentum", "nesterov"), [("sgd", 0.0, False), ("sgd", 0.9, True), ("adam", 0, False)]
)
def test_rounds_on_one_part_are_the_epochs_of_the_loop(rng, convert, solver, momentum, nesterov):
    X, y = problem(rng, 60)
    settings = Settings(0.1, learning_rate=0.02, momentum=momentum, max_epochs=4, scale=rng.uniform(1, 2, 6))
    data, options = samples(convert(X), y), {"solver": solver, "nesterov": nesterov, "batch_size": 16}
    whole = network((6, 4, 3), activation="tanh", rng=rng)
    parted = Network(whole.parameters.take([0]), "tanh")
    (theirs,) = train(whole, data, [settings], **options)
    ours = train_in_rounds([data], parted, settings, **options)
    np.testing.assert_allclose(ours.parameters.flat, theirs.parameters.flat, rtol=1e-9, atol=1e-12)
    assert ours.updates == theirs.updates
    assert ours.learning_rate == theirs.learning_rate


def test_a_round_of_one_step_each_is_a_step_on_all_samples(rng):
    X, y = problem(rng, 60)
    w, net = rng.exponential(size=60), network((6, 3), rng=rng)
    settings = Settings(0.1, learning_rate=0.3, max_epochs=1)
    parts = [samples(X[cut], y[cut], w[cut] / w[cut].mean()) for cut in CUTS[1:]]
    rounds = rounds_of(parts, net, settings, 100)
    shares = np.array([w[cut].sum() for cut in CUTS[1:]]) / w.sum()
    (W, b), expected = net.parameters.pairs()[0], network((6, 3)).parameters
    dW, db = textbook_gradient(W, b, X, y, 0.1, w)
    expected.layers[0].W[0], expected.layers[0].b[0] = W - 0.3 * dW, b - 0.3 * db
    rounds._shares = shares
    (result,) = go_through(net, rounds, choose_rule("sgd", [0.0], False, at_once=False), [settings])
    np.testing.assert_allclose(result.parameters.flat, expected.flat, rtol=1e-12, atol=1e-14)


@pytest.mark.slow
def test_the_optimum_is_at_rest_however_samples_are_dealt_out(rng):
    # In order of their classes, one a part: on their own, steps would take all samples for of one class.
    X, y = problem(rng, 90)
    # Three steps on each part, all of them on the same samples: nothing but how these are dealt out keeps steps going.
    y = np.repeat([0, 1, 2], 30)
    parts = [samples(np.tile(X[y == k], (3, 1)), np.full(90, k)) for k in range(3)]
    net, gradients, settings = network((6, 3)), [], Settings(0.1, learning_rate=0.2, max_epochs=200)
    rounds = rounds_of(parts, net, settings, 30, gradients)
    (result,) = go_through(net, rounds, choose_rule("sgd", [0.0], False, at_once=False), [settings])
    ((W, b),) = result.parameters.pairs()
    gradient = np.concatenate([values.ravel() for values in textbook_gradient(W, b, X, y, 0.1)])
    # Each round contracts by the smallest curvature, that of the penalty, times the rate of three steps.
    assert np.abs(gradient).max() < 1e-8
    assert gradients[0] is None
    assert gradients[-1] is not None


def test_where_rounds_raise_the_objective_steeply_the_learning_rate_falls(rng):
    X, y = problem(rng, 90)
    parts = [samples(X[cut], y[cut]) for cut in (slice(0, 50), slice(50, 90))]
    # Stable for a few percent of it.
    settings = Settings(0.1, learning_rate=10.0, max_epochs=60)
    result = train_in_rounds(parts, network((6, 3)), settings, 10)
    assert result.learning_rate[-1] < settings.learning_rate
    assert result.data_loss[-1] + result.penalty[-1] < result.data_loss[0] + result.penalty[0]


@pytest.mark.parametrize("rate", [30.0, 100.0])
def test_the_tolerance_falls_with_the_learning_rate(rate, rng):
    X, y = problem(rng, 60)
    net, settings = network((6, 3)), Settings(0.1, learning_rate=rate, max_epochs=100, tolerance=0.01)
    rounds = rounds_of([samples(X, y)], net, settings, 60)
    # So many that the loss is known exactly.
    rounds._n_equal = 1e12
    (result,) = go_through(net, rounds, choose_rule("sgd", [0.0], False, at_once=False), [settings])
    tolerance = 0.01 * result.learning_rate[-1] / rate
    gains = -np.diff(np.add(result.data_loss, result.penalty))
    assert tolerance < 0.002
    assert gains[-3] > tolerance > gains[-2] > gains[-1]


def test_steps_on_a_part_have_the_mean_of_their_iterates(rng):
    X, y = problem(rng, 32)
    options = {"solver": "sgd", "nesterov": False, "batch_size": 16, "rate": 0.1, "n_updates": 0}
    options |= {"moments": [], "pull": None, "averaged": True}
    first, _, _ = steps_on(network((6, 3)), samples(X, y, rows=np.arange(16)), Settings(0.1), **options)
    last, _, mean = steps_on(network((6, 3)), samples(X, y), Settings(0.1), **options)
    np.testing.assert_allclose(mean.flat, (first.flat + last.flat) / 2, rtol=1e-12)


def test_the_smoothness_of_parts_is_that_of_the_hardest():
    one, other = (Smoothness([Moments(a, b)], 1.0, 0.5, n, False) for a, b, n in ((1.0, 5.0, 10), (2.0, 3.0, 30)))
    assert Smoothness.of_parts([one, other]) == Smoothness([Moments(2.0, 5.0)], 1.0, 0.5, 40, False)
    assert Smoothness.of_parts([one]) == one
