# SPDX-License-Identifier: BSD-3-Clause
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from sksoftmax.plotting import CoefficientImagesDisplay
from tests.parameters import few_quick, slow


def titles(display):
    return [panel.get_title() for panel in display.axes_]


def test_each_panel_is_the_reshaped_coefficients_of_its_class(digits_model):
    display = CoefficientImagesDisplay.from_estimator(digits_model)
    assert len(display.axes_) == len(display.images_) == 10
    for k, image in enumerate(display.images_):
        np.testing.assert_array_equal(image.get_array(), digits_model.coef_[k].reshape(8, 8))
    assert titles(display) == [str(k) for k in range(10)]


@pytest.mark.parametrize("percentile", few_quick([100, 99, 80]))
def test_panels_share_one_scale_around_zero(percentile, digits_model):
    display = CoefficientImagesDisplay.from_estimator(digits_model, percentile=percentile)
    limit = np.percentile(np.abs(digits_model.coef_), percentile)
    assert {image.get_clim() for image in display.images_} == {(-limit, limit)}
    assert display.colorbar_.extend == ("neither" if percentile == 100 else "both")
    colour_of_zero = display.images_[0].cmap(0.5)
    np.testing.assert_allclose(colour_of_zero[:3], 1, atol=0.05)


def test_a_few_large_coefficients_leave_the_others_visible(digits_model):
    images = digits_model.coef_.reshape(10, 8, 8).copy()
    images[0, 0, 0] = 1000
    display = CoefficientImagesDisplay(images, map(str, range(10))).plot()
    (_, limit) = display.images_[0].get_clim()
    assert limit < np.abs(digits_model.coef_).max()


def test_each_panel_may_have_its_own_scale(digits_model):
    display = CoefficientImagesDisplay.from_estimator(digits_model, scale="panel", percentile=100)
    largest = np.abs(digits_model.coef_).max(axis=1)
    assert [image.get_clim() for image in display.images_] == [(-limit, limit) for limit in largest]
    assert (display.colorbar_.vmin, display.colorbar_.vmax) == (-1, 1)


def test_zero_coefficients_have_the_colour_of_zero():
    display = CoefficientImagesDisplay(np.zeros((2, 3, 3)), "ab").plot(scale="panel")
    assert [image.get_clim() for image in display.images_] == [(-1, 1)] * 2
    sparse_images = np.zeros((1, 10, 10))
    sparse_images[0, 0, 0] = 5.0
    assert CoefficientImagesDisplay(sparse_images, "a").plot(percentile=50).images_[0].get_clim() == (-5, 5)


@pytest.mark.parametrize(
    "model", [LogisticRegression(max_iter=2000), SGDClassifier(), RidgeClassifier()], ids=lambda m: type(m).__name__
)
def test_any_fitted_linear_classifier_is_drawn(model, three_digits):
    X, y = three_digits
    model.fit(X / 16, y)
    np.testing.assert_array_equal(CoefficientImagesDisplay.from_estimator(model).images, model.coef_.reshape(-1, 8, 8))


def test_a_pipeline_is_drawn_in_the_pixels_that_enter_it(three_digits):
    X, y = three_digits
    pipeline = make_pipeline(StandardScaler(), SoftmaxRegression(max_iter=2, tol=None)).fit(X, y)
    display = CoefficientImagesDisplay.from_estimator(pipeline)
    expected = pipeline[-1].coef_ / pipeline[0].scale_
    np.testing.assert_allclose(display.images, expected.reshape(-1, 8, 8), rtol=1e-9, atol=1e-12)
    display = CoefficientImagesDisplay.from_estimator(pipeline, through_pipeline=False)
    np.testing.assert_array_equal(display.images, pipeline[-1].coef_.reshape(-1, 8, 8))


def test_a_search_is_drawn_as_its_best_estimator(three_digits):
    X, y = three_digits
    pipeline = make_pipeline(StandardScaler(), SoftmaxRegression(max_iter=2, tol=None, random_state=0))
    search = GridSearchCV(pipeline, {"softmaxregression__l2": [1e-3, 1.0]}, cv=2).fit(X, y)
    of_search, of_best = map(CoefficientImagesDisplay.from_estimator, (search, search.best_estimator_))
    np.testing.assert_array_equal(of_search.images, of_best.images)


