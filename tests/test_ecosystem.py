# SPDX-License-Identifier: BSD-3-Clause
"""At home among scikit-learn's own tools."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn import config_context
from sklearn.calibration import CalibratedClassifierCV, CalibrationDisplay
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.feature_selection import RFE, SelectFromModel
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay, DetCurveDisplay, PrecisionRecallDisplay, RocCurveDisplay
from sklearn.model_selection import GridSearchCV, LearningCurveDisplay, ValidationCurveDisplay, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, TinyMLPClassifier


def quick(**parameters):
    return SoftmaxRegression(max_iter=20, tol=None, random_state=0, **parameters)


def test_clone_and_set_params_reach_the_engine(iris):
    X, y = iris
    clf = quick().set_params(l2=10.0).fit(X, y)
    np.testing.assert_array_equal(clf.coef_, quick(l2=10.0).fit(X, y).coef_)
    with pytest.raises(ValueError, match=r"Invalid parameter 'alpha' for .*\]\. alpha is called l2 here\.$"):
        clf.set_params(alpha=1)
    with pytest.raises(ValueError, match=r"Invalid parameter 'dropout' for .*\]\.$"):
        clf.set_params(dropout=0.5)
    pipeline = make_pipeline(StandardScaler(), clf)
    with pytest.raises(ValueError, match=r"Invalid parameter 'C' for .* C\) is called l2 here"):
        GridSearchCV(pipeline, {"softmaxregression__C": [1.0]}).fit(X, y)


@pytest.mark.slow
def test_grid_search_gives_the_same_results_in_two_processes(iris):
    X, y = iris
    grid = {"l2": [1e-3, 1e-1, 10.0], "batch_size": [16, "auto"]}
    alone, in_two = (GridSearchCV(quick(), grid, n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2))
    np.testing.assert_array_equal(alone.cv_results_["mean_test_score"], in_two.cv_results_["mean_test_score"])
    np.testing.assert_array_equal(alone.best_estimator_.coef_, in_two.best_estimator_.coef_)
    assert alone.best_score_ > 0.9


def test_pipeline_passes_sample_weight_on(iris):
    X, y = iris
    weights = np.random.RandomState(0).uniform(0.1, 1, 150)
    pipeline = make_pipeline(StandardScaler(), quick()).fit(X, y, softmaxregression__sample_weight=weights)
    scaled = StandardScaler().fit_transform(X)
    np.testing.assert_array_equal(pipeline[-1].coef_, quick().fit(scaled, y, sample_weight=weights).coef_)


def test_metadata_routing_brings_sample_weight_to_fit_and_partial_fit(iris):
    X, y = iris
    weights = np.zeros(150)
    weights[::2] = 1
    with config_context(enable_metadata_routing=True):
        clf = quick().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        clf.set_partial_fit_request(sample_weight=True, classes=True)
        search = GridSearchCV(clf, {"l2": [1e-3]}).fit(X, y, sample_weight=weights)
    expected = quick(l2=1e-3).fit(X, y, sample_weight=weights)
    np.testing.assert_array_equal(search.best_estimator_.coef_, expected.coef_)


@pytest.mark.parametrize(
    "make",
    [
        lambda clf: CalibratedClassifierCV(clf, cv=3),
        lambda clf: BaggingClassifier(clf, n_estimators=3, random_state=0),
        lambda clf: AdaBoostClassifier(clf, n_estimators=3, random_state=0),
        lambda clf: VotingClassifier([("a", clf), ("b", LogisticRegression(max_iter=1000))], voting="soft"),
        lambda clf: StackingClassifier([("a", clf)], LogisticRegression(max_iter=1000), cv=3),
        lambda clf: OneVsRestClassifier(clf),
        lambda clf: RFE(clf, n_features_to_select=2),
        lambda clf: make_pipeline(SelectFromModel(clf), quick()),
    ],
    ids=["CalibratedClassifierCV", "Bagging", "AdaBoost", "Voting", "Stacking", "OneVsRest", "RFE", "SelectFromModel"],
)
def test_meta_estimators_work_around_it(make, iris):
    X, y = iris
    model = make(quick())
    assert model.fit(X, y).score(X, y) > 0.9
    p = model.predict_proba(X)
    np.testing.assert_allclose(p.sum(axis=1), 1)


def test_adaboost_hands_over_its_sample_weights(iris):
    X, y = iris
    ensemble = AdaBoostClassifier(quick(l2=1.0), n_estimators=2, random_state=0).fit(X, y)
    # With the same weights in both rounds the two would be equal.
    assert not np.allclose(ensemble.estimators_[0].coef_, ensemble.estimators_[-1].coef_)


def test_selection_by_coefficients_finds_the_features_that_inform(iris):
    X, y = iris
    noise = np.random.RandomState(0).normal(size=(150, 4))
    both = StandardScaler().fit_transform(np.hstack([noise, X]))
    ranking = RFE(quick(l2=0.01), n_features_to_select=2).fit(both, y).support_
    assert np.flatnonzero(ranking).min() >= 4


def test_cross_val_score_works_on_strings_and_frames(iris):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(iris[0], columns=list("abcd"))
    labels = pd.Series(iris[1]).map({0: "x", 1: "y", 2: "z"})
    assert cross_val_score(quick(), frame, labels).mean() > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("make", [quick, lambda: TinyMLPClassifier((4,), max_iter=20, tol=None, random_state=0)])
def test_scikit_learns_displays_draw_it(make, datasets):
    X, y = datasets["breast cancer"]
    clf = make().fit(X, y)
    assert ConfusionMatrixDisplay.from_estimator(clf, X, y).confusion_matrix.sum() == len(y)
    assert RocCurveDisplay.from_estimator(clf, X, y).roc_auc > 0.95
    assert PrecisionRecallDisplay.from_estimator(clf, X, y).average_precision > 0.95
    assert DetCurveDisplay.from_estimator(clf, X, y).fpr.max() <= 1
    calibration = CalibrationDisplay.from_estimator(clf, X, y)
    np.testing.assert_array_equal(calibration.y_prob, clf.predict_proba(X)[:, 1])
    plane = make().fit(X[:, :2], y)
    boundary = DecisionBoundaryDisplay.from_estimator(plane, X[:, :2], grid_resolution=10)
    assert np.shape(boundary.response) == (10, 10)
    learning = LearningCurveDisplay.from_estimator(make(), X, y, cv=2, train_sizes=[0.3, 1.0], shuffle=True)
    assert learning.test_scores[-1].mean() > 0.9
    validation = ValidationCurveDisplay.from_estimator(make(), X, y, param_name="l2", param_range=[1e-3, 1e3], cv=2)
    assert validation.test_scores[0].mean() > validation.test_scores[1].mean()
    plt.close("all")
