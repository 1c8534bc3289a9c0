# SPDX-License-Identifier: BSD-3-Clause
"""Coefficients of what enters a pipeline."""

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from sksoftmax.plotting import CoefficientsDisplay, ModelMatricesDisplay
from sksoftmax.plotting._fitted import affine_classes
from tests.plotting.tables import ENCODERS, FRAMES, encoded_by, trips


def clf():
    return SoftmaxRegression(max_iter=3, tol=None, random_state=0)


@pytest.mark.parametrize(
    "steps",
    [
        [StandardScaler()],
        [StandardScaler(with_mean=False), "passthrough"],
        ["passthrough", StandardScaler(copy=False)],
        ["passthrough"],
        [MinMaxScaler((-1, 3))],
        [MaxAbsScaler()],
        [RobustScaler(quantile_range=(5, 95))],
        [VarianceThreshold(0.1), StandardScaler()],
        [SelectKBest(k=30)],
        [PCA(20, whiten=True, random_state=0)],
        [TruncatedSVD(10, random_state=0)],
        [FunctionTransformer()],
        [ColumnTransformer([("scaled", StandardScaler(), slice(0, 40)), ("kept", "passthrough", slice(40, 64))])],
        [make_pipeline(MinMaxScaler(), PCA(20, random_state=0)), StandardScaler()],
    ],
    ids=lambda steps: "-".join(s if isinstance(s, str) else type(s).__name__ for s in steps),
)
@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value encountered in divide")
def test_coefficients_seen_through_affine_steps_give_the_scores_of_the_pipeline(steps, datasets):
    X, y = datasets["digits"]
    pipeline = make_pipeline(*steps, clf()).fit(X.copy(), y)
    model, (layer,), *_ = affine_classes(pipeline)
    assert model is pipeline[-1]
    scores = pipeline.decision_function(X.copy())
    np.testing.assert_allclose(X @ layer[:, :-1].T + layer[:, -1], scores, rtol=1e-6, atol=1e-6)


def test_features_far_from_zero_keep_their_digits(rng):
    X = 1e6 + 1e-2 * rng.normal(size=(100, 4))
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, X[:, 0] > 1e6)
    _, (layer,), *_ = affine_classes(pipeline)
    np.testing.assert_allclose(layer[:, :-1], pipeline[-1].coef_ / pipeline[0].scale_, rtol=1e-6)


def test_a_pipeline_that_gives_frames(datasets):
    pytest.importorskip("pandas")
    X, y = datasets["digits"]
    pipeline = make_pipeline(StandardScaler(), clf()).set_output(transform="pandas").fit(X, y)
    _, (layer,), *_ = affine_classes(pipeline)
    np.testing.assert_allclose(layer[:, :-1], pipeline[-1].coef_ / pipeline[0].scale_, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "step",
    [Normalizer(), PolynomialFeatures(), FunctionTransformer(np.log1p), MinMaxScaler(clip=True)],
    ids=lambda step: type(step).__name__,
)
def test_a_step_that_is_not_affine_is_named(step, iris):
    X, y = iris
    pipeline = make_pipeline(step, clf()).fit(X, y)
    with pytest.raises(ValueError, match=rf"\({type(step).__name__}\) are no affine map of the features"):
        affine_classes(pipeline)
    _, (layer,), *_ = affine_classes(pipeline, through_pipeline=False)
    np.testing.assert_array_equal(layer[:, :-1], pipeline[-1].coef_)


def test_a_step_that_fails_on_unit_vectors_says_why(iris):
    X, y = iris
    pipeline = make_pipeline(OneHotEncoder(), clf()).fit(X[:, :1], y)
    with pytest.raises(ValueError, match=r"do not take arrays of unit vectors.*Found unknown categories"):
        affine_classes(pipeline)