def test_a_model_of_a_data_frame_is_drawn(three_digits):
    pd = pytest.importorskip("pandas")
    X, y = three_digits
    frame = pd.DataFrame(X, columns=[f"pixel {j}" for j in range(64)])
    of_frame, of_array = (
        make_pipeline(StandardScaler(), SoftmaxRegression(max_iter=2, tol=None, random_state=0)).fit(data, y)
        for data in (frame, X)
    )
    displays = [CoefficientImagesDisplay.from_estimator(of_frame, image_shape=(8, 8))]
    displays.append(CoefficientImagesDisplay.from_estimator(of_array))
    # A frame's columns lie in memory one after the other, which changes the rounding of the scaler.
    np.testing.assert_allclose(displays[0].images, displays[1].images, rtol=0, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [TinyMLPClassifier((9, 4), max_iter=2, tol=None), MLPClassifier((9, 4), max_iter=2)],
    ids=lambda m: type(m).__name__,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_each_layer_of_a_network_is_drawn_the_most_important_units_first(model, datasets):
    X, y = datasets["digits"]
    model.fit(X, y)
    norms = [np.linalg.norm(model.coefs_[0], axis=0), np.linalg.norm(model.coefs_[1], axis=1)]
    order = np.argsort(-norms[0] * norms[1])
    hidden = CoefficientImagesDisplay.from_estimator(model)
    assert titles(hidden) == [f"unit {unit}" for unit in order]
    for unit, image in zip(order, hidden.images_):
        np.testing.assert_array_equal(image.get_array(), model.coefs_[0][:, unit].reshape(8, 8))
    assert titles(CoefficientImagesDisplay.from_estimator(model, units=3)) == titles(hidden)[:3]
    assert titles(CoefficientImagesDisplay.from_estimator(model, units=[7, 0])) == ["unit 7", "unit 0"]
    assert CoefficientImagesDisplay.from_estimator(model, layer=1).images.shape == (4, 3, 3)
    for last in (2, -1):
        top = CoefficientImagesDisplay.from_estimator(model, layer=last, class_names=list("abcdefghij"))
        assert titles(top) == list("abcdefghij")
        np.testing.assert_array_equal(top.images, model.coefs_[-1].T.reshape(-1, 2, 2))


def test_a_network_without_hidden_layers_is_drawn_by_class(datasets):
    X, y = datasets["digits"]
    model = TinyMLPClassifier((), max_iter=2, tol=None).fit(X, y)
    assert titles(CoefficientImagesDisplay.from_estimator(model, class_names=list("abcdefghij"))) == list("abcdefghij")
    with pytest.raises(ValueError, match="units == 3, must be None for the last layer"):
        CoefficientImagesDisplay.from_estimator(model, units=3)


@pytest.mark.parametrize("layer", [2, -3, "first", None, 0.5], ids=repr)
def test_a_layer_that_is_none_is_an_error(layer, datasets):
    X, y = datasets["digits"]
    model = TinyMLPClassifier((4,), max_iter=2, tol=None).fit(X, y)
    with pytest.raises(ValueError, match=r"layer == .*, must be an int from -2 to 1"):
        CoefficientImagesDisplay.from_estimator(model, layer=layer)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"class_names": "abcdefghij"}, "class_names == .*, must be None for a hidden layer"),
        ({"classes": [0]}, "classes == .*, must be None for a hidden layer"),
        ({"difference": (0, 1)}, "difference == .*, must be None for a hidden layer"),
        ({"units": 5}, "units == 5, must be an int from 1 to 4"),
        ({"units": 0}, "units == 0, must be an int from 1 to 4"),
        ({"units": [4]}, r"units == \[4\], must be numbers of units from 0 to 3"),
        ({"units": []}, r"units == \[\], must be numbers of units"),
        ({"units": [0.5]}, r"units == \[0.5\], must be numbers of units"),
    ],
)
def test_what_does_not_fit_hidden_units_is_named(options, message, datasets):
    X, y = datasets["digits"]
    model = TinyMLPClassifier((4,), max_iter=1, tol=None).fit(X, y)
    with pytest.raises(ValueError, match=message):
        CoefficientImagesDisplay.from_estimator(model, **options)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (SoftmaxRegression(max_iter=2, tol=None), ["no", "yes"]),
        (LogisticRegression(), ["yes rather than no"]),
    ],
    ids=["two rows", "one row"],
)
def test_two_classes(model, expected):
    X, y = make_classification(n_features=9, random_state=0)
    model.fit(X, np.array(["no", "yes"])[y])
    assert titles(CoefficientImagesDisplay.from_estimator(model)) == expected
    of_yes = model.coef_[-1] - model.coef_[:-1].sum(axis=0)
    for pair, sign in ((("yes", "no"), 1), (("no", "yes"), -1)):
        display = CoefficientImagesDisplay.from_estimator(model, difference=pair)
        assert titles(display) == [f"{pair[0]} rather than {pair[1]}"]
        np.testing.assert_allclose(display.images[0].ravel(), sign * of_yes)


