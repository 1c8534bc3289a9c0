# SPDX-License-Identifier: BSD-3-Clause
import copy
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone, is_classifier
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegressionCV
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, GroupKFold, LeaveOneGroupOut, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, _softmax_regression_cv
from sksoftmax._engine import lbfgs, sgd
from tests.parameters import slow

L2S = [1e-3, 1e-2, 1e-1]


def quick(**parameters):
    usual = {"l2s": L2S, "solver": "sgd", "max_iter": 6, "tol": None, "random_state": 0}
    return SoftmaxRegressionCV(**{**usual, **parameters})


@pytest.fixture(scope="module")
def fitted(datasets):
    return quick().fit(*datasets["iris"])


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_scores_are_those_of_a_grid_search(solver, iris):
    clf = quick(scoring="neg_log_loss", solver=solver).fit(*iris)
    model = SoftmaxRegression(solver=solver, max_iter=6, tol=None, random_state=0)
    search = GridSearchCV(model, {"l2": L2S}, scoring="neg_log_loss").fit(*iris)
    expected = [[search.cv_results_[f"split{s}_test_score"][i] for i in range(3)] for s in range(5)]
    np.testing.assert_allclose(clf.scores_, expected, atol=1e-9)
    assert clf.l2_ == search.best_params_["l2"]
    np.testing.assert_array_equal(clf.coef_, search.best_estimator_.coef_)
    np.testing.assert_array_equal(clf.predict_proba(iris[0]), search.predict_proba(iris[0]))


@pytest.mark.parametrize("name", ["iris", slow("wine"), slow("digits")])
def test_the_choice_agrees_with_logistic_regression_cv(name, standardised):
    X, y = standardised[name]
    X, y = X[:200], y[:200]
    cv = StratifiedKFold(4)
    clf = quick(cv=cv, scoring="neg_log_loss", solver="lbfgs", tol=1e-7, max_iter=5000).fit(X, y)
    n_train = len(y) * 3 / 4
    Cs = [1 / (n_train * l2) for l2 in L2S[::-1]]
    with warnings.catch_warnings():
        # Which attributes it has, and the default of l1_ratios, change from version to version.
        warnings.simplefilter("ignore", FutureWarning)
        theirs = LogisticRegressionCV(Cs=Cs, cv=cv, scoring="neg_log_loss", tol=1e-9, max_iter=5000).fit(X, y)
    scores = theirs.scores_[theirs.classes_[0]] if isinstance(theirs.scores_, dict) else np.squeeze(theirs.scores_)
    # n_train is a mean where 4 does not divide the samples, so the penalties differ by 1 / n.
    np.testing.assert_allclose(clf.scores_[:, ::-1], scores, rtol=0.01)


def test_the_strongest_of_equal_penalties_is_chosen(iris):
    clf = quick(scoring=lambda estimator, X, y: min(0.5, 0.05 / estimator.l2)).fit(*iris)
    np.testing.assert_array_equal(clf.scores_, np.full((5, 3), 0.5))
    assert clf.l2_ == 0.1


def test_one_standard_error_may_choose(iris):
    # The scores of a split come together.
    by_split = iter([score for split in range(4) for score in ([0.9, 0.7, 0.9, 0.7][split], 0.78, 0.74)])
    clf = quick(scoring=lambda estimator, X, y: next(by_split), cv=4, selection="one_standard_error").fit(*iris)
    # The best mean is 0.8, its standard error 0.058.
    assert clf.l2_ == 0.01


@pytest.mark.parametrize("scores", [[np.nan, 0.5, 0.4], [np.nan] * 3])
def test_penalties_without_a_score_are_not_chosen(scores, iris):
    clf = quick(scoring=lambda estimator, X, y: scores[L2S.index(estimator.l2)])
    if np.isnan(scores).all():
        with pytest.raises(ValueError, match="No penalty has a score on all splits"):
            clf.fit(*iris)
        return
    with pytest.warns(UserWarning, match="mean scores are non-finite"):
        clf.fit(*iris)
    assert clf.l2_ == 0.01


@pytest.mark.parametrize(
    "l2s", [range(1, 3), pd.Series([1, 2]), (1.0, 2), np.array([2, 1])], ids=lambda l2s: type(l2s).__name__
)
def test_penalties_may_be_any_sequence(l2s, iris):
    clf = quick(l2s=l2s).fit(*iris)
    np.testing.assert_array_equal(clf.l2s_, [1.0, 2.0])
    assert clf.l2s_.dtype == np.float64


def test_a_number_of_penalties_spans_seven_decades(iris):
    clf = quick(l2s=8).fit(*iris)
    np.testing.assert_allclose(clf.l2s_, np.logspace(-6, 1, 8))
    assert clf.l2_ in clf.l2s_


