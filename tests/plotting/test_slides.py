# SPDX-License-Identifier: BSD-3-Clause
"""Pictures as they go on a slide: their texts can be read, lie apart, and stay within the figure."""

import re
import time
from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text
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
from sksoftmax.plotting._panels import SMALLEST_POINTS
from tests.parameters import slow

# Boxes of texts have a margin of about a point, which may touch.
TOUCH = 1.0


def texts_of(figure):
    """Visible texts that are not empty, and that lie within the limits of their axes if they are ticks."""
    figure.canvas.draw()
    hidden = {text for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for text in _unseen(axis)}
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in found if text not in hidden and text.get_window_extent().width > 0]


def _unseen(axis):
    shown = {label for tick in axis._update_ticks() for label in (tick.label1, tick.label2)}
    if not axis.get_visible() or not axis.axes.axison:
        shown = set()
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    return {label for tick in ticks for label in (tick.label1, tick.label2)} - shown


def assert_fit_for_a_slide(figure):
    texts = texts_of(figure)
    boxes = [text.get_window_extent() for text in texts]
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in zip(texts, boxes):
        assert text.get_fontsize() >= SMALLEST_POINTS - 1e-9, text
        inside = min(box.x0, box.y0) >= -TOUCH and box.x1 <= width + TOUCH and box.y1 <= height + TOUCH
        assert inside, (text, box)
    for (one, a), (other, b) in combinations(zip(texts, boxes), 2):
        overlap = min(a.x1, b.x1) - max(a.x0, b.x0) > TOUCH and min(a.y1, b.y1) - max(a.y0, b.y0) > TOUCH
        assert not overlap, (one, other)


def names(kind, n, length):
    return [f"{kind}{i} ".ljust(length, "n")[:length] if length > 3 else f"{kind}{i}" for i in range(n)]


def coefficients(rng, k, d, length):
    shown = CoefficientsDisplay(rng.normal(size=(k, d)), names("c", k, length), names("f", d, length)).plot()
    return shown.figure_


def waterfalls(rng, k, d, length):
    display = EvidenceDisplay(
        rng.normal(size=d),
        rng.normal(size=(k, d)),
        rng.normal(size=k),
        names("c", k, length),
        feature_names=names("f", d, length),
    )
    return display.plot().figure_


def bars(rng, k, d, length):
    return ProbabilityBarsDisplay(None, rng.dirichlet(np.ones(k), 3), names("c", k, length)).plot().figure_


def matrices(rng, k, d, length):
    display = ModelMatricesDisplay(
        rng.rand(5, d),
        rng.normal(size=(1, k, d)),
        rng.dirichlet(np.ones(k), (1, 5)),
        names("c", k, length),
        feature_names=names("f", d, length),
    )
    return display.plot().figure_


SIZES = [(3, 20, 3), (2, 3, 40), (10, 20, 40), *[slow(*size) for size in ((2, 200, 3), (26, 200, 40), (26, 3, 3))]]


@pytest.mark.parametrize("style", ["default", slow("dark_background")])
@pytest.mark.parametrize(("n_classes", "n_features", "length"), SIZES)
@pytest.mark.parametrize("draw", [coefficients, waterfalls, bars, matrices])
def test_texts_can_be_read_lie_apart_and_stay_inside(draw, n_classes, n_features, length, style, rng):
    with plt.style.context(style):
        assert_fit_for_a_slide(draw(rng, n_classes, n_features, length))


@pytest.mark.parametrize("size", [(6.4, 4.8), slow((19.2, 10.8))])
def test_a_figure_of_any_size_is_filled_with_what_can_be_read(size, rng):
    figure = plt.figure(figsize=size, layout="constrained")
    CoefficientsDisplay(rng.normal(size=(3, 100)), names("c", 3, 3), names("f", 100, 10)).plot(ax=figure)
    assert_fit_for_a_slide(figure)


@pytest.mark.parametrize("draw", [coefficients, waterfalls, bars, matrices])
def test_pictures_restyle_by_rc_parameters(draw, rng):
    with plt.style.context("dark_background"), mpl.rc_context({"font.size": 13}):
        figure = draw(rng, 3, 3, 3)
        for text in texts_of(figure):
            if text.axes is None or not text.axes.images:
                assert text.get_color() in ("white", "w"), text
        assert figure.get_facecolor()[:3] == (0, 0, 0)
        assert max(text.get_fontsize() for text in texts_of(figure)) >= 13


@pytest.mark.parametrize("scale", [(0.55, 0.62), (0.01, 10.0), (2e-5, 3e-5), (1e-8, 1e3)])
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


def test_matrices_say_what_is_done_with_them(iris):
    model = SoftmaxRegression(max_iter=2, tol=None).fit(*iris)
    for method, words in (
        ("predict_proba", "softmax(data x coefficients' + b)"),
        ("decision_function", "data x coefficients' + b"),
    ):
        display = ModelMatricesDisplay.from_estimator(model, iris[0][::30], response_method=method)
        assert display.axes_[0, 2].get_ylabel().replace("\n", " ") == words


@pytest.mark.parametrize("place", ["axes", "figure", "array"])
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
