# SPDX-License-Identifier: BSD-3-Clause
"""Pictures as they go on a slide: their texts can be read, lie apart, and stay within the figure."""

import re
import time

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color
from PIL import Image

from sksoftmax import SoftmaxRegression
from sksoftmax.plotting import (
    CoefficientImagesDisplay,
    CoefficientsDisplay,
    EvidenceDisplay,
    LossCurveDisplay,
    ModelMatricesDisplay,
    ProbabilityBarsDisplay,
    SearchCurveDisplay,
    animate_coefficients,
    save_animation,
    training_snapshots,
)
from sksoftmax.plotting._images import RIGHT, WRONG
from tests.parameters import few_quick, slow
from tests.plotting.pictures import (
    DISPLAYS,
    assert_fit_for_a_slide,
    bars,
    coefficient_images,
    coefficients,
    every_picture,
    evidence,
    matrices,
    names,
    samples,
    texts_of,
    waterfalls,
)

# A picture of each display, of few long names.
QUICK = [(draw, 3, 3, 40) for draw in DISPLAYS]


@pytest.mark.parametrize(
    ("draw", "n_classes", "n_features", "length"),
    [picture if picture in QUICK else slow(*picture) for picture in every_picture()],
)
def test_texts_can_be_read_lie_apart_and_stay_inside(draw, n_classes, n_features, length, rng):
    assert_fit_for_a_slide(draw(rng, n_classes, n_features, length))


@pytest.mark.slow
@pytest.mark.parametrize("draw", DISPLAYS)
def test_texts_on_a_dark_background_can_be_read_too(draw, rng):
    with plt.style.context("dark_background"):
        assert_fit_for_a_slide(draw(rng, 3, 3, 40))


@pytest.mark.parametrize("size", [(6.4, 4.8), slow((19.2, 10.8))])
def test_a_figure_of_any_size_is_filled_with_what_can_be_read(size, rng):
    figure = plt.figure(figsize=size, layout="constrained")
    CoefficientsDisplay(rng.normal(size=(3, 100)), names("c", 3, 3), names("f", 100, 10)).plot(ax=figure)
    assert_fit_for_a_slide(figure)


@pytest.mark.parametrize("draw", few_quick([bars, coefficients, waterfalls, matrices]))
def test_pictures_restyle_by_rc_parameters(draw, rng):
    with plt.style.context("dark_background"), mpl.rc_context({"font.size": 13}):
        figure = draw(rng, 3, 3, 3)
        for text in texts_of(figure):
            if text.axes is None or not text.axes.images:
                assert text.get_color() in ("white", "w"), text
        assert figure.get_facecolor()[:3] == (0, 0, 0)
        assert max(text.get_fontsize() for text in texts_of(figure)) >= 13


@pytest.mark.parametrize("scale", few_quick([(0.55, 0.62), (0.01, 10.0), (2e-5, 3e-5), (1e-8, 1e3)]))
def test_a_log_axis_has_two_or_more_ticks_in_plain_numbers(scale):
    low, high = scale
    display = LossCurveDisplay([{"loss": np.geomspace(high, low, 30)}], ["a"]).plot(yscale="log", xscale="log")
    display.figure_.canvas.draw()
    for axis, (first, last) in (
        (display.ax_.yaxis, display.ax_.get_ylim()),
        (display.ax_.xaxis, display.ax_.get_xlim()),
    ):
        ticks = [
            label.get_text()
            for place, label in zip(axis.get_majorticklocs(), axis.get_majorticklabels())
            if first <= place <= last
        ]
        assert 2 <= len(ticks) <= 8
        assert all(re.fullmatch(r"\d+(\.\d+)?(e-\d+)?", tick) for tick in ticks)


@pytest.mark.parametrize("yscale", ["linear", "log"])
def test_the_learning_rate_never_crosses_the_losses(yscale, rng):
    curves = {"loss": np.geomspace(2, 0.1, 30), "learning_rate": np.geomspace(1, 1e-3, 30)}
    display = LossCurveDisplay([curves], ["a"]).plot(curves=["loss", "learning_rate"], yscale=yscale)
    loss, rate = (
        axes.transData.transform(np.column_stack([line.get_xdata(), line.get_ydata()]))[:, 1]
        for axes, line in (
            (display.ax_, display.lines_[0]["loss"]),
            (display.right_ax_, display.lines_[0]["learning_rate"]),
        )
    )
    assert loss.max() < rate.min()


