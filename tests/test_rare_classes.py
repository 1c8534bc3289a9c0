# SPDX-License-Identifier: BSD-3-Clause
import inspect
import warnings
from functools import cache

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegressionCV
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    log_loss,
    make_scorer,
    top_k_accuracy_score,
)
from sklearn.model_selection import KFold

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, VectorizedGridSearchCV

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

# scikit-learn 1.6 and 1.7 have the Brier score for two classes only.
BRIER = "labels" in inspect.signature(brier_score_loss).parameters


METRICS = {
    "accuracy": lambda y, p, classes: accuracy_score(y, classes[p.argmax(axis=1)]),
    "neg_log_loss": lambda y, p, classes: -log_loss(y, p, labels=classes),
    "top_k_accuracy": lambda y, p, classes: top_k_accuracy_score(y, p, labels=classes),
    "neg_brier_score": lambda y, p, classes: -np.square(p - (y[:, None] == classes)).sum(axis=1).mean(),
}


def probabilities_of_all(clf, X, classes):
    p = np.zeros((len(X), len(classes)))
    p[:, np.searchsorted(classes, clf.classes_)] = clf.predict_proba(X)
    return p


def cases():
    """(X, y, cv) whose folds lack classes for training or for testing."""
    rng = np.random.RandomState(0)
    sorted_classes = np.repeat([0, 1, 2], 12)
    yield rng.normal(size=(36, 3)), sorted_classes, KFold(3)
    yield rng.normal(size=(36, 3)), np.array(["a", "c", "b"])[sorted_classes], KFold(2)
    for seed in range(20):
        rng = np.random.RandomState(seed)
        n_rare = rng.randint(1, 4)
        y = np.concatenate([rng.randint(0, 3, 30 - n_rare), np.full(n_rare, 3)])
        yield rng.normal(size=(30, 2)) + y[:, None], y, KFold(5, shuffle=True, random_state=seed)


CASES = list(cases())


def alone(l2):
    """What SoftmaxRegressionCV trains on few samples."""
    return SoftmaxRegression(l2=l2, solver="lbfgs", tol=5e-4, max_iter=5)


@cache
def probabilities_on_splits(case, l2):
    """Labels of the test samples of each split, and what a model fitted to the others makes of them."""
    X, y, cv = CASES[case]
    models = (alone(l2).fit(X[train], y[train]) for train, _ in cv.split(X))
    tests = [test for _, test in cv.split(X)]
    return [(y[test], probabilities_of_all(clf, X[test], np.unique(y))) for clf, test in zip(models, tests)]


@pytest.mark.slow
@pytest.mark.parametrize("scoring", METRICS)
@pytest.mark.parametrize("case", range(len(CASES)))
def test_scores_are_those_of_probabilities_of_all_classes(case, scoring):
    X, y, cv = CASES[case]
    found = SoftmaxRegressionCV([1e-2, 1.0], cv=cv, scoring=scoring, max_iter=5, random_state=0).fit(X, y)
    for i, l2 in enumerate(found.l2s_):
        for s, (y_test, p) in enumerate(probabilities_on_splits(case, l2)):
            expected = METRICS[scoring](y_test, p, found.classes_)
            # A stack of models equals each alone up to rounding, of which the logarithm of 1e-16 makes 36.
            assert found.scores_[s, i] == pytest.approx(expected, abs=1e-6)


@pytest.mark.skipif(not BRIER, reason="no Brier score for several classes before scikit-learn 1.8")
def test_models_that_cannot_know_the_test_class_score_as_in_scikit_learn(iris):
    scores = SoftmaxRegressionCV(3, cv=KFold(3), scoring="neg_brier_score", random_state=0).fit(*iris).scores_
    theirs = LogisticRegressionCV(Cs=3, cv=KFold(3), scoring="neg_brier_score", max_iter=1000)
    if "use_legacy_attributes" in theirs.get_params():
        theirs.set_params(use_legacy_attributes=False, l1_ratios=(0,))
    lowest, highest = np.ravel([*np.ravel(theirs.fit(*iris).scores_)]).min(), -1.5
    assert lowest - 1e-6 <= scores.min()
    assert scores.max() <= highest + 1e-3


@pytest.mark.parametrize("labels", [[0, 1], ["no", "yes"]])
@pytest.mark.parametrize("scoring", [None, "accuracy", "neg_log_loss", "neg_brier_score"])
def test_one_class_in_a_training_fold_is_predicted_with_certainty(scoring, labels):
    y = np.repeat(labels, 10)
    X = np.random.RandomState(0).normal(size=(20, 2))
    clf = SoftmaxRegressionCV(2, cv=KFold(2), scoring=scoring, random_state=0).fit(X, y)
    # Every test sample is of the class that has probability zero, of which the log-loss makes the smallest number.
    worst = {None: 0.0, "accuracy": 0.0, "neg_log_loss": np.log(np.finfo(float).eps), "neg_brier_score": -1.0}[scoring]
    np.testing.assert_allclose(clf.scores_, worst)
    paths = clf.coefs_paths_
    assert not paths[0, :, 1].any()
    assert np.isnan(paths[0, :, 0]).all()
    assert np.isfinite(clf.coef_).all()


