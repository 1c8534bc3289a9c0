# SPDX-License-Identifier: BSD-3-Clause
"""Ctrl-C at any moment leaves an estimator or a search as it was, or whole, or with the table of what was finished."""

import copy
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_info

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, VectorizedGridSearchCV
from sksoftmax import _attributes as attributes
from sksoftmax import _base as base
from sksoftmax import _curves as curves
from sksoftmax import _fit_together as fit_together
from sksoftmax import _search as search_module
from sksoftmax import _softmax_regression_cv as cv_module
from sksoftmax._engine import sgd
from tests.engine.test_interrupts import interrupted_at
from tests.parameters import slow
from tests.test_snapshots import assert_same_model
from tests.test_watching import interrupt_after

OF_FITS = {module.__file__ for module in (attributes, base, curves, fit_together)}
OF_SEARCHES = {module.__file__ for module in (attributes, search_module, cv_module)}


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:400], y[:400]


def quick(**parameters):
    return SoftmaxRegression(**{"max_iter": 2, "tol": None, "random_state": 0, **parameters})


def each_interrupted(estimator, train, home=OF_FITS):
    """Copies of an estimator, each interrupted in `train` at another moment of these modules, until none is left."""
    place, interrupted = 1, True
    while interrupted:
        one = copy.copy(estimator)
        interrupted = interrupted_at(place, lambda one=one: train(one), home)
        place += 1
        yield one
    # There are more moments than that.
    assert place > 30


def is_as_before(one, before):
    """Copies have curves of their own; all else they share until it is replaced."""
    return vars(one).keys() == vars(before).keys() and all(
        value is vars(before)[name] or (isinstance(value, list) and value == vars(before)[name])
        for name, value in vars(one).items()
    )


@pytest.mark.parametrize("before", [quick(), slow(quick(warm_start=True))], ids=["new", "fitted"])
def test_no_moment_of_an_interrupt_leaves_a_fit_half_done(before, digits):
    X, y = digits
    if before.warm_start:
        before = clone(before).set_params(max_iter=1).fit(X, y).set_params(max_iter=3)
    wholes = [clone(before).set_params(max_iter=n).fit(X, y) for n in (1, 2, 3)]
    seen = set()
    for one in each_interrupted(before, lambda one: one.fit(X, y)):
        if is_as_before(one, before):
            seen.add("as before")
        else:
            assert vars(one).keys() == vars(wholes[0]).keys()
            assert_same_model(one, wholes[one.n_iter_ - 1])
            seen.add(one.n_iter_)
    assert seen >= {"as before", before.max_iter}


@pytest.mark.parametrize("before", [quick(), slow(quick(max_iter=1))], ids=["new", "going on"])
def test_no_moment_of_an_interrupt_leaves_an_epoch_of_partial_fit_half_done(before, digits):
    X, y = digits
    if before.max_iter == 1:
        before = clone(before).partial_fit(X, y, np.arange(10))
    whole = copy.deepcopy(before).partial_fit(X, y, np.arange(10))
    for one in each_interrupted(before, lambda one: one.partial_fit(X, y, np.arange(10))):
        if not is_as_before(one, before):
            assert_same_model(copy.deepcopy(one).partial_fit(X, y), copy.deepcopy(whole).partial_fit(X, y))


def test_an_interrupt_after_the_epoch_of_partial_fit_is_raised_once_the_epoch_is_published(digits, monkeypatch):
    def interrupted(*args):
        monkeypatch.undo()
        raise KeyboardInterrupt

    X, y = digits
    whole, one = quick().partial_fit(X, y, np.arange(10)), quick()
    monkeypatch.setattr(sgd, "_retire", interrupted)
    with pytest.raises(KeyboardInterrupt):
        one.partial_fit(X, y, np.arange(10))
    assert_same_model(one, whole)
    assert_same_model(one.partial_fit(X, y), whole.partial_fit(X, y))


