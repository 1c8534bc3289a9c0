# SPDX-License-Identifier: BSD-3-Clause
"""No memory, at any line that may need some: an estimator is as before, and fits the same afterwards."""

import copy
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import (
    SoftmaxRegressionCV,
    TinyMLPClassifier,
    VectorizedGridSearchCV,
    find_learning_rate,
)
from sksoftmax.plotting import CoefficientImagesDisplay, LossCurveDisplay, training_snapshots
from tests.faults.leaving import X, Y, as_before, model_of, of_process, quick
from tests.faults.places import failing_at, places_of
from tests.parameters import slow

CLASSES = np.arange(10)


def fit(estimator):
    return estimator.fit(X, Y)


def fit_weighted(estimator):
    return estimator.fit(X, Y, np.linspace(1, 2, len(Y)))


def fit_sparse(estimator):
    return estimator.fit(sparse.csr_matrix(X), Y)


def fit_stream(estimator):
    return estimator.fit_stream([(X[:40], Y[:40]), (X[40:], Y[40:])])


def partial_fit(estimator):
    return estimator.partial_fit(X, Y, CLASSES)


def trained_for_one(**parameters):
    return quick(warm_start=True, **{**parameters, "max_iter": 1}).fit(X, Y).set_params(max_iter=3)


def one_candidate(estimator):
    # Of several that train together, those that fail are tried alone.
    return VectorizedGridSearchCV(estimator, {"l2": [0.1]}, cv=2, error_score="raise")


def one_of_pipeline():
    search = one_candidate(make_pipeline(StandardScaler(), quick()))
    return search.set_params(param_grid={"softmaxregression__l2": [0.1]})


FITS = {
    "sgd": (quick(), fit),
    "again": (quick().fit(X[:40], Y[:40]), fit),
    "lbfgs": (quick(solver="lbfgs"), fit),
    "hidden": (
        quick(TinyMLPClassifier, solver="adam", early_stopping=True, validation_fraction=0.2, hidden_layer_sizes=4),
        fit_weighted,
    ),
    "sparse": (quick(), fit_sparse),
    "stream": (quick(), fit_stream),
    "warm": (trained_for_one(), fit),
    "warm lbfgs": (trained_for_one(solver="lbfgs"), fit),
    "partial": (quick(), partial_fit),
    "going on": (quick(store_minibatch_loss=True).partial_fit(X, Y, CLASSES), partial_fit),
    "search": (one_candidate(quick()), fit),
    "pipelines": (one_of_pipeline(), fit),
    "penalty": (SoftmaxRegressionCV([0.1], cv=2, solver="sgd", max_iter=2, tol=None, random_state=0), fit),
}
FITTED = quick(TinyMLPClassifier, hidden_layer_sizes=4).fit(X, Y)
USES = {
    "predictions": lambda clf: clf.predict_proba(X),
    "snapshots": lambda clf: training_snapshots(clf, X, Y, epochs=[0, 1]),
    "learning rates": lambda clf: find_learning_rate(clf, X, Y, learning_rates=[0.1, 1.0]),
    "coefficients": CoefficientImagesDisplay.from_estimator,
    "curves": LossCurveDisplay.from_estimator,
}


def some(places, n, seed):
    return [places[i] for i in np.random.RandomState(seed).permutation(len(places))[:n]]


def sampled(names, of_quick_set):
    """Few places of some in the quick set, and more of all of them."""
    return [*((name, 8) for name in of_quick_set), *(slow(name, 25) for name in names)]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("name", "n_places"), sampled(FITS, ["sgd", "hidden", "going on"]))
def test_without_memory_a_fit_leaves_an_estimator_as_it_was(name, n_places):
    before, train = FITS[name]
    whole, again = (train(copy.deepcopy(before)) for _ in range(2))
    assert model_of(again) == model_of(whole)
    traced = copy.deepcopy(before)
    places = places_of(lambda: train(traced))
    assert len(places) > 200
    for place in some(places, n_places, seed=n_places):
        one = copy.deepcopy(before)
        with as_before(one, MemoryError):
            failing_at(place, lambda one=one: train(one))
        assert model_of(train(one)) == model_of(whole)


@pytest.mark.parametrize(("name", "n_places"), sampled(USES, ["predictions"]))
def test_without_memory_what_reads_an_estimator_leaves_no_trace(name, n_places):
    USES[name](FITTED)
    plt.close("all")
    places = places_of(lambda: USES[name](FITTED))
    plt.close("all")
    for place in some(places, n_places, seed=n_places):
        with as_before(FITTED, MemoryError):
            failing_at(place, lambda: USES[name](FITTED))


@pytest.mark.slow
def test_a_search_without_memory_for_a_stack_has_the_scores_of_each_alone():
    search = VectorizedGridSearchCV(quick(), {"l2": [0.1, 1.0]}, cv=2, refit=False)
    whole = clone(search).fit(X, Y)
    places = [place for place in places_of(lambda: clone(search).fit(X, Y)) if place[0].co_name == "advance"]
    process = of_process()
    for place in some(places, 5, seed=0):
        one = failing_at(place, lambda: clone(search).fit(X, Y))
        np.testing.assert_allclose(one.cv_results_["mean_test_score"], whole.cv_results_["mean_test_score"])
        assert of_process() == process


TOO_LARGE = """
import resource
import numpy as np
from sksoftmax import SoftmaxRegression, TinyMLPClassifier
X, y = np.random.RandomState(0).rand(200, 64), np.arange(200) % 10
SoftmaxRegression(max_iter=1).fit(X, y)
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, used + 2**28))
large = {"hidden_layer_sizes": 300_000, "max_iter": 1}
for clf, fit in [
    (TinyMLPClassifier(**large), lambda clf: clf.fit(X, y)),
    (TinyMLPClassifier(solver="adam", **large), lambda clf: clf.fit(X, y)),
    (TinyMLPClassifier(solver="lbfgs", **large), lambda clf: clf.fit(X, y)),
    (TinyMLPClassifier(**large), lambda clf: clf.partial_fit(X, y, np.arange(10))),
    (TinyMLPClassifier(**large), lambda clf: clf.fit_stream([(X, y)])),
]:
    before = dict(vars(clf))
    try:
        fit(clf)
    except MemoryError as error:
        assert vars(clf) == before
        print(error)
SoftmaxRegression(max_iter=1).fit(X, y)
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not limit memory, or tell of it")
def test_a_model_that_is_too_large_for_the_process_is_a_memory_error():
    command = [sys.executable, "-W", "ignore", "-c", TOO_LARGE]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.splitlines()
    assert len(lines) == 5
    assert all(line.startswith("Unable to allocate") for line in lines)
