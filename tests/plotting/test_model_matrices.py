# SPDX-License-Identifier: BSD-3-Clause
import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from sksoftmax.plotting import ModelMatricesDisplay, training_snapshots


@pytest.fixture(scope="module")
def model(datasets):
    return SoftmaxRegression(max_iter=5, tol=None, random_state=0).fit(*datasets["iris"])


def test_the_panels_are_data_coefficients_and_probabilities(model, iris):
    X = iris[0][::15]
    display = ModelMatricesDisplay.from_estimator(model, X, class_names=["a", "b", "c"])
    data, coefficients, outputs = (image.get_array() for image in display.images_[0])
    np.testing.assert_array_equal(data, X)
    np.testing.assert_array_equal(coefficients, model.coef_)
    np.testing.assert_array_equal(outputs, model.predict_proba(X))
    assert [panel.get_title() for panel in display.axes_[0]] == [
        "X: data, 10 x 4",
        "W: coefficients, 3 x 4",
        "softmax(X W' + b):\nprobabilities, 10 x 3",
    ]
    assert [label.get_text() for label in display.axes_[0, 1].get_yticklabels()] == ["a", "b", "c"]
    limit = np.abs(model.coef_).max()
    assert display.images_[0][1].get_clim() == (-limit, limit)
    assert display.images_[0][2].get_clim() == (0, 1)


@pytest.mark.slow
def test_few_numbers_are_written_into_their_cells(model, iris):
    X = iris[0][::15]
    display = ModelMatricesDisplay.from_estimator(model, X)
    written = {(text.axes, *text.get_position()): text.get_text() for text in display.texts_}
    assert len(written) == X.size + model.coef_.size + 30
    assert written[display.axes_[0, 1], 2, 1] == f"{model.coef_[1, 2]:.2f}"
    assert written[display.axes_[0, 0], 3, 7] == f"{X[7, 3]:.3g}"
    assert ModelMatricesDisplay.from_estimator(model, X, values_format=None).texts_ == []
    many = ModelMatricesDisplay.from_estimator(model, iris[0])
    assert {text.axes for text in many.texts_} == {many.axes_[0, 1]}


@pytest.mark.slow
def test_snapshots_are_rows_on_the_same_scales(iris):
    X, y = iris
    snapshots = training_snapshots(SoftmaxRegression(tol=None, random_state=0), X, y, epochs=[0, 1, 3])
    display = ModelMatricesDisplay.from_estimators(snapshots, X[::30], response_method="decision_function")
    assert display.axes_.shape == (3, 3)
    assert [row[0].get_ylabel() for row in display.axes_] == ["epoch 0", "epoch 1", "epoch 3"]
    for snapshot, (data, coefficients, outputs) in zip(snapshots, display.images_):
        np.testing.assert_array_equal(data.get_array(), X[::30])
        np.testing.assert_array_equal(coefficients.get_array(), snapshot.coef_)
        np.testing.assert_array_equal(outputs.get_array(), snapshot.decision_function(X[::30]))
    for j in (1, 2):
        (limits,) = {row[j].get_clim() for row in display.images_}
        assert limits[0] == -limits[1]
    ridge = ModelMatricesDisplay.from_estimators([RidgeClassifier().fit(X, y)], X, response_method="decision_function")
    assert ridge.axes_[0, 0].get_ylabel() == ""
    named = ModelMatricesDisplay.from_estimators({"first": snapshots[0], "last": snapshots[-1]}, X[::30])
    assert [row[0].get_ylabel() for row in named.axes_] == ["first", "last"]


@pytest.mark.slow
@pytest.mark.parametrize("model", [SoftmaxRegression(max_iter=3, tol=None), LogisticRegression()], ids=["two", "one"])
def test_two_classes_explain_their_outputs(model, datasets):
    X, y = datasets["iris"]
    X, y = X[:100], y[:100]
    model.fit(X, y)
    X = X[::10]
    display = ModelMatricesDisplay.from_estimator(model, X)
    p = np.exp(X @ display.coefficients[0].T + np.array([0, np.diff(np.r_[0, model.intercept_][-2:])[0]]))
    np.testing.assert_allclose(p / p.sum(axis=1, keepdims=True), display.outputs[0], atol=1e-9)
    scores = ModelMatricesDisplay.from_estimator(model, X, response_method="decision_function")
    assert scores.names == ["1"]
    gap = scores.outputs[0, :, 0] - X @ scores.coefficients[0, 0]
    np.testing.assert_allclose(gap, gap[0])


