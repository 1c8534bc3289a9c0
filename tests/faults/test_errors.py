# SPDX-License-Identifier: BSD-3-Clause
"""Errors of the user's own functions arrive as they are, in whichever call of theirs."""

import copy
import sys
from types import MappingProxyType

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, VectorizedGridSearchCV, VectorizedRandomizedSearchCV
from sksoftmax.callbacks import StopAt
from sksoftmax.plotting import training_snapshots
from tests.faults.leaving import MineError, X, Y, as_before, model_of, quick
from tests.parameters import slow

has_callbacks = pytest.mark.skipif(
    not hasattr(SoftmaxRegression, "set_callbacks"), reason="callbacks came with scikit-learn 1.9"
)


class Failing:
    """An object of the user's, one call of whose method raises an error.

    Parameters
    ----------
    method : name
    number : of that call, from 1 on; 0 never fails
    result : what the other calls return
    """

    def __init__(self, method="__call__", number=0, result=None):
        self._method, self._number, self._result = method, number, result
        self.error, self.n_calls = MineError(), 0

    def __reduce__(self):
        # How often it was called is no part of an estimator.
        return type(self), (self._method, self._number, self._result)

    def __deepcopy__(self, _):
        return self

    def _called(self, method, *args):
        if method == self._method:
            self.n_calls += 1
            if self.n_calls == self._number:
                raise self.error
        return self._result(*args) if callable(self._result) else self._result

    def __call__(self, *args, **kwargs):
        return self._called("__call__", *args)

    def rvs(self, random_state):
        return self._called("rvs")

    def split(self, X, y, groups=None):
        return self._called("split")

    def get_n_splits(self, X=None, y=None, groups=None):
        self._called("get_n_splits")
        return 1

    def write(self, text):
        self._called("write")

    def flush(self):
        self._called("flush")

    def setup(self, estimator, context):
        self._called("setup")

    def on_fit_task_begin(self, estimator, context):
        self._called("on_fit_task_begin")

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        self._called("on_fit_task_end")

    def teardown(self, estimator, context):
        self._called("teardown")