@pytest.mark.parametrize("steps", FRAMES.values(), ids=FRAMES)
def test_pipelines_on_frames_are_seen_through_by_the_names_of_their_columns(steps, iris):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(iris[0], columns=list("abcd"))
    pipeline = make_pipeline(*steps, clf()).fit(frame, iris[1])
    _, (layer,), features, _ = affine_classes(pipeline)
    assert features.names == list("abcd")
    scores = pipeline.decision_function(frame)
    np.testing.assert_allclose(features.of(frame) @ layer[:, :-1].T + layer[:, -1], scores, rtol=1e-6, atol=1e-9)
    _, (layer,), behind, _ = affine_classes(pipeline, through_pipeline=False)
    assert behind.names == pipeline[:-1].get_feature_names_out().tolist()
    np.testing.assert_allclose(behind.of(frame) @ layer[:, :-1].T + layer[:, -1], scores, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS)
def test_behind_an_encoder_the_features_are_those_that_it_makes(encoder):
    pytest.importorskip("pandas")
    X, y = trips()
    columns = encoded_by(encoder)
    pipeline = make_pipeline(columns, clf()).fit(X, y)
    _, (layer,), features, _ = affine_classes(pipeline, as_table=True)
    assert features.names == columns.get_feature_names_out().tolist() == pipeline[0].get_feature_names_out().tolist()
    assert features.label == "after ColumnTransformer"
    np.testing.assert_array_equal(layer[:, :-1], pipeline[-1].coef_)
    scores = features.of(X) @ layer[:, :-1].T + layer[:, -1]
    np.testing.assert_allclose(scores, pipeline.decision_function(X), rtol=1e-9, atol=1e-9)
    with pytest.raises(ValueError, match=r"\(ColumnTransformer\) (are no affine map|do not take arrays)"):
        affine_classes(pipeline)


def test_a_pipeline_of_the_classifier_alone(iris):
    X, y = iris
    pipeline = Pipeline([("clf", clf())]).fit(X, y)
    _, (layer,), *_ = affine_classes(pipeline)
    np.testing.assert_array_equal(layer[:, :-1], pipeline[-1].coef_)
    np.testing.assert_array_equal(layer[:, -1], pipeline[-1].intercept_)


def test_searches_and_pipelines_may_hold_each_other(iris):
    X, y = iris
    inner = make_pipeline(MinMaxScaler(), clf())
    search = GridSearchCV(inner, {"softmaxregression__l2": [1e-3, 1.0]}, cv=2)
    whole = make_pipeline(StandardScaler(), search).fit(X, y)
    model, (layer,), *_ = affine_classes(whole)
    assert model is whole[-1].best_estimator_[-1]
    np.testing.assert_allclose(X @ layer[:, :-1].T + layer[:, -1], whole.decision_function(X), rtol=1e-6, atol=1e-6)
    with pytest.raises(TypeError, match="GridSearchCV has no best_estimator_: fit it with refit"):
        affine_classes(GridSearchCV(clf(), {"l2": [1.0]}, cv=2, refit=False).fit(X, y))


def test_intercepts_that_were_set_by_hand_and_do_not_fit_are_named(iris):
    X, y = iris
    softmax, mlp = SoftmaxRegression(max_iter=2, tol=None).fit(X, y), TinyMLPClassifier((5,), max_iter=2, tol=None)
    softmax.coef_ = softmax.coef_[:2]
    with pytest.raises(ValueError, match="intercept_ has 3 numbers for 2 rows of coefficients, must have one for each"):
        CoefficientsDisplay.from_estimator(softmax)
    mlp.fit(X, y)
    intercepts = mlp.intercepts_
    mlp.intercepts_ = intercepts[::-1]
    with pytest.raises(ValueError, match=r"intercepts_\[0\] has 3 numbers for 5 rows of coefficients, must have one"):
        ModelMatricesDisplay.from_estimator(mlp, X[:3])
    mlp.intercepts_ = intercepts[:1]
    with pytest.raises(ValueError, match="coefs_ has 2 layers and intercepts_ 1, must be as many"):
        ModelMatricesDisplay.from_estimator(mlp, X[:3])