def test_the_difference_of_two_classes_and_a_choice_of_classes(digits_model):
    display = CoefficientImagesDisplay.from_estimator(digits_model, difference=(4, 9), class_names=list("abcdefghij"))
    np.testing.assert_array_equal(display.images[0].ravel(), digits_model.coef_[4] - digits_model.coef_[9])
    assert titles(display) == ["e rather than j"]
    display = CoefficientImagesDisplay.from_estimator(digits_model, classes=[7, 1])
    np.testing.assert_array_equal(display.images.reshape(2, 64), digits_model.coef_[[7, 1]])
    assert titles(display) == ["7", "1"]


def test_pairs_of_a_one_versus_one_classifier(datasets):
    X, y = datasets["digits"]
    few = y < 3
    model = SVC(kernel="linear").fit(X[few], y[few])
    display = CoefficientImagesDisplay.from_estimator(model)
    assert titles(display) == ["0 rather than 1", "0 rather than 2", "1 rather than 2"]
    with pytest.raises(ValueError, match="SVC compares pairs of classes: classes and difference must be None"):
        CoefficientImagesDisplay.from_estimator(model, difference=(0, 1))


def test_colour_images_show_the_channels_around_grey():
    X, y = make_classification(n_features=27, n_informative=5, n_classes=3, random_state=0)
    clf = SoftmaxRegression(max_iter=5, tol=None).fit(X, y)
    display = CoefficientImagesDisplay.from_estimator(clf, image_shape=(3, 3, 3), percentile=100)
    limit = np.abs(clf.coef_).max()
    expected = 0.5 + 0.5 * clf.coef_[1].reshape(3, 3, 3) / limit
    np.testing.assert_allclose(display.images_[1].get_array(), expected)
    # No bar of one colour tells three coefficients.
    assert display.colorbar_ is None
    assert display.figure_.axes == list(display.axes_)


def test_class_names_and_limit(digits_model):
    names = [f"digit {k}" for k in range(10)]
    display = CoefficientImagesDisplay.from_estimator(digits_model, class_names=names, limit=2.0, colorbar=False)
    assert titles(display) == names
    assert display.images_[0].get_clim() == (-2, 2)
    assert display.colorbar_ is None


@pytest.mark.slow
def test_plotting_again_changes_no_data(digits_model):
    display = CoefficientImagesDisplay.from_estimator(digits_model)
    before = display.images.copy()
    assert display.plot(cmap="PiYG", n_columns=2) is display
    np.testing.assert_array_equal(display.images, before)
    assert display.images_[0].cmap.name == "PiYG"


@pytest.mark.slow
@pytest.mark.parametrize(("n_classes", "name"), [(2, "{}"), (10, "class number {}"), (26, "{}")])
def test_titles_panels_and_scale_do_not_overlap(n_classes, name):
    rng = np.random.RandomState(0)
    names = [name.format(k) for k in range(n_classes)]
    display = CoefficientImagesDisplay(rng.normal(size=(n_classes, 4, 4)), names).plot()
    display.figure_.canvas.draw()
    renderer = display.figure_.canvas.get_renderer()
    boxes = [panel.get_tightbbox(renderer) for panel in [*display.axes_, display.colorbar_.ax]]
    for i, box in enumerate(boxes):
        assert not any(mpl.transforms.Bbox.intersection(box, other) for other in boxes[i + 1 :])
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= display.figure_.bbox.width
        assert box.y1 <= display.figure_.bbox.height


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"image_shape": (7, 8)}, r"image_shape == \(7, 8\) has 56 values, but there are 64 for an image"),
        ({"image_shape": (8,)}, r"image_shape == \(8,\), must be \(height, width\)"),
        ({"image_shape": (4, 4, 4)}, r"must be \(height, width\) or \(height, width, 3\)"),
        ({"class_names": ["a"]}, r"len\(class_names\) == 1, must be the number of classes, 10"),
        ({"class_names": "abcdefghij"}, "class_names == 'abcdefghij', must be a sequence"),
        ({"class_names": {0: "a"}}, "class_names == .*, must be a sequence of names in the order of"),
        ({"classes": [11]}, r"classes holds 11, must hold labels of \[0, 1"),
        ({"difference": (0, 10)}, "difference holds 10, must hold labels of"),
        ({"difference": (0, 1, 2)}, r"difference == \(0, 1, 2\), must be two labels"),
        ({"difference": (0, 1), "classes": [1]}, "only one of them may be given"),
        ({"classes": []}, r"classes == \[\], must be a sequence of one or more labels"),
        ({"difference": "ab"}, "difference == 'ab', must be two labels"),
        ({"difference": 5}, "difference == 5, must be two labels"),
        ({"difference": (3, 3)}, r"difference == \(3, 3\), must be two labels"),
        ({"image_shape": (8.0, 8.0)}, r"image_shape == \(8.0, 8.0\), must be .* ints > 0"),
        ({"class_names": 5}, "class_names == 5, must be a sequence"),
        ({"class_names": list("aabcdefghi")}, "class_names == .*, must be distinct"),
        ({"class_names": list("1023456789")}, "class_names == .*, must be in the order of the labels"),
        ({"limit": np.nan}, "limit == nan, must be a finite number > 0"),
        ({"limit": np.inf}, "limit == inf, must be a finite number > 0"),
        ({"limit": "a"}, "limit == 'a', must be a finite number > 0"),
        ({"percentile": None}, "percentile == None, must be a number"),
        ({"cmap": "nope"}, "'nope'"),
        ({"limit": 0.0}, "limit == 0.0, must be a finite number > 0"),
        ({"percentile": 0}, "percentile == 0, must be a number > 0 and <= 100"),
        ({"percentile": 101}, "percentile == 101, must be a number > 0 and <= 100"),
        ({"scale": "each"}, r"scale == 'each', must be one of \['shared', 'panel'\]"),
        ({"n_columns": 0}, "n_columns == 0, must be an int >= 1"),
    ],
)
def test_what_does_not_fit_is_named_and_leaves_no_figure(options, message, digits_model):
    with pytest.raises(ValueError, match=message):
        CoefficientImagesDisplay.from_estimator(digits_model, **options)
    assert not plt.get_fignums()