def test_the_objective_is_seen_under_the_data_loss():
    curves = {"loss": [2.0, 1.0], "data_loss": [2.0, 1.0], "penalty": [0.0, 0.0], "validation_loss": [2.0, 1.5]}
    lines = LossCurveDisplay([curves], ["a"]).plot().lines_[0]
    assert lines["loss"].get_linewidth() > 2 * lines["data_loss"].get_linewidth()
    assert lines["loss"].get_zorder() <= lines["data_loss"].get_zorder()


def test_bars_have_a_legend_of_their_colours():
    p = [[0.9, 0.1], [0.2, 0.8]]
    display = ProbabilityBarsDisplay(None, p, ["a", "b"], labels=["a", "a"]).plot()
    assert [text.get_text() for text in display.legend_.get_texts()] == ["true class", "wrongly predicted", "other"]
    right = ProbabilityBarsDisplay(None, p, ["a", "b"], labels=["a", "b"]).plot()
    assert [text.get_text() for text in right.legend_.get_texts()] == ["true class", "other"]


def test_zero_has_no_sign():
    weights = np.full((1, 2, 2), -1e-9)
    display = ModelMatricesDisplay(np.full((2, 2), -1e-9), weights, np.full((1, 2, 2), 0.5), ["a", "b"]).plot()
    assert {text.get_text() for text in display.texts_} == {"-1e-09", "0.00", "0.50"}


def test_one_large_column_leaves_the_others_their_colours():
    data = np.array([[1000.0, 1.0], [2000.0, 0.5]])
    display = ModelMatricesDisplay(
        data, np.ones((1, 2, 2)), np.full((1, 2, 2), 0.5), ["a", "b"], feature_names=["mg", "g"]
    ).plot()
    np.testing.assert_allclose(display.images_[0][0].get_array(), [[0.5, 1.0], [1.0, 0.5]])
    assert {"1e+03", "2e+03", "0.5", "1"} <= {text.get_text() for text in display.texts_}


@pytest.mark.slow
def test_matrices_say_what_is_done_with_them(iris):
    model = SoftmaxRegression(max_iter=2, tol=None).fit(*iris)
    for method, words in (
        ("predict_proba", "softmax(X W' + b): probabilities, 5 x 3"),
        ("decision_function", "X W' + b: scores, 5 x 3"),
    ):
        display = ModelMatricesDisplay.from_estimator(model, iris[0][::30], response_method=method)
        titles = [axes.get_title().replace("\n", " ") for axes in display.axes_[0]]
        assert titles == ["X: data, 5 x 4", "W: coefficients, 3 x 4", words]
        assert [axes.get_ylabel() for axes in display.axes_[0, 1:]] == ["x", "→"]


@pytest.mark.parametrize("draw", few_quick([coefficient_images, evidence, samples]))
def test_images_of_a_row_are_in_line_whatever_stands_over_and_beside_them(draw, rng):
    figure = draw(rng, 3, 20, 3)
    figure.canvas.draw()
    boxes = [axes.get_position() for axes in figure.axes if axes.images]
    assert len(boxes) >= 3
    np.testing.assert_allclose([box.y1 for box in boxes], boxes[0].y1, atol=1e-6)
    np.testing.assert_allclose([box.height for box in boxes], boxes[0].height, atol=1e-6)


def test_ticks_of_values_that_lie_close_do_not_touch():
    values = [1e-4, 1.1e-4, 1.2e-4, 1e-2, 1.05e-2, 1.0]
    display = SearchCurveDisplay(values, np.ones((6, 2)), param="l2", metric="score", best=0).plot()
    assert_fit_for_a_slide(display.figure_)
    assert [label.get_text() for label in display.ax_.get_xticklabels()] == ["0.0001", "0.01", "1"]