def check_each_call(make, train, method="__call__", result=None):
    """make(Failing) is an estimator, and train(it, Failing) calls the method of the Failing."""
    never = Failing(method, 0, result)
    whole = train(make(never), never)
    last = never.n_calls
    assert last > 0
    # Where there are many, the first and the last and one between.
    for number in range(1, last + 1) if last < 5 else (1, 2, last // 2, last):
        failing = Failing(method, number, result)
        estimator = make(failing)
        with as_before(estimator, failing.error):
            train(estimator, failing)
        # It fails only once.
        assert model_of(train(estimator, failing)) == model_of(whole)


def fit(estimator, _):
    return estimator.fit(X, Y)


def partial_fit(estimator, _):
    return estimator.partial_fit(X, Y, np.arange(10))


def search(estimator=None, grid=MappingProxyType({"l2": [0.1, 1.0]}), **parameters):
    return VectorizedGridSearchCV(estimator or quick(), dict(grid), **{"cv": 2, "error_score": "raise", **parameters})


@pytest.mark.parametrize("train", [fit, partial_fit])
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_errors_of_a_schedule(solver, train):
    check_each_call(lambda schedule: quick(solver=solver, learning_rate=schedule), train, result=1.0)


@pytest.mark.slow
def test_errors_of_scorers():
    check_each_call(lambda scorer: search(scoring=scorer), fit, result=0.5)
    check_each_call(
        lambda scorer: SoftmaxRegressionCV([0.1, 1.0], cv=2, scoring=scorer, random_state=0), fit, result=0.5
    )


def test_errors_of_splitters():
    splits = [(np.arange(40), np.arange(40, 80))]
    for method in ("split", "get_n_splits"):
        check_each_call(lambda splitter: search(cv=splitter), fit, method, splits)
        check_each_call(lambda splitter: SoftmaxRegressionCV([0.1], cv=splitter, random_state=0), fit, method, splits)


def test_errors_of_distributions():
    def make(distribution):
        return VectorizedRandomizedSearchCV(quick(), {"l2": distribution}, n_iter=2, cv=2, random_state=0)

    check_each_call(make, fit, "rvs", 0.1)


def test_errors_of_the_choice_among_candidates():
    check_each_call(lambda choice: search(refit=choice), fit, result=0)


def test_errors_of_random_numbers():
    class Numbers(np.random.RandomState):
        fails = True

        def randint(self, *args, **kwargs):
            if self.fails:
                raise MineError
            return super().randint(*args, **kwargs)

    clf = quick(random_state=Numbers(0))
    with as_before(clf, MineError):
        clf.fit(X, Y)
    clf.random_state.fails = False
    assert model_of(clf.fit(X, Y)) == model_of(quick(random_state=np.random.RandomState(0)).fit(X, Y))


def test_errors_of_blocks():
    def fit_stream(estimator, blocks):
        return estimator.fit_stream(blocks)

    check_each_call(lambda _: quick(), fit_stream, result=lambda: [(X[:40], Y[:40]), (X[40:], Y[40:])])

    def each_block(blocks):
        def give():
            for rows in (slice(None, 40), slice(40, None)):
                blocks()
                yield X[rows], Y[rows]

        return give

    check_each_call(lambda _: quick(), lambda estimator, blocks: estimator.fit_stream(each_block(blocks)))


def test_errors_of_steps_before():
    def make(function):
        return search(make_pipeline(FunctionTransformer(function), quick(l2=0.1)), {})

    check_each_call(make, fit, result=np.asarray)
    failing = Failing(number=1, result=np.asarray)
    pipeline = make_pipeline(FunctionTransformer(failing), quick())
    with as_before(pipeline, failing.error):
        training_snapshots(pipeline, X, Y, epochs=1)


@pytest.mark.parametrize("make", [quick, search], ids=["fit", "search"])
@pytest.mark.parametrize("verbose", [1, slow(2)])
def test_errors_of_the_stream_that_progress_goes_to(make, verbose, monkeypatch):
    def train(estimator, stream):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            return estimator.fit(X, Y)

    check_each_call(lambda _: make(verbose=verbose), train, "write")


@has_callbacks
@pytest.mark.parametrize("hook", ["setup", "on_fit_task_begin", "on_fit_task_end", "teardown"])
@pytest.mark.parametrize(
    "estimator",
    [
        quick(),
        slow(quick(solver="lbfgs", verbose=1)),
        slow(quick(warm_start=True).fit(X[:40], Y[:40])),
        search(),
        slow(search().fit(X[:40], Y[:40])),
        slow(SoftmaxRegressionCV([0.1, 1.0], cv=2, random_state=0)),
    ],
    ids=["fit", "lbfgs", "fitted", "search", "fitted search", "penalty"],
)
def test_errors_of_callbacks(estimator, hook):
    check_each_call(lambda callback: copy.deepcopy(estimator).set_callbacks(StopAt(seconds=1000), callback), fit, hook)


@pytest.mark.slow
@has_callbacks
@pytest.mark.parametrize("hook", ["setup", "on_fit_task_begin", "on_fit_task_end", "teardown"])
def test_errors_of_the_callbacks_of_candidates(hook):
    check_each_call(lambda callback: search(quick().set_callbacks(callback)), fit, hook)


@has_callbacks
def test_all_that_watches_a_fit_is_told_of_its_end(capsys):
    clf = quick(verbose=1, max_iter=3).set_callbacks(callback := Failing("on_fit_task_end", 2))
    with as_before(clf, callback.error):
        clf.fit(X, Y)
    # The line of the epoch that failed is the latest.
    assert capsys.readouterr().out.splitlines()[-1].startswith("epoch 2 of 3")
