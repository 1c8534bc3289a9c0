# SPDX-License-Identifier: BSD-3-Clause
"""Tools that explain models explain ours."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.inspection import DecisionBoundaryDisplay, partial_dependence, permutation_importance

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, to_sklearn

MODELS = [SoftmaxRegression(random_state=0), TinyMLPClassifier((8,), random_state=0)]


@pytest.mark.parametrize("clf", MODELS, ids=lambda clf: type(clf).__name__)
def test_permutation_importance_finds_the_features_that_inform(clf, iris, rng):
    X = np.hstack([rng.normal(size=(150, 1)), iris[0][:, 2:]])
    importances = permutation_importance(clf.fit(X, iris[1]), X, iris[1], random_state=0).importances_mean
    assert importances[1:].max() > 10 * abs(importances[0])


@pytest.mark.parametrize("clf", MODELS, ids=lambda clf: type(clf).__name__)
def test_partial_dependence_is_a_mean_of_probabilities(clf, iris):
    X, y = iris
    found = partial_dependence(clf.fit(X, y), X, [2], grid_resolution=5)
    fixed = X.copy()
    fixed[:, 2] = found["grid_values"][0][3]
    np.testing.assert_allclose(found["average"][:, 3], clf.predict_proba(fixed).mean(axis=0))


@pytest.mark.parametrize("clf", MODELS, ids=lambda clf: type(clf).__name__)
def test_decision_boundaries_are_its_predictions(clf, iris):
    X, y = iris[0][:, 2:], iris[1]
    display = DecisionBoundaryDisplay.from_estimator(
        clf.fit(X, y), X, grid_resolution=6, response_method="predict", plot_method="contourf"
    )
    grid = np.column_stack([display.xx0.ravel(), display.xx1.ravel()])
    np.testing.assert_array_equal(display.response.ravel(), clf.predict(grid))
    plt.close("all")


@pytest.mark.parametrize("n_classes", [2, 3])
def test_linear_explainer_of_shap_adds_up_to_the_logits(n_classes, iris):
    shap = pytest.importorskip("shap", reason="shap is not installed")
    X, y = iris[0], iris[1] % n_classes
    clf = SoftmaxRegression(random_state=0).fit(X, y)
    for model in (clf, to_sklearn(clf)):
        explainer = shap.LinearExplainer((model.coef_, model.intercept_) if model is clf else model, X)
        logits = X @ np.transpose(model.coef_) + model.intercept_
        values = np.asarray(explainer.shap_values(X)).reshape(150, 4, -1)
        np.testing.assert_allclose(values.sum(axis=1) + explainer.expected_value, logits, atol=1e-6)