def test_models_that_cannot_be_drawn(datasets):
    X, y = datasets["iris"]
    with pytest.raises(NotFittedError):
        CoefficientImagesDisplay.from_estimator(SoftmaxRegression())
    with pytest.raises(TypeError, match="DecisionTreeClassifier is no classifier with coefficients"):
        CoefficientImagesDisplay.from_estimator(DecisionTreeClassifier().fit(X, y))
    few = SoftmaxRegression(max_iter=1, tol=None).fit(X[:, :3], y)
    with pytest.raises(ValueError, match=r"3 values are no square image: pass image_shape=\(height, width\)"):
        CoefficientImagesDisplay.from_estimator(few)


def test_arrays_that_are_no_images():
    with pytest.raises(ValueError, match=r"images.shape == \(3, 4\), must be"):
        CoefficientImagesDisplay(np.zeros((3, 4)), "abc")
    with pytest.raises(ValueError, match=r"images.shape == \(0, 3, 4\), must be"):
        CoefficientImagesDisplay(np.zeros((0, 3, 4)), "")
    with pytest.raises(ValueError, match="images holds nan, must hold finite numbers"):
        CoefficientImagesDisplay(np.full((1, 3, 4), np.nan), "a")
    with pytest.raises(ValueError, match=r"len\(names\) == 2, must be the number of images, 3"):
        CoefficientImagesDisplay(np.zeros((3, 4, 4)), "ab")


def test_one_row_for_two_classes_is_no_row_of_a_class(datasets):
    X, y = datasets["digits"]
    model = LogisticRegression(max_iter=1000).fit(X[y < 2], y[y < 2])
    with pytest.raises(ValueError, match=r"classes == \[1\], must be None: LogisticRegression has one row"):
        CoefficientImagesDisplay.from_estimator(model, classes=[1])
    for difference in (5, (0,), (0, 1, 0), "01"):
        with pytest.raises(ValueError, match=r"difference == .*, must be two labels"):
            CoefficientImagesDisplay.from_estimator(model, difference=difference)


def test_names_are_no_mathematics(digits_model):
    names = [rf"${k}\x$" for k in range(10)]
    display = CoefficientImagesDisplay.from_estimator(digits_model, class_names=names)
    display.figure_.canvas.draw()
    assert titles(display) == [rf"\${k}\x\$" for k in range(10)]
    assert display.names == names


@pytest.mark.slow
@pytest.mark.parametrize("n_classes", [3, 10, slow(26)])
def test_titles_are_as_large_as_their_panels_allow(n_classes):
    rng = np.random.RandomState(0)
    names = [f"a class of the number {k}" for k in range(n_classes)]
    display = CoefficientImagesDisplay(rng.normal(size=(n_classes, 4, 4)), names).plot()
    display.figure_.canvas.draw()
    ratios = [panel.title.get_window_extent().width / panel.get_window_extent().width for panel in display.axes_]
    assert 0.7 < max(ratios) < 1.1
    assert {"\n" in title for title in titles(display)} == {n_classes > 3}
