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
from sklearn.datasets import load_iris

from sksoftmax import SoftmaxRegression
from tests.benchmarks import (
    endless,
    epoch,
    growth,
    lbfgs,
    measure,
    peers,
    pickles,
    predict,
    report,
    rules,
    shapes,
    sparse,
    tables,
    tuning,
)
from tests.benchmarks.data import load
from tests.benchmarks.floor import Floor, calls, forward, gradient, product, ways
from tests.benchmarks.measure import Conditions, Repeated, epoch_seconds, interleaved, ratios, seconds
from tests.benchmarks.peers import scikit_learn
from tests.benchmarks.recipe import Recipe, ours, reached
from tests.benchmarks.report import Row
from tests.benchmarks.trained import Trained


@pytest.fixture(scope="module")
def data():
    return load(None, n_train=300, n_test=100, n_features=20)


@pytest.fixture(autouse=True)
def as_often_as_asked(monkeypatch):
    monkeypatch.setattr(measure, "LONG_ENOUGH", 0.0)


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


def test_measurements_that_are_soon_made_are_repeated_for_a_while(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(measure, "perf_counter", lambda: now[0])
    monkeypatch.setattr(measure, "LONG_ENOUGH", 10.0)

    def lasting(duration):
        def measurement():
            now[0] += duration
            return duration

        return {"a": measurement}

    durations = {6.0: 3, 3.0: 4, 0.1: measure.MOST_REPEATS}
    assert {d: len(interleaved(lasting(d), 3)["a"].values) for d in durations} == durations


def test_a_ratio_has_the_spread_of_the_ratios_of_each_repeat():
    row = Row("", "", "times ours", Repeated([2.0, 9.0, 4.0]) / Repeated([1.0, 3.0, 2.0]))
    assert (row.value, row.spread) == (2.0, (2.0, 3.0))
    assert row.cells()[2:4] == ["2", "2 to 3"]
    halves = [Repeated([1.0, 4.0]), Repeated([4.0, 4.0])]
    mean = Row("", "", "", Repeated.mean_of(halves))
    assert (mean.value, mean.spread) == (pytest.approx(10**0.5), (2.0, 4.0))


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


def small_set():
    X, y = load_iris(return_X_y=True)
    return X[::2], y[::2], X[1::2], y[1::2]


def small_tables(folder):
    """A folder with a table that has a column of words, and a label too rare for the folds."""
    X, y = load_iris(return_X_y=True)
    lines = [f"{', '.join(map(str, x))}, {'ab'[i % 2]}, class {k}" for i, (x, k) in enumerate(zip(X, y))]
    (folder / "iris.dat").write_text("\n".join([*lines, "1, 1, 1, 1, a, class 3"]) + "\n")
    return folder


def test_a_table_has_numbers_and_one_hot_words(tmp_path):
    X, y = tables.read(small_tables(tmp_path) / "iris.dat")
    assert X.shape == (150, 6)
    np.testing.assert_array_equal(X[:, :4], load_iris().data)
    np.testing.assert_array_equal(X[:2, 4:], [[1, 0], [0, 1]])
    assert set(y) == {"class 0", "class 1", "class 2"}


def small_comparisons(conditions):
    """{name: (module, rows)} of the comparisons that need no process of their own."""
    return {
        "epoch": (epoch, epoch.rows(conditions, SMALL_CASES)),
        "rules": (rules, rules.rows(conditions)),
        "lbfgs": (lbfgs, lbfgs.to_one_end(conditions)),
        "predict": (predict, predict.rows(conditions, n_calls=3)),
        "pickle": (pickles, pickles.rows(conditions)),
        "endless": (endless, endless.rows(conditions, n_calls=30)),
        "growth": (growth, growth.rows(conditions, {"samples": [100, 200, 300], "hidden": [2, 4, 8]})),
        "tuning": (tuning, tuning.beside_jax(conditions.repeats, n_epochs=2)),
        "shapes": (shapes, shapes.rows(conditions, {"iris": small_set})),
        "tables": (tables, tables.rows(conditions)),
    }


@pytest.mark.slow
# Fits of a few epochs are meant to end before they converge.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.usefixtures("growing_clock", "only_scikit_learn")
def test_small_comparisons_report_what_they_measure(data, tmp_path):
    comparisons = {
        name: (module, list(rows))
        for name, (module, rows) in small_comparisons(Conditions(data, 1, tmp_path, small_tables(tmp_path))).items()
    }
    for _, rows in comparisons.values():
        assert rows
        assert all(math.isfinite(row.value) for row in rows)
    assert {row.contestant for row in comparisons["epoch"][1]} >= {epoch.OURS, "MLPClassifier", "SGDClassifier"}
    assert {row.contestant for row in comparisons["predict"][1]} >= {"MLPClassifier", "TinyMLPClassifier", "to_sklearn"}
    assert {row.contestant for row in comparisons["rules"][1]} == set(rules.RULES) - {rules.PLAIN}
    assert {row.contestant for row in comparisons["tables"][1]} == {tables.RAW, tables.SCALED, tables.PEER_NETWORK}
    times = [row for _, rows in comparisons.values() for row in rows if row.measure == "times ours"]
    assert all(row.value > 0 for row in times)

    report.write(report.summary(comparisons, data.name, 1), tmp_path)
    written = json.loads((tmp_path / "benchmarks.json").read_text())
    text = (tmp_path / "benchmarks.md").read_text()
    assert list(written["comparisons"]) == list(comparisons)
    for name, (module, rows) in comparisons.items():
        section = text.split(f"\n## {report.title(module)}\n")[1].split("\n## ")[0]
        cells = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")][2:]
        assert [row["value"] for row in written["comparisons"][name]["rows"]] == [row.value for row in rows]
        assert [row[:2] for row in cells] == [[row.case, row.contestant] for row in rows]
    assert (tmp_path / "growth.png").exists()


@pytest.mark.slow
def test_sparse_samples_are_measured_beside_their_peers(rng):
    steps = list(sparse.steps(1, 128, [300, 600]))
    assert [row.contestant for row in steps[:3]] == ["SoftmaxRegression", "SGDClassifier", "SGDClassifier.partial_fit"]
    fits = {row.contestant: row for row in sparse.documents(1, 200, 100, 500)}
    assert fits["SoftmaxRegression()"].value == 1
    assert all(0 < row.reached["test accuracy"] <= 1 for row in fits.values())
    X, y = sparse.texts(50, 200)
    assert X.shape == (50, 200)
    assert X.data.sum() >= 5 * len(y)
