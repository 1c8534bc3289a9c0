# SPDX-License-Identifier: BSD-3-Clause
"""Progress, callbacks and interrupts of a fit."""

import io
import os
import signal
import sys
import threading
import time
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_info

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from sksoftmax._progress import Progress, duration
from sksoftmax.callbacks import StopAt, ValidationMonitor
from sksoftmax.plotting import training_snapshots
from tests.parameters import few_quick, slow
from tests.test_snapshots import assert_same_model

has_callbacks = pytest.mark.skipif(
    not hasattr(SoftmaxRegression, "set_callbacks"), reason="callbacks came with scikit-learn 1.9"
)
SOLVERS = ["sgd", "adam", "lbfgs"]


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:500], y[:500]


def quick(solver="sgd", **parameters):
    return SoftmaxRegression(**{"solver": solver, "max_iter": 6, "tol": None, "random_state": 0, **parameters})


# Progress


@pytest.mark.parametrize("solver", few_quick(SOLVERS))
def test_without_a_terminal_a_fit_has_at_most_20_lines_the_last_of_its_end(solver, digits, capsys):
    clf = quick(solver, max_iter=200, verbose=1).fit(*digits, X_val=digits[0][:50], y_val=digits[1][:50])
    lines = capsys.readouterr().out.splitlines()
    assert 5 < len(lines) <= 20
    assert lines[0].startswith("epoch   1 of 200  elapsed ")
    assert lines[-1].startswith(f"epoch {clf.n_iter_:>3} of 200  elapsed ")
    assert f"objective {clf.loss_:.6f}" in lines[-1]
    assert f"validation loss {clf.validation_loss_curve_[-1]:.6f}" in lines[-1]
    assert all(" left <= " in line for line in lines[:-1])
    assert len({line.index("objective") for line in lines}) == 1


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_fit_that_tells_of_its_progress_warns_as_any_other(solver, digits):
    with pytest.warns(ConvergenceWarning, match="has not converged after 2 of max_iter=2"):
        quick(solver, max_iter=2, tol=1e-9, verbose=1).fit(*digits)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def renewals_of_a_fit(digits, **parameters):
    """What a terminal shows one after the other; the clock of the fit has a quarter of a second an epoch."""
    now = iter(np.arange(100) / 4)
    terminal = Terminal()
    progress = Progress(stream=terminal, clock=lambda: float(next(now)))
    quick(**parameters)._fit(*digits, watchers=[progress])
    assert terminal.getvalue().count("\n") == 1
    return [line for line in terminal.getvalue().split("\r") if line.strip()]