def test_penalties_are_sorted_and_each_is_there_once(iris):
    clf = quick(l2s=np.array([0.1, 0.0, 0.1, 0.01])).fit(*iris)
    np.testing.assert_array_equal(clf.l2s_, [0.0, 0.01, 0.1])
    assert clf.scores_.shape == (5, 3)


@pytest.mark.parametrize(("solver", "n_penalties"), [(solver, n) for solver in ("sgd", "lbfgs") for n in (1, 2, 3)])
def test_penalties_train_together_as_each_alone(solver, n_penalties, iris, monkeypatch):
    X, y = iris
    train, test = np.arange(0, 150, 2), np.arange(1, 150, 2)
    module = {"sgd": sgd, "lbfgs": lbfgs}[solver]
    sizes, minimise = [], module.train

    def counted(network, samples, settings, **options):
        sizes.append(len(settings))
        return minimise(network, samples, settings, **options)

    monkeypatch.setattr(module, "train", counted)
    clf = quick(l2s=L2S[:n_penalties], cv=[(train, test)], solver=solver).fit(X, y)
    # The last is fitted to all samples.
    assert sizes == [n_penalties, 1]
    for i, l2 in enumerate(clf.l2s_):
        alone = SoftmaxRegression(l2=l2, solver=solver, max_iter=6, tol=None, random_state=0).fit(X[train], y[train])
        np.testing.assert_allclose(clf.coefs_paths_[0, i, :, :4], alone.coef_, atol=1e-10)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_paths_are_the_coefficients_of_each_fit(fit_intercept, iris):
    X, y = iris
    cv = list(GroupKFold(3).split(X, y, np.arange(150) % 7))
    clf = quick(cv=cv, fit_intercept=fit_intercept).fit(X, y)
    assert clf.coefs_paths_.shape == (3, 3, 3, 4 + fit_intercept)
    train, _ = cv[1]
    alone = SoftmaxRegression(l2=0.01, max_iter=6, tol=None, random_state=0, fit_intercept=fit_intercept)
    alone.fit(X[train], y[train])
    np.testing.assert_allclose(clf.coefs_paths_[1, 1, :, :4], alone.coef_, atol=1e-10)
    if fit_intercept:
        np.testing.assert_allclose(clf.coefs_paths_[1, 1, :, 4], alone.intercept_, atol=1e-10)


def test_a_class_that_a_split_does_not_see_has_no_coefficients_there(iris):
    X, y = iris
    clf = quick(cv=[(np.arange(100), np.arange(50)), (np.arange(150), np.arange(50))]).fit(X, y)
    assert np.isnan(clf.coefs_paths_[0, :, 2]).all()
    assert np.isfinite(clf.coefs_paths_[0, :, :2]).all()
    assert np.isfinite(clf.coefs_paths_[1]).all()


def test_groups_stay_together(iris):
    X, y = iris
    groups = np.arange(150) % 4
    clf = quick(cv=LeaveOneGroupOut()).fit(X, y, groups=groups)
    same = quick(cv=list(LeaveOneGroupOut().split(X, y, groups))).fit(X, y)
    np.testing.assert_array_equal(clf.scores_, same.scores_)
    assert len(clf.scores_) == 4


def test_samples_of_weight_zero_count_nowhere(iris):
    X, y = iris
    weights = (np.arange(150) % 3 > 0).astype(float)
    groups = np.arange(150) % 5
    clf = quick(cv=LeaveOneGroupOut(), shuffle=False).fit(X, y, weights, groups)
    kept = weights > 0
    same = quick(cv=LeaveOneGroupOut(), shuffle=False).fit(X[kept], y[kept], groups=groups[kept])
    np.testing.assert_allclose(clf.scores_, same.scores_, atol=1e-12)
    np.testing.assert_allclose(clf.coef_, same.coef_, atol=1e-10)


@pytest.mark.parametrize("kind", ["sparse", "DataFrame", slow("strings"), "two classes", slow("float32")])
def test_any_input(kind, fitted, iris):
    X, y = iris
    expected = fitted
    if kind == "sparse":
        X = sparse.csr_matrix(X)
    elif kind == "DataFrame":
        X = pd.DataFrame(X, columns=list("abcd"))
    elif kind == "strings":
        y = np.array(["x", "y", "z"])[y]
    elif kind == "two classes":
        X, y = X[:100], y[:100]
        expected = quick().fit(X, y)
    else:
        X = X.astype(np.float32)
    clf = quick().fit(X, y)
    np.testing.assert_allclose(clf.coef_, expected.coef_, atol=1e-4 if kind == "float32" else 1e-9)
    assert clf.score(X, y) > 0.9
    assert set(clf.predict(X)) == set(y)
    assert hasattr(clf, "feature_names_in_") == (kind == "DataFrame")


