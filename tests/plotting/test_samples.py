# SPDX-License-Identifier: BSD-3-Clause
"""Displays of samples: the grid, the bars and the evidence."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from scipy import sparse
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier, SGDClassifier
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from sksoftmax.plotting import EvidenceDisplay, ProbabilityBarsDisplay, SampleGridDisplay
from sksoftmax.plotting._images import OTHER, PREDICTED, RIGHT, WRONG
from tests.parameters import slow


@pytest.fixture(scope="module")
def digits(datasets):
    X, y = datasets["digits"]
    return X[::3], y[::3]


@pytest.fixture(scope="module")
def weak(datasets):
    """A model with mistakes."""
    X, y = datasets["digits"]
    return SoftmaxRegression(max_iter=1, tol=None, random_state=0).fit(X[1::30], y[1::30])


def titles(display):
    return [panel.get_title() for panel in np.ravel(display.axes_)]


# The grid


def test_the_most_confident_errors_are_selected_in_order(weak, digits):
    X, y = digits
    p = weak.predict_proba(X)
    wrong = [i for i in range(len(y)) if weak.classes_[p[i].argmax()] != y[i]]
    expected = sorted(wrong, key=lambda i: -p[i].max())[:7]
    display = SampleGridDisplay.from_estimator(weak, X, y, select="most_confident_errors", n_samples=7)
    assert display.indices.tolist() == expected
    for i, panel, drawn in zip(expected, display.axes_, display.images_):
        np.testing.assert_array_equal(drawn.get_array(), X[i].reshape(8, 8))
        assert panel.get_title() == f"{p[i].argmax()} ({p[i].max():.2f})\ntrue: {y[i]}"
        assert to_hex(panel.title.get_color()) == WRONG
        assert {to_hex(spine.get_edgecolor()) for spine in panel.spines.values()} == {WRONG}


def test_the_least_confident_predictions_are_selected_in_order(weak, digits):
    X, y = digits
    confidence = weak.predict_proba(X).max(axis=1)
    display = SampleGridDisplay.from_estimator(weak, X, y, select="least_confident", n_samples=9)
    np.testing.assert_array_equal(display.confidences, np.sort(confidence)[:9])
    np.testing.assert_array_equal(confidence[display.indices], display.confidences)


@pytest.mark.slow
def test_the_other_selections(weak, digits):
    X, y = digits
    assert SampleGridDisplay.from_estimator(weak, X, y).indices.tolist() == list(range(25))
    per_class = SampleGridDisplay.from_estimator(weak, X, y, select="per_class", n_samples=20).indices
    assert y[per_class].tolist() == np.repeat(range(10), 2).tolist()
    assert all(per_class[2 * k : 2 * k + 2].tolist() == np.flatnonzero(y == k)[:2].tolist() for k in range(10))
    draws = [
        SampleGridDisplay.from_estimator(weak, X, y, select="random", random_state=seed, n_samples=5).indices.tolist()
        for seed in (0, 0, 1)
    ]
    assert draws[0] == draws[1] != draws[2]
    assert len(set(draws[0])) == 5
    assert SampleGridDisplay.from_estimator(weak, X, y, select=[4, 2]).indices.tolist() == [4, 2]
    few = SampleGridDisplay.from_estimator(weak, X[:3], y[:3], select="random", n_samples=25)
    assert few.indices.tolist() == [0, 1, 2]


def test_right_predictions_have_plain_titles(digits_model, digits):
    X, y = digits
    p = digits_model.predict_proba(X)
    right = np.flatnonzero(digits_model.predict(X) == y)[:4]
    names = [f"digit {k}" for k in range(10)]
    display = SampleGridDisplay.from_estimator(digits_model, X, y, select=right, class_names=names)
    assert titles(display) == [f"digit {y[i]} ({p[i].max():.2f})" for i in right]
    assert {panel.title.get_color() for panel in display.axes_} == {plt.rcParams["text.color"]}


def test_labels_without_a_model_and_predictions_without_probabilities(digits):
    X, y = digits
    assert titles(SampleGridDisplay.from_predictions(X, y, n_samples=3)) == [str(label) for label in y[:3]]
    shifted = (y + 1) % 10
    display = SampleGridDisplay.from_predictions(X, y, shifted, n_samples=2)
    assert titles(display) == [f"{shifted[i]}\ntrue: {y[i]}" for i in range(2)]
    margin = RidgeClassifier().fit(X, y)
    assert titles(SampleGridDisplay.from_estimator(margin, X, y, n_samples=1)) == [str(margin.predict(X[:1])[0])]
    with pytest.raises(ValueError, match="select == 'least_confident' needs the probabilities"):
        SampleGridDisplay.from_estimator(margin, X, y, select="least_confident")
    with pytest.raises(ValueError, match="select == 'most_confident_errors' needs"):
        SampleGridDisplay.from_predictions(X, y, y, select="most_confident_errors")


def test_predictions_drawn_are_those_given(weak, digits):
    X, y = digits
    p = weak.predict_proba(X)
    options = {"select": "most_confident_errors", "n_samples": 5}
    given = SampleGridDisplay.from_predictions(X, y, weak.predict(X), confidence=p.max(axis=1), **options)
    assert titles(given) == titles(SampleGridDisplay.from_estimator(weak, X, y, **options))


def test_frames_sparse_samples_and_strings_are_drawn(digits):
    pd = pytest.importorskip("pandas")
    X, y = digits
    labels = np.array([f"n{k}" for k in y])
    pipeline = make_pipeline(StandardScaler(), SoftmaxRegression(max_iter=2, tol=None, random_state=0))
    frame = pd.DataFrame(X, columns=[f"p{j}" for j in range(64)])
    pipeline.fit(frame, labels)
    with pytest.raises(ValueError, match=r"features have names\. ProbabilityBarsDisplay draws predictions"):
        SampleGridDisplay.from_estimator(pipeline, frame, labels)
    display = SampleGridDisplay.from_estimator(pipeline, frame, pd.Series(labels), n_samples=4, image_shape=(8, 8))
    np.testing.assert_array_equal(display.images.reshape(4, 64), X[:4])
    model = SoftmaxRegression(max_iter=2, tol=None).fit(X, y)
    display = SampleGridDisplay.from_estimator(model, sparse.csr_matrix(X), y, n_samples=4)
    np.testing.assert_array_equal(display.images.reshape(4, 64), X[:4])


def test_colour_samples_show_their_colours(rng):
    X = rng.randint(0, 256, (6, 27)).astype(np.uint8)
    X[0, 0] = 255
    display = SampleGridDisplay.from_predictions(X, np.arange(6), image_shape=(3, 3, 3))
    for row, drawn in zip(X, display.images_):
        np.testing.assert_allclose(drawn.get_array(), row.reshape(3, 3, 3) / 255)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"select": "worst"}, "select == 'worst', must be one of"),
        ({"select": [599]}, r"select == \[599\], must be .* rows from 0 to 598"),
        ({"select": []}, r"select == \[\], must be"),
        ({"select": [0.5]}, r"select == \[0.5\], must be"),
        ({"n_samples": 0}, "n_samples == 0, must be an int >= 1"),
        ({"image_shape": (7, 9)}, r"image_shape == \(7, 9\) has 63 values, but there are 64 for an image"),
        ({"class_names": ["a"]}, r"len\(class_names\) == 1, must be the number of classes, 10"),
    ],
)
def test_what_does_not_fit_the_grid_is_named(options, message, weak, digits):
    with pytest.raises(ValueError, match=message):
        SampleGridDisplay.from_estimator(weak, *digits, **options)
    assert not plt.get_fignums()


def test_a_classifier_is_drawn_by_what_it_predicts(datasets):
    """Where it does not predict the most probable class."""
    X, y = datasets["digits"]
    X, y = X[y < 2], y[y < 2]
    biased = FixedThresholdClassifier(LogisticRegression(max_iter=1000), threshold=1 - 1e-9).fit(X, y)
    display = SampleGridDisplay.from_estimator(biased, X, y, select="most_confident_errors", n_samples=4)
    predicted, p = biased.predict(X), biased.predict_proba(X)
    assert display.predicted == [str(label) for label in predicted[display.indices]]
    np.testing.assert_array_equal(display.confidences, p[display.indices, predicted[display.indices]])


def test_a_mask_selects(weak, digits):
    X, y = digits[0][:60], digits[1][:60]
    chosen = SampleGridDisplay.from_estimator(weak, X, y, select=y == 7).indices
    np.testing.assert_array_equal(chosen, np.flatnonzero(y == 7))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"y_pred": np.zeros(3)}, r"inconsistent numbers|y_pred.shape == \(3,\), must be \(599,\)"),
        ({"confidence": np.zeros(600)}, r"confidence.shape == \(600,\), must be \(599,\)"),
        ({"confidence": np.zeros((599, 10))}, r"confidence.shape == \(599, 10\), must be"),
        ({"y_pred": np.full(599, "a")}, "Mix of label input types"),
        ({"confidence": np.zeros(599), "select": "most_confident_errors"}, "needs y_pred"),
        ({"class_names": list("abcdefghia")}, "must be distinct"),
        ({"class_names": "abcdefghij"}, "class_names == 'abcdefghij', must be a sequence"),
    ],
)
def test_predictions_that_do_not_fit_are_named(given, message, digits):
    with pytest.raises(ValueError, match=message):
        SampleGridDisplay.from_predictions(*digits, **given)
    assert not plt.get_fignums()


def test_what_is_no_classifier_is_named(digits):
    X, y = digits
    with pytest.raises(TypeError, match="Ridge is no classifier: it has no classes_"):
        SampleGridDisplay.from_estimator(Ridge().fit(X, y), X, y)
    with pytest.raises(ValueError, match=r"X.shape == \(0, 64\), must be"):
        SampleGridDisplay.from_predictions(X[:0], y[:0])


def test_samples_that_are_none(digits_model, digits):
    X, y = digits
    right = digits_model.predict(X) == y
    with pytest.raises(ValueError, match="every prediction is right"):
        SampleGridDisplay.from_estimator(digits_model, X[right], y[right], select="most_confident_errors")
    with pytest.raises(ValueError, match=r"y.shape == \(598,\), must be \(599,\)"):
        SampleGridDisplay.from_estimator(digits_model, X, y[1:])
    with pytest.raises(NotFittedError):
        SampleGridDisplay.from_estimator(SoftmaxRegression(), X, y)
    with pytest.raises(ValueError, match=r"len\(labels\) == 1, must be the number of images, 2"):
        SampleGridDisplay(np.zeros((2, 3, 3)), ["a"])


# The bars


def test_the_bars_are_the_probabilities_and_sum_to_one(weak, digits):
    X, y = digits
    p = weak.predict_proba(X[:3])
    display = ProbabilityBarsDisplay.from_estimator(weak, X[:3], y[:3])
    assert display.axes_.shape == (3, 2)
    for i, bars in enumerate(display.bars_):
        widths = [bar.get_width() for bar in bars]
        np.testing.assert_array_equal(widths, p[i])
        assert sum(widths) == pytest.approx(1)
        np.testing.assert_array_equal(display.images_[i].get_array(), X[i].reshape(8, 8))
        names = [label.get_text() for label in display.axes_[i, 1].get_yticklabels()]
        assert names == [str(k) for k in range(10)]
        colours = [to_hex(bar.get_facecolor()) for bar in bars]
        best = int(p[i].argmax())
        expected = [RIGHT if k == y[i] else WRONG if k == best else OTHER for k in range(10)]
        assert colours == expected


@pytest.mark.slow
def test_the_rest_of_many_classes_is_one_bar():
    rng = np.random.RandomState(0)
    p = rng.dirichlet(np.ones(100), 2)
    display = ProbabilityBarsDisplay.from_predictions(rng.rand(2, 16), None, p)
    for i, bars in enumerate(display.bars_):
        widths = [bar.get_width() for bar in bars]
        np.testing.assert_allclose(widths[:-1], np.sort(p[i])[::-1][:12])
        assert sum(widths) == pytest.approx(1)
        assert [label.get_text() for label in display.axes_[i, 1].get_yticklabels()][-1] == "all others"
    all_of_them = display.plot(n_classes=100).bars_[0]
    np.testing.assert_array_equal([bar.get_width() for bar in all_of_them], p[0])


def test_the_true_class_has_a_bar_though_it_is_improbable():
    p = np.full((1, 30), 1 / 29)
    p[0, 7] = 0
    display = ProbabilityBarsDisplay.from_predictions(np.eye(1, 16), [7], p, n_classes=3)
    names = [label.get_text() for label in display.axes_[0, 1].get_yticklabels()]
    assert names == ["0", "1", "7", "all others"]
    colours = [to_hex(bar.get_facecolor()) for bar in display.bars_[0]]
    assert colours == [WRONG, OTHER, RIGHT, OTHER]
    assert sum(bar.get_width() for bar in display.bars_[0]) == pytest.approx(1)


def test_bars_of_two_classes_and_without_labels(datasets):
    X, y = datasets["breast cancer"]
    names = ["malignant", "benign"]
    model = make_pipeline(StandardScaler(), SoftmaxRegression(max_iter=3, tol=None)).fit(X, y)
    display = ProbabilityBarsDisplay.from_estimator(model, X[:4], image_shape=(5, 6), class_names=names, n_columns=2)
    assert display.probabilities.shape == (4, 2)
    assert display.axes_[0, 0].get_title() == ""
    best = names[int(display.probabilities[0].argmax())]
    assert display.axes_[0, 1].get_title() == f"predicted: {best}"
    for bars in display.bars_:
        assert sorted(to_hex(bar.get_facecolor()) for bar in bars) == sorted([PREDICTED, OTHER])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_classes": 11}, "n_classes == 11, must be an int from 1 to 10"),
        ({"n_classes": 0}, "n_classes == 0, must be an int from 1 to 10"),
        ({"n_columns": 0}, "n_columns == 0, must be an int >= 1"),
        ({"class_names": ["a"]}, r"len\(class_names\) == 1, must be the number of classes"),
        ({"image_shape": (3, 3)}, r"image_shape == \(3, 3\) has 9 values"),
    ],
)
def test_what_does_not_fit_the_bars_is_named(options, message, weak, digits):
    X, y = digits
    with pytest.raises(ValueError, match=message):
        ProbabilityBarsDisplay.from_estimator(weak, X[:2], y[:2], **options)
    assert not plt.get_fignums()


def test_probabilities_that_are_none(digits):
    X, y = digits
    with pytest.raises(TypeError, match="RidgeClassifier has no predict_proba"):
        ProbabilityBarsDisplay.from_estimator(RidgeClassifier().fit(X, y), X[:1])
    with pytest.raises(ValueError, match=r"y_proba.shape == \(3,\), must be"):
        ProbabilityBarsDisplay.from_predictions(X[:1], None, [0.1, 0.2, 0.7])
    with pytest.raises(ValueError, match=r"y_true.shape == \(1, 1\), must be \(1,\)"):
        ProbabilityBarsDisplay.from_predictions(X[:1], [[0]], [[0.5, 0.5]])
    with pytest.raises(ValueError, match=r"classes.shape == \(3,\), must be \(2,\)"):
        ProbabilityBarsDisplay.from_predictions(X[:1], None, [[0.5, 0.5]], classes=[1, 2, 3])
    with pytest.raises(ValueError, match="There are 61 samples, must be at most 60: choose some of X"):
        ProbabilityBarsDisplay.from_predictions(X[:61], None, np.full((61, 2), 0.5))
    with pytest.raises(ValueError, match=r"y_proba\[0\] == .*, must be >= 0 and sum to one"):
        ProbabilityBarsDisplay.from_predictions(X[:1], None, np.ones((1, 10)))
    with pytest.raises(ValueError, match=r"y_proba.shape == \(2, 4\), must be \(1, n_classes\)"):
        ProbabilityBarsDisplay.from_predictions(X[:1], None, np.full((2, 4), 0.25))


# The evidence


@pytest.mark.parametrize(
    "model",
    [
        SoftmaxRegression(max_iter=3, tol=None),
        slow(SoftmaxRegression(max_iter=3, tol=None, fit_intercept=False)),
        slow(TinyMLPClassifier((), max_iter=3, tol=None)),
        make_pipeline(StandardScaler(), SoftmaxRegression(max_iter=3, tol=None)),
        slow(LogisticRegression(max_iter=5000, tol=1e-2)),
        slow(SGDClassifier(random_state=0)),
        slow(RidgeClassifier()),
        slow(LinearSVC(max_iter=10**5, tol=1e-2)),
        slow(LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")),
    ],
    ids=lambda m: type(m).__name__,
)
def test_evidence_and_intercept_sum_to_the_score(model, three_digits):
    X, y = three_digits
    model.fit(X, y)
    for x in X[:2]:
        display = EvidenceDisplay.from_estimator(model, x)
        expected = model.decision_function([x])[0]
        drawn = [image.get_array().sum() for image in display.images_]
        np.testing.assert_allclose(drawn + display.intercepts, expected, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(display.scores, expected, rtol=1e-6, atol=1e-6)
        plt.close("all")
    words = r"score (\S+)" if not display.intercepts.any() else r"evidence (\S+) ([+-]) intercept (\S+) = score (\S+)"
    for title, score, intercept in zip(titles(display)[1:], display.scores, display.intercepts):
        *parts, written = re.search(words, " ".join(title.split())).groups()
        assert float(written) == pytest.approx(score, abs=0.005)
        if parts:
            assert float(parts[0]) == pytest.approx(score - intercept, abs=0.005)
            assert float(parts[1] + parts[2]) == pytest.approx(intercept, abs=0.005)


@pytest.mark.slow
@pytest.mark.parametrize("model", [SoftmaxRegression(max_iter=3, tol=None), LogisticRegression()], ids=["two", "one"])
def test_the_difference_of_the_evidence_of_two_classes_sums_to_that_of_their_scores(model, digits):
    X, y = digits
    few = y < 2
    model.fit(X[few], y[few])
    x = X[few][0]
    for pair, sign in (((1, 0), 1), ((0, 1), -1)):
        display = EvidenceDisplay.from_estimator(model, x, difference=pair)
        assert display.scores[0] == pytest.approx(sign * model.decision_function([x])[0])
        assert display.names == [f"{pair[0]} rather than {pair[1]}"]


def test_evidence_of_a_scaled_pixel_is_zero_where_the_pixel_is(digits):
    X, y = digits
    pipeline = make_pipeline(StandardScaler(), SoftmaxRegression(max_iter=3, tol=None)).fit(X, y)
    display = EvidenceDisplay.from_estimator(pipeline, X[0])
    assert not display.evidence.reshape(10, 64)[:, X[0] == 0].any()


def test_evidence_of_colours_is_drawn_as_the_sum_of_the_channels(rng):
    X, y = rng.rand(60, 27), np.arange(60) % 3
    model = SoftmaxRegression(max_iter=3, tol=None).fit(X, y)
    display = EvidenceDisplay.from_estimator(model, X[:1], image_shape=(3, 3, 3))
    np.testing.assert_allclose(display.images_[2].get_array(), (model.coef_[2] * X[0]).reshape(3, 3, 3).sum(axis=2))
    assert display.sample_.get_array().shape == (3, 3, 3)
    limits = {image.get_clim() for image in display.images_}
    assert len(limits) == 1
    low, high = limits.pop()
    assert low == -high


def test_the_highest_scores_are_drawn_first_and_the_highest_is_framed(digits_model, digits):
    X, _ = digits
    display = EvidenceDisplay.from_estimator(digits_model, X[0], n_classes=3)
    scores = digits_model.decision_function(X[:1])[0]
    order = np.argsort(-scores)[:3]
    for k, image in zip(order, display.images_):
        np.testing.assert_allclose(image.get_array().sum() + digits_model.intercept_[k], scores[k])
    frames = [to_hex(panel.spines["left"].get_edgecolor()) for panel in display.axes_]
    assert [colour == RIGHT for colour in frames] == [False, True, False, False]
    with pytest.raises(ValueError, match="n_classes == 11, must be an int from 1 to 10"):
        display.plot(n_classes=11)


def test_evidence_beyond_the_scale_is_told(digits_model, digits):
    x = digits[0][0]
    assert EvidenceDisplay.from_estimator(digits_model, x, limit=1e-6, n_classes=2).colorbar_.extend == "both"
    assert EvidenceDisplay.from_estimator(digits_model, x, n_classes=2).colorbar_.extend == "neither"


def test_what_has_no_evidence(digits_model, digits):
    X, y = digits
    with pytest.raises(TypeError, match="TinyMLPClassifier has hidden layers, must be a linear classifier"):
        EvidenceDisplay.from_estimator(TinyMLPClassifier((3,), max_iter=1, tol=None).fit(X, y), X[0])
    with pytest.raises(TypeError, match="DecisionTreeClassifier is no classifier with coefficients"):
        EvidenceDisplay.from_estimator(DecisionTreeClassifier().fit(X, y), X[0])
    with pytest.raises(ValueError, match=r"x.shape == \(2, 64\), must be \(64,\): a single sample"):
        EvidenceDisplay.from_estimator(digits_model, X[:2])
    with pytest.raises(ValueError, match=r"x.shape == \(63,\), must be \(64,\)"):
        EvidenceDisplay.from_estimator(digits_model, X[0, 1:])
    with pytest.raises(ValueError, match="limit == 0, must be a finite number > 0"):
        EvidenceDisplay.from_estimator(digits_model, X[0], limit=0)
    with pytest.raises(ValueError, match=r"sample.shape == \(2, 2\), must be that of the evidence"):
        EvidenceDisplay(np.zeros((2, 2)), np.zeros((1, 3, 3)), [0], ["a"])
    with pytest.raises(ValueError, match=r"len\(names\) == 2, must be the number of images, 1"):
        EvidenceDisplay(np.zeros((3, 3)), np.zeros((1, 3, 3)), [0], ["a", "b"])
    assert not plt.get_fignums()