def test_a_terminal_has_one_line_that_renews_itself(digits, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    for columns, whole in ((200, True), (40, False)):
        monkeypatch.setenv("COLUMNS", str(columns))
        renewals = renewals_of_a_fit(digits)
        assert [line.split("  ")[0] for line in renewals] == [f"epoch {i} of 6" for i in range(1, 7)]
        assert "elapsed   0.5 s" in renewals[1]
        assert ("  rate 0" in renewals[1]) == whole
        assert max(len(line.rstrip("\n")) for line in renewals) < columns


def test_where_tqdm_is_installed_the_line_is_its(digits, monkeypatch):
    pytest.importorskip("tqdm")
    monkeypatch.setenv("COLUMNS", "150")
    renewals = renewals_of_a_fit(digits)
    assert {f"epoch {i} of 6" for i in range(1, 7)} <= {line.split("  ")[0] for line in renewals}
    assert "elapsed   1.5 s  left <=   0.0 s  objective 0" in renewals[-1]
    # The bar, to its end.
    assert renewals[-1].rstrip()[-1] in "#█"


def test_without_a_terminal_nothing_is_asked_of_tqdm(digits, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    quick(verbose=1).fit(*digits)
    without = [line.split("  objective")[1] for line in capsys.readouterr().out.splitlines()]
    monkeypatch.undo()
    quick(verbose=1).fit(*digits)
    assert [line.split("  objective")[1] for line in capsys.readouterr().out.splitlines()] == without


def test_times_are_as_long_whatever_they_are():
    assert [duration(t) for t in (0.04, 99.94, 600, 36000)] == ["  0.0 s", " 99.9 s", " 10 min", " 10.0 h"]


def test_a_failed_fit_leaves_the_line_it_printed_last(digits, capsys):
    X, y = digits
    with pytest.raises(ValueError, match="diverged"):
        SoftmaxRegression(learning_rate_init=1e300, max_iter=5, verbose=1).fit(X, y)
    assert capsys.readouterr().out.endswith("\n")


def test_partial_fit_prints_its_epoch(digits, capsys):
    clf = quick(verbose=1).partial_fit(*digits, classes=np.arange(10)).partial_fit(*digits)
    assert [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()] == ["epoch 1", "epoch 2"]
    assert clf.n_iter_ == 2


# Callbacks


class Recorder:
    """Notes the tasks, and keeps a copy of each model."""

    def __init__(self, stop_after=None):
        self.events, self.models, self.data, self.stop_after = [], [], [], stop_after

    def setup(self, estimator, context):
        self.events.append("setup")

    def teardown(self, estimator, context):
        self.events.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.events.append(f"begin {context.task_name} {context.task_id}")

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, metadata=None, fitted_estimator=None):
        self.events.append(f"end {context.task_name} {context.task_id}")
        if context.task_name == "epoch":
            self.models.append(fitted_estimator)
            self.data.append((X, y, metadata))
        return self.stop_after == len(self.models)


@has_callbacks
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("hidden", [(), (4,)], ids=str)
def test_each_epoch_is_a_task_whose_model_is_that_of_a_shorter_fit(hidden, solver, digits):
    recorder = Recorder()
    clf = TinyMLPClassifier(hidden, solver=solver, max_iter=4, tol=None, random_state=0, l2=1e-3)
    fitted = clone(clf).set_callbacks(recorder).fit(*digits)
    epochs = [f"{what} epoch {i}" for i in range(4) for what in ("begin", "end")]
    assert recorder.events == ["setup", "begin fit 0", *epochs, "end fit 0", "teardown"]
    assert_same_model(fitted, clone(clf).fit(*digits))
    for n_epochs, model in enumerate(recorder.models, 1):
        shorter = clone(clf).set_params(max_iter=n_epochs).fit(*digits)
        assert_same_model(model, shorter)
        assert model.loss_curve_ == shorter.loss_curve_
    recorder.models[-1].coefs_[0][:] = 0
    assert fitted.coefs_[0].any()


@has_callbacks
@pytest.mark.parametrize("solver", SOLVERS)
def test_a_callback_may_stop_the_training(solver, digits):
    clf = quick(solver, max_iter=50, tol=1e-6).set_callbacks(Recorder(stop_after=3))
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        clf.fit(*digits)
    assert clf.n_iter_ == 3
    assert_same_model(clf, quick(solver, max_iter=3).fit(*digits))


@has_callbacks
def test_callbacks_have_the_samples_that_are_trained_on(digits):
    X, y = digits
    weights = np.random.RandomState(0).uniform(0.5, 2, len(y))
    recorder = Recorder()
    quick(max_iter=1, early_stopping=True).set_callbacks(recorder).fit(X, y, sample_weight=weights)
    ((X_train, y_train, metadata),) = recorder.data
    assert len(X_train) == 450
    of_weight = {weight: (row, label) for weight, row, label in zip(weights, X, y)}
    for row, label, weight in zip(X_train, y_train, metadata["sample_weight"]):
        np.testing.assert_array_equal(row, of_weight[weight][0])
        assert label == of_weight[weight][1]


@has_callbacks
def test_callbacks_are_torn_down_when_a_fit_fails(digits):
    recorder = Recorder()
    clf = SoftmaxRegression(learning_rate_init=1e300).set_callbacks(recorder)
    with pytest.raises(ValueError, match="diverged"):
        clf.fit(*digits)
    assert recorder.events[-1] == "teardown"
    assert set(vars(clf)) == {*clf.get_params(), "_skl_callbacks"}


@has_callbacks
@pytest.mark.parametrize("n_jobs", [1, slow(2)])
def test_the_callbacks_of_scikit_learn_see_every_epoch_of_a_search(n_jobs, digits):
    from sklearn.callback import ScoringMonitor

    monitor = ScoringMonitor(scoring="accuracy")
    clf = quick(max_iter=3).set_callbacks(monitor)
    search = GridSearchCV(make_pipeline(StandardScaler(), clf), {"softmaxregression__l2": [0.1, 0.2]}, cv=2)
    search.set_params(n_jobs=n_jobs).fit(*digits)
    # Four fits and the refit, of three epochs each and a score of the whole fit.
    rows = monitor.get_logs().data
    assert len(rows) == 5 * 4
    assert search.best_estimator_[-1].n_iter_ == 3


@has_callbacks
def test_a_validation_monitor_records_what_fit_records_of_validation_samples(digits):
    X, y = digits
    monitor = ValidationMonitor(X[400:], y[400:])
    clf = quick().set_callbacks(monitor).fit(X[:400], y[:400], X_val=X[400:], y_val=y[400:])
    np.testing.assert_allclose(monitor.validation_loss_curve_, clf.validation_loss_curve_, rtol=1e-9)
    assert monitor.validation_scores_ == pytest.approx(clf.validation_scores_)


@has_callbacks
def test_stop_at_stops_at_the_first_epoch_that_is_good_enough(digits):
    X, y = digits
    whole = quick(max_iter=30).fit(X, y, X_val=X, y_val=y)
    loss, score = whole.loss_curve_[9], whole.validation_scores_[4]
    by_loss = quick(max_iter=30).set_callbacks(StopAt(loss=loss)).fit(X, y)
    assert by_loss.loss_curve_ == whole.loss_curve_[: 1 + np.flatnonzero(np.array(whole.loss_curve_) <= loss)[0]]
    by_score = quick(max_iter=30).set_callbacks(StopAt(score=score)).fit(X, y, X_val=X, y_val=y)
    assert by_score.n_iter_ == 1 + np.flatnonzero(np.array(whole.validation_scores_) >= score)[0]
    assert quick(max_iter=30).set_callbacks(StopAt(seconds=0)).fit(X, y).n_iter_ == 1
    with pytest.raises(ValueError, match=r"StopAt\(score=0\.5\) needs validation samples"):
        quick().set_callbacks(StopAt(score=0.5)).fit(X, y)


def test_what_stop_at_does_not_allow_is_named():
    with pytest.raises(ValueError, match="needs one of seconds, loss and score"):
        StopAt()
    with pytest.raises(ValueError, match=r"seconds == -1, must be a float in the range \[0, inf\) or None"):
        StopAt(seconds=-1)
    with pytest.raises(TypeError, match="score == 'high'"):
        StopAt(score="high")


# Interrupts


class InterruptIn:
    """Validation of the interrupt at a given epoch, by a watcher."""

    def __init__(self, n_epochs):
        self.n_epochs = n_epochs

    def __call__(self, epoch):
        if epoch.result.n_epochs == self.n_epochs:
            raise KeyboardInterrupt

    def close(self):
        pass


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("solver", SOLVERS)
def test_an_interrupted_fit_is_what_the_last_finished_epoch_left(solver, early_stopping, digits):
    if solver == "lbfgs" and early_stopping:
        return
    clf = quick(solver, early_stopping=early_stopping, learning_rate="constant")
    with pytest.raises(KeyboardInterrupt):
        clf._fit(*digits, watchers=[InterruptIn(4)])
    expected = clone(clf).set_params(max_iter=4).fit(*digits)
    assert_same_model(clf, expected)
    assert clf.loss_curve_ == expected.loss_curve_
    if solver != "lbfgs":
        clf.early_stopping = expected.early_stopping = False
        assert_same_model(clf.partial_fit(*digits), expected.partial_fit(*digits))


def test_an_interrupt_before_the_first_epoch_ends_leaves_the_estimator_as_it_was(digits):
    clf = quick()
    with pytest.raises(KeyboardInterrupt):
        clf._fit(*digits, watchers=[InterruptIn(0)])
    assert set(vars(clf)) == set(clf.get_params())


def interrupt_after(seconds, call):
    """Whether a real SIGINT came in time."""
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT))
    try:
        timer.start()
        call()
        timer.cancel()
        timer.join()
        time.sleep(0.001)
    except KeyboardInterrupt:
        timer.join()
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("solver", SOLVERS)
def test_interrupts_at_any_moment_leave_a_whole_model(solver, digits):
    threads = [pool["num_threads"] for pool in threadpool_info()]
    reference = quick(solver, max_iter=30, early_stopping=solver != "lbfgs")
    start = time.perf_counter()
    whole = clone(reference).fit(*digits)
    seconds = time.perf_counter() - start
    snapshots = training_snapshots(reference, *digits, epochs=range(1, 31))
    moments, published = np.random.RandomState(0).uniform(0, seconds, 20), 0
    for moment in moments:
        clf = clone(reference)
        interrupt_after(moment, lambda clf=clf: clf.fit(*digits))
        assert [pool["num_threads"] for pool in threadpool_info()] == threads
        if hasattr(clf, "n_iter_"):
            assert_same_model(clf, snapshots[clf.n_iter_ - 1])
            assert clf.loss_curve_ == whole.loss_curve_[: clf.n_iter_]
            published += 1
        else:
            assert set(vars(clf)) == set(clf.get_params())
    assert published > 5


@pytest.mark.slow
def test_interrupts_of_partial_fit_leave_the_model_of_whole_calls(digits):
    threads = [pool["num_threads"] for pool in threadpool_info()]
    clf, counted = quick().partial_fit(*digits, classes=np.arange(10)), quick()
    for moment in np.random.RandomState(0).uniform(0, 0.02, 20):

        def train():
            for _ in range(20):
                clf.partial_fit(*digits)

        interrupt_after(moment, train)
        assert [pool["num_threads"] for pool in threadpool_info()] == threads
    for _ in range(clf.n_iter_):
        counted.partial_fit(*digits, classes=np.arange(10))
    assert_same_model(clf, counted)