@pytest.mark.slow
def test_a_pipeline_is_drawn_in_the_features_that_enter_it(iris):
    X, y = iris
    pipeline = make_pipeline(StandardScaler(), SoftmaxRegression(max_iter=3, tol=None)).fit(X, y)
    display = ModelMatricesDisplay.from_estimator(pipeline, X[:5])
    np.testing.assert_allclose(display.coefficients[0], pipeline[-1].coef_ / pipeline[0].scale_)
    np.testing.assert_array_equal(display.data, X[:5])


def test_samples_and_features_are_named(iris):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(iris[0], columns=["sl", "sw", "pl", "pw"])
    model = SoftmaxRegression(max_iter=3, tol=None).fit(frame, iris[1])
    display = ModelMatricesDisplay.from_estimator(model, frame[::50], iris[1][::50], class_names=list("abc"))
    assert [label.get_text() for label in display.axes_[0, 0].get_yticklabels()] == ["a", "b", "c"]
    assert [label.get_text() for label in display.axes_[0, 1].get_xticklabels()] == ["sl", "sw", "pl", "pw"]


@pytest.mark.slow
def test_scales_and_names_stay_within_the_figure(rng):
    for n_models, n, d, k in ((1, 10, 4, 3), (3, 10, 25, 10), (1, 100, 64, 10)):
        data, coefficients, outputs = rng.rand(n, d), rng.normal(size=(n_models, k, d)), rng.rand(n_models, n, k)
        display = ModelMatricesDisplay(data, coefficients, outputs, range(k)).plot(limit=1.0, values_format=None)
        display.figure_.canvas.draw()
        for axes in [*np.ravel(display.axes_), *(bar.ax for bar in display.colorbars_)]:
            box = axes.get_tightbbox()
            assert box.x0 >= 0
            assert box.y0 >= 0
            assert box.x1 <= display.figure_.bbox.width
            assert box.y1 <= display.figure_.bbox.height
        assert display.images_[0][1].get_clim() == (-1, 1)
        assert display.colorbars_[0].extend == "both"


def test_what_has_no_matrices(model, iris):
    X, y = iris
    with pytest.raises(TypeError, match="TinyMLPClassifier has hidden layers"):
        ModelMatricesDisplay.from_estimator(TinyMLPClassifier((3,), max_iter=1, tol=None).fit(X, y), X)
    with pytest.raises(TypeError, match="RidgeClassifier has no predict_proba"):
        ModelMatricesDisplay.from_estimator(RidgeClassifier().fit(X, y), X)
    with pytest.raises(ValueError, match="response_method == 'predict', must be one of"):
        ModelMatricesDisplay.from_estimator(model, X, response_method="predict")
    with pytest.raises(TypeError, match="SVC compares pairs of classes"):
        ModelMatricesDisplay.from_estimator(SVC(kernel="linear").fit(X, y), X, response_method="decision_function")
    with pytest.raises(ValueError, match="estimators have different classes"):
        ModelMatricesDisplay.from_estimators([model, LogisticRegression().fit(X[:100], y[:100])], X)
    with pytest.raises(TypeError, match="estimators is a SoftmaxRegression, must be a list or a dict"):
        ModelMatricesDisplay.from_estimators(model, X)
    with pytest.raises(ValueError, match="estimators is empty"):
        ModelMatricesDisplay.from_estimators([], X)
    with pytest.raises(ValueError, match=r"outputs.shape == \(1, 5, 2\), must be \(1, 5, 3\)"):
        ModelMatricesDisplay(np.zeros((5, 4)), np.zeros((1, 3, 4)), np.zeros((1, 5, 2)), "abc")
    with pytest.raises(ValueError, match=r"len\(titles\) == 2, must be 1"):
        ModelMatricesDisplay(np.zeros((5, 4)), np.zeros((1, 3, 4)), np.zeros((1, 5, 3)), "abc", titles=["a", "b"])
    assert not plt.get_fignums()
