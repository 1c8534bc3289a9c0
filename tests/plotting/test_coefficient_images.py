# SPDX-License-Identifier: BSD-3-Clause
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from sksoftmax.plotting import CoefficientImagesDisplay


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def fitted(datasets):
    X, y = datasets["digits"]
    return SoftmaxRegression(max_iter=5, tol=None, random_state=0).fit(X, y)


def test_each_panel_is_the_reshaped_coefficients_of_its_class(fitted):
    display = CoefficientImagesDisplay.from_estimator(fitted)
    assert len(display.axes_) == len(display.images_) == 10
    for k, (panel, image) in enumerate(zip(display.axes_, display.images_)):
        np.testing.assert_array_equal(image.get_array(), fitted.coef_[k].reshape(8, 8))
        assert panel.get_title() == str(k)


def test_panels_share_one_scale_around_zero(fitted):
    display = CoefficientImagesDisplay.from_estimator(fitted)
    largest = np.abs(fitted.coef_).max()
    assert {image.get_clim() for image in display.images_} == {(-largest, largest)}
    assert display.colorbar_ is not None
    colour_of_zero = display.images_[0].cmap(0.5)
    np.testing.assert_allclose(colour_of_zero[:3], 1, atol=0.05)


@pytest.mark.parametrize(
    "model", [LogisticRegression(max_iter=2000), SGDClassifier(), RidgeClassifier()], ids=lambda m: type(m).__name__
)
def test_any_fitted_linear_classifier_is_drawn(model, datasets):
    X, y = datasets["digits"]
    model.fit(X / 16, y)
    np.testing.assert_array_equal(CoefficientImagesDisplay.from_estimator(model).images, model.coef_.reshape(-1, 8, 8))


def test_the_last_step_of_a_pipeline_is_drawn(datasets):
    X, y = datasets["digits"]
    pipeline = make_pipeline(StandardScaler(), SoftmaxRegression(max_iter=2, tol=None)).fit(X, y)
    display = CoefficientImagesDisplay.from_estimator(pipeline)
    np.testing.assert_array_equal(display.images, pipeline[-1].coef_.reshape(-1, 8, 8))