def test_score_is_by_scoring(iris):
    X, y = iris
    clf = quick(scoring="neg_log_loss").fit(X, y)
    weights = np.arange(150.0)
    assert clf.score(X, y) == pytest.approx(-log_loss(y, clf.predict_proba(X)))
    assert clf.score(X, y, weights) == pytest.approx(-log_loss(y, clf.predict_proba(X), sample_weight=weights))
    accuracy = quick().fit(X, y)
    assert accuracy.score(X, y) == np.mean(accuracy.predict(X) == y)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"l2s": 0}, "'l2s' parameter of SoftmaxRegressionCV must be an int"),
        ({"l2s": []}, "'l2s'"),
        ({"l2s": [0.1, -1.0]}, "'l2s'"),
        ({"l2s": [0.1, np.nan]}, "'l2s'"),
        ({"l2s": 0.5}, "'l2s'"),
        ({"l2s": [[0.1]]}, "'l2s'"),
        ({"l2s": np.array(3)}, "'l2s'"),
        ({"l2s": [10**400]}, "'l2s'"),
        ({"scoring": ["accuracy"]}, "'scoring'"),
        ({"scoring": lambda *_: "0.5"}, "returned '0.5', must return a number"),
        ({"scoring": lambda *_: {"a": 1.0}}, "must return a number"),
        ({"scoring": lambda *_: np.array([0.5])}, "must return a number"),
        ({"selection": "first"}, "'selection'"),
        ({"n_jobs": 0}, "'n_jobs'"),
        ({"momentum": 2.0}, "'momentum'"),
        ({"cv": 1}, r"'cv' parameter of SoftmaxRegressionCV must be an int in the range \[2, inf\)"),
    ],
)
def test_bad_parameters_are_errors(parameters, message, fitted, iris):
    clf = copy.copy(fitted)
    before = dict(vars(clf))
    with pytest.raises(ValueError, match=message):
        clf.set_params(**parameters).fit(*iris)
    for name, value in before.items():
        assert vars(clf)[name] is value or name in parameters


def test_a_single_class_is_an_error_in_its_name(iris):
    with pytest.raises(ValueError, match=r"^SoftmaxRegressionCV needs at least 2 classes in y; got 1 class: 0"):
        SoftmaxRegressionCV().fit(iris[0], np.zeros(150, int))


def test_a_failing_fit_is_an_error(iris):
    X, y = iris
    with pytest.raises(ValueError, match="no sample to train on"):
        quick(cv=[([], np.arange(150))]).fit(X, y)
    with pytest.raises(ZeroDivisionError):
        quick(scoring=lambda estimator, X, y: 1 / 0).fit(X, y)


def test_not_converging_is_one_warning(iris):
    with pytest.warns(ConvergenceWarning) as caught:
        quick(max_iter=2, tol=1e-3).fit(*iris)
    # Of the splits together, and of the fit to all samples.
    assert [str(warning.message)[:13] for warning in caught] == ["15 of 15 fits", "SoftmaxRegres"]
    assert {warning.filename for warning in caught} == {__file__}


@pytest.mark.slow
def test_it_is_at_home_in_scikit_learn(iris):
    X, y = iris
    clf = quick()
    assert is_classifier(clf)
    pipeline = make_pipeline(StandardScaler(), clone(clf)).fit(X, y)
    again = pickle.loads(pickle.dumps(pipeline))
    np.testing.assert_array_equal(again.predict_log_proba(X), pipeline.predict_log_proba(X))
    assert cross_val_score(pipeline, X, y, cv=3).mean() > 0.85
    with pytest.raises(NotFittedError):
        clf.predict(X)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, "lbfgs"),
        ({"max_iter": 7, "class_weight": "balanced", "fit_intercept": False}, "lbfgs"),
        ({"batch_size": 16}, "sgd"),
        ({"learning_rate": lambda epoch: 1.0}, "sgd"),
        ({"early_stopping": True}, "sgd"),
        ({"solver": "adam"}, "adam"),
    ],
)
def test_the_solver_follows_from_samples_and_parameters(parameters, expected, iris):
    clf = quick(**{"solver": "auto", **parameters}).fit(*iris)
    assert clf.solver_ == expected
    assert clf.solver == parameters.get("solver", "auto")


def test_many_samples_train_in_minibatches(iris, monkeypatch):
    monkeypatch.setattr(_softmax_regression_cv, "MOST_SAMPLES", 149)
    assert quick(solver="auto").fit(*iris).solver_ == "sgd"


@pytest.mark.parametrize("weighted", [False, True])
def test_scores_by_default_are_accuracies(weighted, iris, rng):
    X, y = iris
    weights = rng.uniform(0.5, 2, 150) if weighted else None
    names = np.array(["a", "b", "c"])[y].tolist()
    by_name = quick(scoring="accuracy").fit(X, y, weights)
    np.testing.assert_allclose(quick().fit(X, names, weights).scores_, by_name.scores_, rtol=1e-12)