@pytest.mark.slow
def test_no_moment_of_an_interrupt_leaves_a_search_half_done(digits):
    before = VectorizedGridSearchCV(quick(), {"l2": [0.1]}, cv=2)
    whole = clone(before).fit(*digits)
    before.fit(digits[0][:200], digits[1][:200])
    seen = set()
    for one in each_interrupted(before, lambda one: one.fit(*digits), OF_SEARCHES):
        if not is_as_before(one, before):
            seen.add(frozenset(vars(one)))
            assert_table_of_some(one, whole)
    # The table without a best, and all.
    assert len(seen) >= 2


@pytest.mark.slow
def test_no_moment_of_an_interrupt_leaves_the_choice_of_a_penalty_half_done(digits):
    before = SoftmaxRegressionCV([0.1], cv=2, solver="sgd", max_iter=2, tol=None, random_state=0)
    X, y = (array[:600] for array in digits)
    before.fit(X[:200], y[:200])
    whole = clone(before).fit(X, y)
    for one in each_interrupted(before, lambda one: one.fit(X, y), OF_SEARCHES):
        if not is_as_before(one, before):
            assert_same_model(one, whole)
            np.testing.assert_array_equal(one.scores_, whole.scores_)


def assert_table_of_some(search, whole):
    for split in range(whole.n_splits_):
        scores, expected = (one.cv_results_[f"split{split}_test_score"] for one in (search, whole))
        np.testing.assert_array_equal(scores[~np.isnan(scores)], expected[~np.isnan(scores)])
    assert hasattr(search, "best_estimator_") <= (not np.isnan(search.cv_results_["mean_test_score"]).any())


@pytest.mark.slow
def test_real_interrupts_of_a_search_leave_the_table_of_what_was_finished(digits):
    reference = VectorizedGridSearchCV(quick(max_iter=8), {"l2": [1e-3, 0.1], "batch_size": [32, 64]}, cv=3)
    threads = [pool["num_threads"] for pool in threadpool_info()]
    start = time.perf_counter()
    whole = clone(reference).fit(*digits)
    seconds, n_tables = time.perf_counter() - start, 0
    for moment in np.random.RandomState(0).uniform(0, seconds, 20):
        search = clone(reference)
        interrupt_after(moment, lambda search=search: search.fit(*digits))
        assert [pool["num_threads"] for pool in threadpool_info()] == threads
        if not is_as_before(search, reference) and hasattr(search, "cv_results_"):
            assert_table_of_some(search, whole)
            n_tables += 1
    assert n_tables > 5


WITH_TWO_JOBS = """
import signal
import numpy as np
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_info
from sksoftmax import SoftmaxRegression, VectorizedGridSearchCV
X, y = load_digits(return_X_y=True)
model = SoftmaxRegression(max_iter=3000, tol=None, random_state=0)
search = VectorizedGridSearchCV(model, {"batch_size": [32, 64]}, cv=20, n_jobs=2, verbose=2)
threads = [pool["num_threads"] for pool in threadpool_info()]
# What a shell starts in the background ignores it.
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    search.fit(X[:600], y[:600])
except KeyboardInterrupt:
    assert [pool["num_threads"] for pool in threadpool_info()] == threads
    scores = [search.cv_results_[f"split{i}_test_score"] for i in range(20)]
    print("interrupted with", np.isfinite(scores).sum(), flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no groups of processes on this platform")
def test_a_real_interrupt_of_a_search_with_two_jobs_ends_it_with_its_table():
    n_before = 3
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen([sys.executable, "-u", "-W", "ignore", "-c", WITH_TWO_JOBS], **options) as process:
        lines = [process.stdout.readline() for _ in range(1 + n_before)]
        # As a terminal does: to the workers too.
        os.killpg(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert lines[-1].startswith(f"fit {n_before:>2} of 40")
    # The interrupt may fall between a line of progress and its end.
    last = output.splitlines()[-1]
    assert "interrupted with" in last, errors
    assert n_before <= int(last.split()[-1]) < 40