@pytest.mark.parametrize(
    "model",
    [TinyMLPClassifier((9, 4), max_iter=2, tol=None), MLPClassifier((9, 4), max_iter=2)],
    ids=lambda m: type(m).__name__,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_each_layer_of_a_network_is_drawn(model, datasets):
    X, y = datasets["digits"]
    model.fit(X, y)
    hidden = CoefficientImagesDisplay.from_estimator(model)
    assert [panel.get_title() for panel in hidden.axes_] == [str(unit) for unit in range(9)]
    for unit, image in enumerate(hidden.images_):
        np.testing.assert_array_equal(image.get_array(), model.coefs_[0][:, unit].reshape(8, 8))
    second = CoefficientImagesDisplay.from_estimator(model, layer=1)
    assert second.images.shape == (4, 3, 3)
    for last in (2, -1):
        top = CoefficientImagesDisplay.from_estimator(model, layer=last, class_names=list("abcdefghij"))
        assert [panel.get_title() for panel in top.axes_] == list("abcdefghij")
        np.testing.assert_array_equal(top.images, model.coefs_[-1].T.reshape(-1, 2, 2))


def test_a_network_without_hidden_layers_is_drawn_by_class(datasets):
    X, y = datasets["digits"]
    model = TinyMLPClassifier((), max_iter=2, tol=None).fit(X, y)
    display = CoefficientImagesDisplay.from_estimator(model, class_names=list("abcdefghij"))
    assert [panel.get_title() for panel in display.axes_] == list("abcdefghij")


@pytest.mark.parametrize("layer", [2, -3, "first", None, 0.5], ids=repr)
def test_a_layer_that_is_none_is_an_error(layer, datasets):
    X, y = datasets["digits"]
    model = TinyMLPClassifier((4,), max_iter=2, tol=None).fit(X, y)
    with pytest.raises(ValueError, match=r"layer == .*, must be an int from -2 to 1"):
        CoefficientImagesDisplay.from_estimator(model, layer=layer)
    with pytest.raises(ValueError, match="must be None for a hidden layer"):
        CoefficientImagesDisplay.from_estimator(model, class_names=list("abcdefghij"))


@pytest.mark.parametrize(
    ("model", "titles"),
    [
        (SoftmaxRegression(max_iter=2, tol=None), ["no", "yes"]),
        (LogisticRegression(), ["yes rather than no"]),
    ],
    ids=["two rows", "one row"],
)
def test_two_classes(model, titles):
    X, y = make_classification(n_features=9, random_state=0)
    display = CoefficientImagesDisplay.from_estimator(model.fit(X, np.array(["no", "yes"])[y]))
    assert [panel.get_title() for panel in display.axes_] == titles


def test_pairs_of_a_one_versus_one_classifier(datasets):
    X, y = datasets["digits"]
    few = y < 3
    display = CoefficientImagesDisplay.from_estimator(SVC(kernel="linear").fit(X[few], y[few]))
    assert [panel.get_title() for panel in display.axes_] == ["0 rather than 1", "0 rather than 2", "1 rather than 2"]


def test_colour_images_show_the_channels_around_grey():
    X, y = make_classification(n_features=27, n_informative=5, n_classes=3, random_state=0)
    clf = SoftmaxRegression(max_iter=5, tol=None).fit(X, y)
    display = CoefficientImagesDisplay.from_estimator(clf, image_shape=(3, 3, 3))
    limit = np.abs(clf.coef_).max()
    expected = 0.5 + 0.5 * clf.coef_[1].reshape(3, 3, 3) / limit
    np.testing.assert_allclose(display.images_[1].get_array(), expected)
    assert display.colorbar_ is None


def test_class_names_and_limit(fitted):
    names = [f"digit {k}" for k in range(10)]
    display = CoefficientImagesDisplay.from_estimator(fitted, class_names=names, limit=2.0, colorbar=False)
    assert [panel.get_title() for panel in display.axes_] == names
    assert display.images_[0].get_clim() == (-2, 2)
    assert display.colorbar_ is None


def test_panels_take_the_place_of_an_axes_or_use_given_ones(fitted):
    figure, axes = plt.subplots(1, 2, layout="constrained")
    display = CoefficientImagesDisplay.from_estimator(fitted, ax=axes[1])
    assert display.figure_ is figure
    assert plt.get_fignums() == [figure.number]
    assert all(panel.figure is figure for panel in display.axes_)
    figure, axes = plt.subplots(2, 5)
    display.plot(ax=axes)
    assert list(display.axes_) == list(axes.ravel())
    with pytest.raises(ValueError, match="ax has 2 Axes, must be one, or 10"):
        display.plot(ax=axes.ravel()[:2])
    with pytest.raises(ValueError, match="ax has no place in a grid to divide"):
        display.plot(ax=figure.add_axes((0, 0, 1, 1)))


def test_plotting_again_changes_no_data(fitted):
    display = CoefficientImagesDisplay.from_estimator(fitted)
    before = display.images.copy()
    assert display.plot(cmap="PiYG", n_columns=2) is display
    np.testing.assert_array_equal(display.images, before)
    assert display.images_[0].cmap.name == "PiYG"


@pytest.mark.parametrize("n_classes", [2, 3, 10, 26])
def test_titles_and_panels_do_not_overlap(n_classes):
    rng = np.random.RandomState(0)
    display = CoefficientImagesDisplay(rng.normal(size=(n_classes, 8, 8)), map(str, range(n_classes))).plot()
    display.figure_.canvas.draw()
    renderer = display.figure_.canvas.get_renderer()
    boxes = [panel.get_tightbbox(renderer) for panel in [*display.axes_, display.colorbar_.ax]]
    for i, box in enumerate(boxes):
        assert not any(mpl.transforms.Bbox.intersection(box, other) for other in boxes[i + 1 :])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"image_shape": (7, 8)}, r"image_shape == \(7, 8\) has 56 values, but there are 64 coefficients"),
        ({"image_shape": (8,)}, r"image_shape == \(8,\), must be \(height, width\)"),
        ({"image_shape": (4, 4, 4)}, r"must be \(height, width\) or \(height, width, 3\)"),
        ({"class_names": ["a"]}, r"len\(class_names\) == 1, must be the number of classes, 10"),
        ({"limit": 0.0}, "limit == 0.0, must be > 0"),
        ({"n_columns": 0}, "n_columns == 0, must be >= 1"),
    ],
)
def test_what_does_not_fit_is_named(options, message, fitted):
    with pytest.raises(ValueError, match=message):
        CoefficientImagesDisplay.from_estimator(fitted, **options)


def test_models_that_cannot_be_drawn(datasets):
    X, y = datasets["iris"]
    with pytest.raises(NotFittedError):
        CoefficientImagesDisplay.from_estimator(SoftmaxRegression())
    with pytest.raises(TypeError, match="DecisionTreeClassifier is no classifier with coefficients"):
        CoefficientImagesDisplay.from_estimator(DecisionTreeClassifier().fit(X, y))
    few = SoftmaxRegression(max_iter=1, tol=None).fit(X[:, :3], y)
    with pytest.raises(ValueError, match=r"3 coefficients are no square image: pass image_shape=\(height, width\)"):
        CoefficientImagesDisplay.from_estimator(few)


def test_arrays_that_are_no_images():
    with pytest.raises(ValueError, match=r"images.shape == \(3, 4\), must be"):
        CoefficientImagesDisplay(np.zeros((3, 4)), "abc")
    with pytest.raises(ValueError, match=r"len\(names\) == 2, must be the number of images, 3"):
        CoefficientImagesDisplay(np.zeros((3, 4, 4)), "ab")
