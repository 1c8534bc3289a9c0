# SPDX-License-Identifier: BSD-3-Clause
"""A fit that goes on where it ended gives the bits of one longer fit."""

import copy
import pickle
import subprocess
import sys
from itertools import product

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from tests.parameters import few_quick, slow
from tests.test_snapshots import assert_same_model
from tests.test_watching import InterruptIn

LONG = 24
CUTS = [1, 9, 20]


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:400], y[:400]


MODELS = {
    "sgd": SoftmaxRegression(),
    "held out": SoftmaxRegression(early_stopping=True, scoring="accuracy", n_iter_no_change=7),
    "momentum": SoftmaxRegression(learning_rate_init=0.003, nesterovs_momentum=False, n_iter_no_change=2),
    "no momentum": SoftmaxRegression(learning_rate_init=0.003, momentum=0.0, learning_rate="inverse_time"),
    "adam": SoftmaxRegression(solver="adam", store_minibatch_loss=True),
    "adam, held out": TinyMLPClassifier((6,), solver="adam", early_stopping=True),
    "lbfgs": SoftmaxRegression(solver="lbfgs", tol=1e-7, store_minibatch_loss=True),
    "lbfgs, hidden": TinyMLPClassifier((6,), solver="lbfgs"),
    "hidden": TinyMLPClassifier((6,), l2=1e-3),
    "hidden, held out": TinyMLPClassifier((6,), l2=1e-3, early_stopping=True, n_iter_no_change=2),
}


def model(name, **parameters):
    common = {"warm_start": True, "random_state": 0, "max_iter": LONG}
    return clone(MODELS[name]).set_params(**{**common, **parameters})


def assert_same_training(ours, theirs):
    assert_same_model(ours, theirs)
    for name in (name for name in vars(theirs) if name.endswith("_")):
        if name not in ("coefs_", "intercepts_"):
            np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("cut", few_quick(CUTS))
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_fit_in_two_parts_gives_the_bits_of_a_whole_one(cut, name, digits):
    whole = model(name).fit(*digits)
    assert whole.n_iter_ > cut
    clf = pickle.loads(pickle.dumps(model(name, max_iter=cut).fit(*digits)))
    clf.set_params(max_iter=LONG).fit(*digits)
    assert_same_training(clf, whole)
    if whole.solver != "lbfgs":
        clf.early_stopping = whole.early_stopping = False
        assert_same_model(clf.partial_fit(*digits), whole.partial_fit(*digits))


@pytest.mark.parametrize("kind", ["all features", slow("few of the features")])
@pytest.mark.parametrize("solver", [slow("sgd"), "lbfgs"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_so_does_one_on_sparse_samples_with_weights_and_validation_samples(solver, kind, digits):
    X, y = digits
    X = sparse.csr_matrix(X if kind == "all features" else np.hstack([X, np.zeros((400, 500))]))
    data = {"X": X[:300], "y": y[:300], "sample_weight": np.random.RandomState(0).uniform(0.5, 2, 300)}
    for own in ({}, {"X_val": X[300:], "y_val": y[300:]}):
        parameters = {"early_stopping": bool(own) and solver == "sgd", "class_weight": "balanced"}
        whole = model(solver, **parameters).fit(**data, **own)
        clf = model(solver, max_iter=7, **parameters).fit(**data, **own)
        clf.set_params(max_iter=15).fit(**data, **own).set_params(max_iter=LONG).fit(**data, **own)
        assert_same_training(clf, whole)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_so_does_one_that_goes_on_after_an_interrupt(name, digits):
    clf = model(name)
    with pytest.raises(KeyboardInterrupt):
        clf._fit(*digits, watchers=[InterruptIn(5)])
    assert clf.n_iter_ == 5
    assert_same_training(clf.fit(*digits), model(name).fit(*digits))


IN_ANOTHER_PROCESS = """
import pickle, sys
from sklearn.datasets import load_digits
X, y = load_digits(return_X_y=True)
models = pickle.load(sys.stdin.buffer)
for clf in models.values():
    clf.set_params(max_iter=24).fit(X[:400], y[:400])
sys.stdout.buffer.write(pickle.dumps(models))
"""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_another_process_goes_on_too(digits):
    cuts = product(["held out", "adam, held out", "lbfgs"], CUTS)
    models = pickle.dumps({(name, cut): model(name, max_iter=cut).fit(*digits) for name, cut in cuts})
    command = [sys.executable, "-W", "ignore", "-c", IN_ANOTHER_PROCESS]
    found = subprocess.run(command, input=models, stdout=subprocess.PIPE, check=True).stdout
    for (name, _), clf in pickle.loads(found).items():
        assert_same_training(clf, model(name).fit(*digits))


def changed_coefficients(clf, X, y):
    clf.coef_[0, 20] += 1e-6
    return X, y


def other_samples(clf, X, y):
    return X[::-1].copy(), y[::-1].copy()


def other_parameter(clf, X, y):
    clf.l2 *= 2
    return X, y


@pytest.mark.parametrize("change", [changed_coefficients, other_samples, other_parameter])
def test_what_is_no_longer_the_same_training_starts_anew_from_the_coefficients(change, digits):
    clf = model("sgd", max_iter=4, tol=None).fit(*digits)
    X, y = change(clf, *digits)
    clf.set_params(max_iter=6).fit(X, y)
    assert clf.n_iter_ == 6
    assert clf.loss_curve_[0] < 1


def test_a_failed_fit_forgets_nothing(digits):
    clf = model("sgd", max_iter=4, tol=None).fit(*digits)
    twin = copy.deepcopy(clf)
    with pytest.raises(ValueError, match="NaN"):
        clf.fit(np.full((400, 64), np.nan), digits[1])
    assert_same_training(clf.set_params(max_iter=8).fit(*digits), twin.set_params(max_iter=8).fit(*digits))


@pytest.mark.parametrize("solver", ["sgd", "adam", slow("lbfgs")])
def test_only_models_that_may_go_on_keep_what_that_takes(solver, digits):
    X, y = np.tile(digits[0], 40), digits[1]
    clf = SoftmaxRegression(solver=solver, max_iter=3, tol=None, random_state=0)
    sizes = {warm: len(pickle.dumps(clone(clf).set_params(warm_start=warm).fit(X, y))) for warm in (False, True)}
    weights, parameters = 10 * (X.shape[1] + 1) * 8, len(pickle.dumps(clf))
    assert sizes[False] < weights + parameters + 1_000
    # L-BFGS remembers ten steps and the changes of the gradient along them.
    assert sizes[True] < (24 if solver == "lbfgs" else 6) * weights


def test_a_fit_forgets_what_partial_fit_went_on_from(digits):
    clf = SoftmaxRegression(max_iter=3, tol=None, random_state=0)
    sizes = [len(pickle.dumps(clf.fit(*digits)))]
    clf.partial_fit(*digits)
    sizes.append(len(pickle.dumps(clf.fit(*digits))))
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("warm_start", [False, True])
def test_partial_fit_goes_on_from_the_coefficients_of_a_fit(warm_start, solver, digits):
    X, y = digits
    clf = SoftmaxRegression(solver=solver, warm_start=warm_start, random_state=0).fit(X[:200], y[:200])
    thawed, before = pickle.loads(pickle.dumps(clf)), clf.loss_curve_[0]
    for model in (clf, thawed):
        for start in range(200, 400, 50):
            model.partial_fit(X[start : start + 50], y[start : start + 50])
            assert model.loss_curve_[-1] < before
    assert_same_training(thawed, clf)
