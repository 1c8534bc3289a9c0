# SPDX-License-Identifier: BSD-3-Clause
"""The benchmarks measure what they say: turns, medians, ratios, one recipe, and reports that agree."""

import json
import math
from dataclasses import replace
from itertools import count
from statistics import median

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from sksoftmax import SoftmaxRegression
from tests.benchmarks import epoch, growth, lbfgs, measure, peers, pickles, predict, report, rules, tuning
from tests.benchmarks.data import load
from tests.benchmarks.floor import Floor, calls, forward, gradient, product, ways
from tests.benchmarks.measure import Conditions, epoch_seconds, interleaved, ratios, seconds
from tests.benchmarks.peers import scikit_learn
from tests.benchmarks.recipe import Recipe, ours, reached
from tests.benchmarks.report import Row
from tests.benchmarks.trained import Trained


@pytest.fixture(scope="module")
def data():
    return load(None, n_train=300, n_test=100, n_features=20)


@pytest.fixture
def growing_clock(monkeypatch):
    """A clock whose every reading lies further from the last one, so that durations are positive and grow."""
    readings = count(1)
    monkeypatch.setattr(measure, "perf_counter", lambda: float(next(readings)) ** 2)


@pytest.fixture
def only_scikit_learn(monkeypatch):
    monkeypatch.setattr(peers, "missing", lambda: list(peers.LIBRARIES))


def test_each_repeat_makes_every_measurement_once():
    made = []
    interleaved({name: lambda name=name: made.append(name) or 1.0 for name in "abc"}, repeats=2)
    assert made == list("abcabc")


def test_a_measurement_is_the_median_of_its_repeats():
    values = {"a": iter([5.0, 1.0, 2.0]), "b": iter([7.0, 9.0, 8.0])}
    assert interleaved({name: lambda name=name: next(values[name]) for name in values}, 3) == {"a": 2.0, "b": 8.0}


def test_ratios_are_multiples_of_the_reference():
    assert ratios({"ours": 2.0, "peer": 6.0}, "ours") == {"peer": 3.0}