def test_probabilities_are_right_whatever_the_test_samples_lack(iris):
    X, y = iris
    clf = SoftmaxRegressionCV(2, scoring="neg_log_loss", random_state=0).fit(X, y)
    some = y < 2
    expected = -log_loss(y[some], clf.predict_proba(X[some]), labels=[0, 1, 2])
    assert clf.score(X[some], y[some]) == pytest.approx(expected, rel=1e-12)


def test_labels_of_a_scorer_of_the_users_are_kept(iris):
    X, y = iris
    scoring = make_scorer(log_loss, response_method="predict_proba", greater_is_better=False, labels=[0, 1, 2])
    found = SoftmaxRegressionCV(2, cv=KFold(3), scoring=scoring, max_iter=5, random_state=0).fit(X, y)
    expected = SoftmaxRegressionCV(2, cv=KFold(3), scoring="neg_log_loss", max_iter=5, random_state=0).fit(X, y)
    np.testing.assert_array_equal(found.scores_, expected.scores_)


def test_a_class_weight_of_a_class_that_a_fold_lacks_is_known(iris):
    X, y = iris
    SoftmaxRegressionCV(2, cv=KFold(3), class_weight={2: 5.0}, max_iter=5).fit(X, y)
    with pytest.raises(ValueError, match=r"class_weight has \[7\]"):
        SoftmaxRegressionCV(2, cv=KFold(3), class_weight={7: 5.0}).fit(X, y)


@pytest.mark.slow
@pytest.mark.parametrize("case", range(2, len(CASES)))
def test_average_precision_is_the_mean_over_classes_that_have_test_samples(case):
    X, y, cv = CASES[case]
    found = SoftmaxRegressionCV([0.1], cv=cv, scoring="average_precision", max_iter=5, random_state=0).fit(X, y)
    for (train, test), score in zip(cv.split(X), found.scores_[:, 0]):
        clf = alone(0.1).fit(X[train], y[train])
        # A class that is not seen is alike for all samples.
        decisions = np.zeros((len(test), 4))
        decisions[:, clf.classes_] = clf.decision_function(X[test])
        present = np.unique(y[test])
        expected = np.mean([average_precision_score(y[test] == k, decisions[:, k]) for k in present])
        assert score == pytest.approx(expected, abs=1e-12)


@pytest.mark.skipif(not BRIER, reason="no Brier score for several classes before scikit-learn 1.8")
def test_the_brier_score_of_several_classes_is_scikit_learns(iris, rng):
    X, y = iris
    weights = rng.uniform(0.5, 2, 150)
    clf = SoftmaxRegressionCV(2, scoring="neg_brier_score", max_iter=5, random_state=0).fit(X, y)
    expected = -brier_score_loss(y, clf.predict_proba(X), sample_weight=weights)
    assert clf.score(X, y, weights) == pytest.approx(expected, rel=1e-12)


def unseen_warnings(X, y, **options):
    """What a search warns of scores on classes that a split does not train on."""
    model = SoftmaxRegression(max_iter=5, random_state=0)
    search = VectorizedGridSearchCV(model, {"l2": [1e-2, 1.0]}, refit=False, **options)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search.fit(X, y)
    return [str(warning.message) for warning in caught if "does not train on" in str(warning.message)]


def test_a_search_names_split_and_class_where_probabilities_meet_other_classes(iris):
    X, y = iris
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    cv = [(np.flatnonzero(y > 0), np.flatnonzero(y < 2)), (np.arange(150), np.arange(150))]
    (message,) = unseen_warnings(X, names, cv=cv, scoring="top_k_accuracy")
    assert "split 0 does not train on ['setosa']" in message
    assert "split 1" not in message
    assert message.count("\n") == 1
    (message,) = unseen_warnings(X, names, cv=cv, scoring=["accuracy", "neg_log_loss"])
    assert "by 'neg_log_loss'" in message


@pytest.mark.parametrize("scoring", [None, "accuracy", "f1_macro", lambda clf, X, y: 0.5])
def test_scores_that_are_right_are_not_warned_of(scoring, iris):
    assert not unseen_warnings(*iris, cv=KFold(3), scoring=scoring)


def test_a_score_that_fails_is_not_warned_of_twice(iris):
    X, y = iris
    cv = [(np.arange(100), np.arange(150))]
    assert not unseen_warnings(X, y, cv=cv, scoring="neg_log_loss")
