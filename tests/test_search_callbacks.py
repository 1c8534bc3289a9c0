# SPDX-License-Identifier: BSD-3-Clause
"""The callbacks of scikit-learn in the searches: a task for each stack."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, VectorizedGridSearchCV, VectorizedRandomizedSearchCV
from tests.parameters import slow
from tests.test_watching import Recorder, has_callbacks

pytestmark = has_callbacks
L2S = [1e-3, 0.1, 1.0]


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:400], y[:400]


def quick(**parameters):
    return SoftmaxRegression(**{"max_iter": 3, "tol": None, "random_state": 0, **parameters})


SEARCHES = {
    "grid": VectorizedGridSearchCV(quick(), {"l2": L2S}, cv=2),
    "random": VectorizedRandomizedSearchCV(quick(), {"l2": L2S}, n_iter=3, cv=2),
    "cv": SoftmaxRegressionCV(L2S, cv=2, solver="sgd", max_iter=3, tol=None, random_state=0),
    "pipeline": VectorizedGridSearchCV(make_pipeline(StandardScaler(), quick()), {"softmaxregression__l2": L2S}, cv=2),
}


class Propagated(Recorder):
    """Is handed on to the estimators that a search fits."""

    max_propagation_depth = None


@pytest.mark.parametrize("name", SEARCHES)
def test_each_stack_and_the_refit_are_tasks(name, digits):
    recorder = Recorder()
    search = clone(SEARCHES[name]).set_callbacks(recorder)
    search.fit(*digits)
    stacks = [f"{what} stack {i}" for i in range(2) for what in ("begin", "end")]
    expected = ["begin search 0", *stacks, "end search 0", "begin refit 1", "end refit 1"]
    assert recorder.events == ["setup", "begin fit 0", *expected, "end fit 0", "teardown"]
    assert "_callback_fit_ctx" not in vars(search)


@pytest.mark.parametrize("name", ["grid", "cv"])
def test_what_is_propagated_sees_the_epochs_of_the_refit(name, digits):
    recorder = Propagated()
    search = clone(SEARCHES[name]).set_callbacks(recorder).fit(*digits)
    epochs = [f"{what} epoch {i}" for i in range(3) for what in ("begin", "end")]
    start = recorder.events.index("end search 0")
    assert recorder.events[start + 1 :] == ["begin fit 1", *epochs, "end fit 1", "end fit 0", "teardown"]
    best = getattr(search, "best_estimator_", search)
    np.testing.assert_array_equal(recorder.models[-1].coef_, best.coef_)


def test_candidates_with_callbacks_may_differ_in_what_stacks_share(digits):
    X, y, grid = digits[0][:100], digits[1][:100], {"batch_size": [16, 32]}
    heard, unheard = (
        VectorizedGridSearchCV(clf, grid, cv=2, scoring="neg_log_loss", refit=False).fit(X, y).cv_results_
        for clf in (quick().set_callbacks(Recorder()), quick())
    )
    np.testing.assert_allclose(heard["mean_test_score"], unheard["mean_test_score"], rtol=1e-9)


def test_stacks_have_the_samples_of_their_split(digits):
    X, y = digits
    seen = []

    class Samples(Recorder):
        def on_fit_task_end(self, estimator, context, *, X=None, y=None, metadata=None):
            if context.task_name == "stack":
                seen.append((X, y, metadata))

    weights = np.arange(1.0, 401)
    search = VectorizedGridSearchCV(quick(), {"l2": L2S}, cv=[(np.arange(0, 400, 2), np.arange(1, 400, 2))])
    search.set_callbacks(Samples()).fit(X, y, sample_weight=weights).fit(X, y)
    (X_train, y_train, metadata), (*_, without) = seen
    np.testing.assert_array_equal(X_train, X[::2])
    np.testing.assert_array_equal(y_train, y[::2])
    np.testing.assert_array_equal(metadata["sample_weight"], weights[::2])
    assert without is None


@pytest.mark.parametrize("n_jobs", [1, slow(2)])
@pytest.mark.parametrize("in_pipeline", [False, slow(True)])
def test_the_callbacks_of_a_candidate_are_told_of_every_epoch_as_in_the_search_of_scikit_learn(
    in_pipeline, n_jobs, digits
):
    from sklearn.callback import ScoringMonitor

    logs, scores = [], []
    for cls in (VectorizedGridSearchCV, GridSearchCV):
        monitor = ScoringMonitor(scoring="accuracy")
        clf = quick().set_callbacks(monitor)
        model, name = (make_pipeline(StandardScaler(), clf), "softmaxregression__l2") if in_pipeline else (clf, "l2")
        search = cls(model, {name: L2S}, cv=2, n_jobs=n_jobs, scoring="neg_log_loss").fit(*digits)
        log = monitor.get_logs().data
        # Six fits and the refit, of three epochs each and a score of the whole fit.
        assert len(log) == len({row["task_id_path"] for row in log}) == 7 * 4
        logs.append(sorted(row["accuracy"] for row in log))
        scores.append(search.cv_results_["mean_test_score"])
    np.testing.assert_allclose(*scores, rtol=1e-9)
    assert logs[0] == logs[1]


def test_callbacks_of_some_candidates_are_told_of_their_fits_as_in_the_search_of_scikit_learn(digits):
    from sklearn.callback import ScoringMonitor

    logs = []
    for cls in (VectorizedGridSearchCV, GridSearchCV):
        monitor = ScoringMonitor(scoring="accuracy")
        # Steps before that differ are jobs of their own.
        candidates = [
            {"standardscaler__with_mean": [False], "softmaxregression": [quick()]},
            {"standardscaler__with_mean": [True], "softmaxregression": [quick().set_callbacks(monitor)]},
        ]
        cls(make_pipeline(StandardScaler(), quick()), candidates, cv=2, refit=False).fit(*digits)
        log = monitor.get_logs().data
        # Two fits, of three epochs each and a score of the whole fit.
        assert len(log) == len({row["task_id_path"] for row in log}) == 2 * 4
        logs.append(sorted(row["accuracy"] for row in log))
    assert logs[0] == logs[1]


def test_a_candidate_with_callbacks_has_the_scores_of_one_without(digits):
    plain = VectorizedGridSearchCV(quick(), {"l2": L2S}, cv=2).fit(*digits)
    watched = VectorizedGridSearchCV(quick().set_callbacks(Recorder()), {"l2": L2S}, cv=2).fit(*digits)
    # Of a model in a stack and alone the products differ in their rounding.
    for split in range(2):
        name = f"split{split}_test_score"
        np.testing.assert_allclose(plain.cv_results_[name], watched.cv_results_[name])


@pytest.mark.parametrize("n_jobs", [1, slow(2)])
@pytest.mark.parametrize("name", SEARCHES)
def test_the_progress_bar_of_scikit_learn_counts_the_stacks(name, n_jobs, digits, capsys):
    pytest.importorskip("rich")
    from sklearn.callback import ProgressBar

    search = clone(SEARCHES[name]).set_params(n_jobs=n_jobs).set_callbacks(ProgressBar())
    search.fit(*digits)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-2] for line in lines if " - search" in line] == ["100%"]


def test_callbacks_are_torn_down_when_a_search_fails(digits):
    recorder = Recorder()
    search = VectorizedGridSearchCV(quick(learning_rate_init=1e300), {"l2": L2S}, cv=2).set_callbacks(recorder)
    with pytest.raises(ValueError, match="All the 6 fits failed"):
        search.fit(*digits)
    assert recorder.events[-1] == "teardown"
