# SPDX-License-Identifier: BSD-3-Clause
"""Fits and predictions at the same time have the bits that each has alone, and leave BLAS as it was."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from joblib import parallel_backend
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from sksoftmax import TinyMLPClassifier, VectorizedGridSearchCV
from tests.faults.leaving import digits, model_of, of_process, quick, targets

X, Y = digits[:300], targets[:300]
KINDS = [
    quick(),
    quick(solver="lbfgs", max_iter=5),
    quick(TinyMLPClassifier, hidden_layer_sizes=8),
    quick(TinyMLPClassifier, hidden_layer_sizes=8, solver="adam", early_stopping=True),
]
AT_MOST = 120


@pytest.fixture(autouse=True)
def process_is_as_before():
    with threadpool_limits(2, user_api="blas"):
        before = of_process()["BLAS threads"]
        yield
        assert of_process()["BLAS threads"] == before


@pytest.fixture(scope="module")
def alone():
    return [model_of(clone(kind).fit(X, Y)) for kind in KINDS]


@pytest.mark.slow
def test_eight_threads_predict_while_clones_train(alone):
    fitted = [clone(kind).fit(X, Y) for kind in KINDS]
    expected, trained = [clf.predict_proba(X) for clf in fitted], threading.Event()

    def predict(number):
        n_times, same = 0, True
        while not (trained.is_set() and n_times):
            which = (number + n_times) % len(fitted)
            same &= np.array_equal(fitted[which].predict_proba(X), expected[which])
            n_times += 1
        return same

    with ThreadPoolExecutor(8) as pool:
        predicting = [pool.submit(predict, number) for number in range(8)]
        try:
            assert [model_of(clone(clf).fit(X, Y)) for clf in fitted] == alone
        finally:
            trained.set()
        assert all(each.result(AT_MOST) for each in predicting)


@pytest.mark.skipif(
    int(np.__version__.split(".")[0]) < 2,
    reason="OpenBLAS of NumPy 1 may have other bits where several threads call it at once",
)
@pytest.mark.parametrize("seed", range(3))
def test_four_fits_at_once(alone, seed):
    order, start = np.random.RandomState(seed).permutation(4), threading.Barrier(4)

    def fit(which):
        start.wait(AT_MOST)
        return model_of(clone(KINDS[which]).fit(X, Y))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(fit, order, timeout=AT_MOST)) == [alone[which] for which in order]


def test_a_search_whose_jobs_are_threads():
    search = VectorizedGridSearchCV(KINDS[0], {"batch_size": [16, 32]}, cv=3, n_jobs=2)
    with parallel_backend("threading"):
        together = clone(search).fit(X, Y)
    one_by_one = clone(search).set_params(n_jobs=1).fit(X, Y)
    scores = [each.cv_results_["mean_test_score"] for each in (together, one_by_one)]
    np.testing.assert_array_equal(*scores)
    assert model_of(together) == model_of(one_by_one)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_four_forks_at_once_after_blas_was_used(alone):
    square = np.ones((500, 500))
    assert (square @ square)[0, 0] == 500
    children = []
    for kind, expected in zip(KINDS, alone):
        child = os.fork()
        if not child:
            # The child reports by its exit status, and an alarm ends it if it hangs.
            signal.alarm(AT_MOST)
            same = False
            try:
                same = model_of(clone(kind).fit(X, Y)) == expected
            finally:
                os._exit(not same)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