def test_of_many_values_every_few_are_named(rng):
    values = [f"v{i}" for i in range(300)]
    display = SearchCurveDisplay(values, rng.rand(300, 2), param="p", metric="score", best=0).plot()
    named = [label.get_text() for label in display.ax_.get_xticklabels()]
    steps = np.diff([sorted(values).index(name) for name in named])
    assert len(named) > 20
    assert set(steps) == {steps[0]}
    assert_fit_for_a_slide(display.figure_)


def test_the_true_class_is_framed_and_the_highest_score_in_another_colour_if_it_is_wrong():
    evidence = np.full((3, 2, 2), [[[1.0]], [[3.0]], [[2.0]]])
    for truth, colours in (
        (None, [None, RIGHT, None]),
        ("b", [None, RIGHT, None]),
        ("c", [None, WRONG, RIGHT]),
        ("another", [None, WRONG, None]),
    ):
        display = EvidenceDisplay(np.ones((2, 2)), evidence, np.zeros(3), "abc", truth=truth).plot()
        usual = mpl.rcParams["axes.edgecolor"]
        for panel, colour in zip(display.axes_, [None, *colours]):
            for spine in panel.spines.values():
                assert same_color(spine.get_edgecolor(), colour or usual)
                assert (spine.get_linewidth() > 2) == (colour is not None)


@pytest.mark.parametrize("place", ["axes", slow("figure"), slow("array")])
def test_a_place_is_cleared_of_what_was_drawn_there_before(place, rng):
    images = CoefficientImagesDisplay(rng.normal(size=(2, 4, 4)), "ab")
    figure = plt.figure(layout="constrained")
    axes = figure.subplots(1, 3)
    ax = {"axes": axes[0], "figure": figure, "array": axes[:2]}[place]
    images.plot(ax=ax)
    first = len(figure.axes)
    images.plot(ax=ax)
    assert len(figure.axes) == first
    figure.canvas.draw()
    own = plt.figure(layout="constrained")
    for _ in range(2):
        ProbabilityBarsDisplay(None, [[0.5, 0.5]], ["a", "b"]).plot(ax=own)
    assert len(own.legends) == 1


def test_curves_are_cleared_unless_they_share_their_axes():
    axes = plt.figure().subplots()
    display = LossCurveDisplay([{"loss": [2.0, 1.0], "learning_rate": [1.0, 0.5]}], ["a"])
    for _ in range(2):
        display.plot(ax=axes, curves=["loss", "learning_rate"])
    assert len(axes.lines) == 1
    assert len(axes.figure.axes) == 2
    axes = plt.figure().subplots()
    search = SearchCurveDisplay([0.1, 1.0], [[0.5], [0.6]], param="l2", metric="score", best=1)
    for label in "ab":
        search.plot(ax=axes, label=label)
    assert len(axes.lines) == 4
    own = plt.figure().subplots()
    own.plot([1, 2])
    display.plot(ax=own)
    assert len(own.lines) == 2


@pytest.mark.slow
def test_an_animation_rests_at_its_end_and_needs_no_web(three_digits, tmp_path):
    snapshots = training_snapshots(SoftmaxRegression(tol=None, random_state=0), *three_digits, epochs=[0, 1, 2])
    animation = animate_coefficients(snapshots)
    save_animation(animation, tmp_path / "a.gif", fps=10)
    with Image.open(tmp_path / "a.gif") as gif:
        durations = []
        for frame in range(gif.n_frames):
            gif.seek(frame)
            durations.append(gif.info["duration"])
    assert durations[:2] == [100, 100]
    assert durations[-1] >= 2000
    save_animation(animation, tmp_path / "a.html")
    for page in ((tmp_path / "a.html").read_text(encoding="utf-8"), animation.to_jshtml()):
        assert "font-awesome" not in page
        assert 'class="fa' not in page
        assert "http" not in re.sub(r"data:image[^\"]*", "", page).replace("http://www.w3.org", "")


@pytest.mark.slow
def test_a_hundred_panels_are_drawn_within_five_seconds(rng):
    started = time.process_time()
    CoefficientImagesDisplay(rng.normal(size=(100, 8, 8)), [f"class {k}" for k in range(100)]).plot()
    plt.gcf().canvas.draw()
    assert time.process_time() - started < 5