def test_what_comes_once_in_a_fit_is_no_part_of_an_epoch(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(measure, "perf_counter", lambda: now[0])

    def run(n_epochs):
        now[0] += 100.0 + 0.5 * n_epochs
        return n_epochs

    assert epoch_seconds(run) == (0.5, 3)
    assert seconds(run, 1) == 100.5


def test_a_target_is_met_or_not():
    assert [Row("", "", "", 2.0, target).met for target in (">= 2", "< 2", "")] == [True, False, None]


def test_a_fresh_process_returns_the_value_of_a_function():
    assert measure.in_fresh_process(median, [3, 1, 2]) == 2


@pytest.mark.parametrize("order", ["CF", "FC"])
def test_a_product_of_the_floor_is_in_place(rng, order):
    A, B = (np.array(rng.normal(size=shape), order=o) for shape, o in zip([(4, 5), (5, 3)], order))
    for C in (np.ones((4, 3)), np.ones((4, 3), order="F")):
        product(2.0, A, B, 3.0, C)()
        np.testing.assert_allclose(C, 2 * A @ B + 3, rtol=1e-12)


def test_every_way_to_cut_a_product_makes_the_same(rng):
    W, X = rng.normal(size=(5, 7)), rng.normal(size=(6, 7))
    for order, outputs, samples in ways(5, 6, gradient):
        result = W.copy()
        parts = calls(gradient, result, X, order, outputs, samples)
        for call in calls(forward, W, X, order, outputs, samples):
            call()
        for call in parts:
            # The units that the product reads are zeros, so it leaves the weights alone.
            call()
        assert np.array_equal(result, W)
        assert sorted(row for rows in outputs for row in range(rows.start, rows.stop)) == list(range(5))
        assert sorted(row for rows in samples for row in range(rows.start, rows.stop)) == list(range(6))


def test_the_floor_gathers_every_whole_batch(data):
    floor = Floor(data.X, 32, Recipe(32, (8,)).layers(data.X.shape[1]))
    gathered = sorted(floor._shuffled(np.arange(len(data.X))))
    assert len(gathered) == len(set(gathered)) == 288
    floor(1)


def test_largest_gradient_is_that_of_the_objective(data, rng):
    theta = rng.normal(size=(10, data.X.shape[1] + 1))

    def trained(theta):
        theta = theta.reshape(10, -1)
        return Trained([(theta[:, :-1], theta[:, -1])])

    slopes = approx_fprime(theta.ravel(), lambda theta: trained(theta).objective(data.X, data.y, 0.1), 1e-6)
    # Forward differences of step 1e-6.
    np.testing.assert_allclose(trained(theta).largest_gradient(data.X, data.y, 0.1), abs(slopes).max(), rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [(), (8,)])
@pytest.mark.parametrize("name", ["MLPClassifier", *peers.LIBRARIES])
def test_all_contestants_minimise_one_objective(data, hidden, name):
    if name in peers.missing():
        pytest.skip(f"{name} is not installed")
    if name == "mlxtend" and hidden:
        pytest.skip("its hidden units are logistic")
    recipe = Recipe(20, hidden, learning_rate=0.1, l2=0.1)
    train = scikit_learn.train if name == "MLPClassifier" else peers.installed(name)[name].train
    found, expected = (train(data.X, data.y, recipe)(100) for train in (train, ours))
    values = [trained.objective(data.X, data.y, recipe.l2) for trained in (found, expected)]
    # The objective at the start is log(10) = 2.3; the order of the samples makes the end differ.
    assert values[0] == pytest.approx(values[1], abs=0.01)


def test_random_data_can_be_learned():
    data = load(None, n_train=2_000, n_test=500, n_features=20)
    model = SoftmaxRegression(random_state=0).fit(data.X, data.y)
    assert reached(model).accuracy(data.X_test, data.y_test) > 0.8


SMALL_CASES = {name: replace(epoch.CASES[name], n_samples=100) for name in ("softmax, batch 32", "softmax, online")}


def small_comparisons(conditions):
    """{name: (module, rows)} of the comparisons that need no process of their own."""
    return {
        "epoch": (epoch, epoch.rows(conditions, SMALL_CASES)),
        "rules": (rules, rules.rows(conditions)),
        "lbfgs": (lbfgs, lbfgs.to_one_end(conditions)),
        "predict": (predict, predict.rows(conditions, n_calls=3)),
        "pickle": (pickles, pickles.rows(conditions)),
        "growth": (growth, growth.rows(conditions, {"samples": [100, 200, 300], "hidden": [2, 4, 8]})),
        "tuning": (tuning, tuning.beside_jax(conditions.repeats, n_epochs=2)),
    }


@pytest.mark.slow
# Fits of a few epochs are meant to end before they converge.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.usefixtures("growing_clock", "only_scikit_learn")
def test_small_comparisons_report_what_they_measure(data, tmp_path):
    comparisons = {
        name: (module, list(rows)) for name, (module, rows) in small_comparisons(Conditions(data, 1, tmp_path)).items()
    }
    for _, rows in comparisons.values():
        assert rows
        assert all(math.isfinite(row.value) for row in rows)
    assert {row.contestant for row in comparisons["epoch"][1]} >= {epoch.OURS, "MLPClassifier", "SGDClassifier"}
    assert {row.contestant for row in comparisons["rules"][1]} == set(rules.RULES) - {rules.PLAIN}
    positive = [row for name in comparisons if name != "growth" for row in comparisons[name][1]]
    assert all(row.value > 0 for row in positive)

    report.write(report.summary(comparisons, data.name, 1), tmp_path)
    written = json.loads((tmp_path / "benchmarks.json").read_text())
    tables = (tmp_path / "benchmarks.md").read_text()
    assert list(written["comparisons"]) == list(comparisons)
    for name, (_, rows) in comparisons.items():
        section = tables.split(f"\n## {name}\n")[1].split("\n## ")[0]
        cells = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")][2:]
        assert [row["value"] for row in written["comparisons"][name]["rows"]] == [row.value for row in rows]
        assert [row[:2] for row in cells] == [[row.case, row.contestant] for row in rows]
    assert (tmp_path / "growth.png").exists()
