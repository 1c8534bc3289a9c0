# SPDX-License-Identifier: BSD-3-Clause
"""Every display draws where it is told, and only there."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes

from sksoftmax import SoftmaxRegression
from sksoftmax.plotting import (
    CoefficientImagesDisplay,
    EvidenceDisplay,
    LossCurveDisplay,
    ModelMatricesDisplay,
    ProbabilityBarsDisplay,
    SampleGridDisplay,
    SearchHeatmapDisplay,
)
from tests.parameters import slow

DISPLAYS = {
    "coefficients": (3, lambda model, X, y, **o: CoefficientImagesDisplay.from_estimator(model, **o)),
    "grid": (4, lambda model, X, y, **o: SampleGridDisplay.from_estimator(model, X, y, n_samples=4, **o)),
    "bars": (4, lambda model, X, y, **o: ProbabilityBarsDisplay.from_estimator(model, X[:2], y[:2], **o)),
    "evidence": (4, lambda model, X, y, **o: EvidenceDisplay.from_estimator(model, X[0], **o)),
    "matrices": (
        3,
        lambda model, X, y, **o: ModelMatricesDisplay.from_estimator(model, X[:5], values_format=None, **o),
    ),
}


@pytest.fixture(params=["coefficients", "evidence", *map(slow, ("grid", "bars", "matrices"))])
def drawer(request, three_digits):
    """The number of panels, and a function of `ax` that draws them."""
    n_panels, draw = DISPLAYS[request.param]
    model = SoftmaxRegression(max_iter=5, tol=None, random_state=0).fit(*three_digits)
    return n_panels, lambda **options: draw(model, *three_digits, **options)


def root(figure):
    return figure.canvas.figure


def test_alone_it_makes_one_figure_with_a_layout(drawer):
    n_panels, draw = drawer
    display = draw()
    assert plt.get_fignums() == [display.figure_.number]
    assert np.size(display.axes_) == n_panels
    assert display.figure_.get_constrained_layout()
    again = display.plot()
    assert again is display
    assert len(plt.get_fignums()) == 2


@pytest.mark.slow
def test_it_takes_the_place_of_an_axes_of_a_mosaic(drawer):
    _, draw = drawer
    figure, axes = plt.subplot_mosaic([["a", "b"], ["a", "c"]], figsize=(9, 6), layout="constrained")
    display = draw(ax=axes["b"])
    figure.canvas.draw()
    assert plt.get_fignums() == [figure.number]
    assert display.figure_ is figure
    place = axes["b"].get_position()
    for panel in np.ravel(display.axes_):
        box = panel.get_position()
        assert box.x0 >= axes["a"].get_position().x1
        assert box.y0 >= axes["c"].get_position().y1
    assert not axes["b"].axison
    assert place.width > 0


def test_it_takes_an_axes_for_each_panel(drawer):
    n_panels, draw = drawer
    figure, axes = plt.subplots(1, n_panels, squeeze=False)
    assert list(np.ravel(draw(ax=axes).axes_)) == list(axes.ravel())
    mosaic = figure.subplot_mosaic([list(range(n_panels))])
    assert list(np.ravel(draw(ax=mosaic).axes_)) == list(mosaic.values())
    with pytest.raises(ValueError, match=f"ax has {n_panels + 1} Axes, must be one, or {n_panels}"):
        draw(ax=[*axes.ravel(), axes[0, 0]])


@pytest.mark.slow
def test_it_fills_a_figure_and_a_subfigure(drawer):
    _, draw = drawer
    figure = plt.figure(layout="constrained")
    assert draw(ax=figure).figure_ is figure
    figure = plt.figure(figsize=(10, 5), layout="constrained")
    left, right = figure.subfigures(1, 2)
    display = draw(ax=right)
    assert display.figure_ is right
    assert not left.axes
    in_axes = draw(ax=left.subplots())
    assert all(panel.figure is left for panel in np.ravel(in_axes.axes_))
    figure.canvas.draw()


def test_an_axes_without_a_place_in_a_grid_is_named(drawer):
    _, draw = drawer
    with pytest.raises(ValueError, match="ax has no place in a grid to divide"):
        draw(ax=plt.figure().add_axes((0, 0, 1, 1)))


@pytest.mark.parametrize("ax", [3, "abc", [1, 2, 3]], ids=repr)
def test_what_is_no_axes_is_named(ax, drawer):
    n_panels, draw = drawer
    ax = ax if not isinstance(ax, list) else list(range(n_panels))
    with pytest.raises(
        TypeError, match=r"ax is a (int|str), must be an Axes, an array of Axes, a Figure or a SubFigure"
    ):
        draw(ax=ax)
    assert not plt.get_fignums()


def test_dark_pictures_have_light_text(drawer):
    _, draw = drawer
    with plt.style.context("dark_background"):
        display = draw()
        titled = [panel for panel in np.ravel(display.axes_) if panel.get_title()]
        assert {panel.title.get_color() for panel in titled} <= {"white", "#d55e00"}
        assert display.figure_.get_facecolor()[:3] == (0, 0, 0)


def test_a_loss_curve_is_drawn_into_the_axes(digits_model):
    figure, axes = plt.subplots(1, 2)
    display = LossCurveDisplay.from_estimator(digits_model, ax=axes[1])
    assert display.ax_ is axes[1]
    assert display.figure_ is figure
    assert not axes[0].lines
    assert plt.get_fignums() == [figure.number]
    left, right = plt.figure(layout="constrained").subfigures(1, 2)
    assert LossCurveDisplay.from_estimator(digits_model, ax=right).figure_ is right
    assert not left.axes
    with pytest.raises(TypeError, match="ax is a ndarray, must be an Axes"):
        LossCurveDisplay.from_estimator(digits_model, ax=axes)


def state_of(figure):
    """Equal where nothing that is drawn has changed."""
    drawn = [(ax, ax.get_children(), ax.axison, ax.get_title(), ax.get_xlim(), ax.get_position()) for ax in figure.axes]
    return str(drawn), figure.axes, figure.legends, figure.get_children()


def places(n_panels):
    """A figure, and a place in it, of each kind."""
    figure = plt.figure(layout="constrained")
    yield figure, figure
    figure = plt.figure(layout="constrained")
    yield figure, figure.subfigures(1, 2)[1]
    figure, axes = plt.subplots(1, 2)
    yield figure, axes[1]
    figure, axes = plt.subplots(1, n_panels, squeeze=False)
    yield figure, axes
    yield figure, list(axes[0])
    yield figure, dict(enumerate(axes[0]))


def break_in_the_middle(context, name):
    def fail(*args, **kwargs):
        raise ValueError("in the middle")

    context.setattr(Axes, name, fail)


@pytest.mark.parametrize("drawer", ["coefficients", slow("bars")], indirect=True)
@pytest.mark.parametrize("drawn_before", [slow(False), True])
def test_a_place_is_as_before_where_drawing_fails(drawn_before, drawer, monkeypatch):
    n_panels, draw = drawer
    for figure, ax in places(n_panels):
        if drawn_before:
            draw(ax=ax)
        before = state_of(figure)
        with monkeypatch.context() as context:
            break_in_the_middle(context, "set_title")
            with pytest.raises(ValueError, match="in the middle"):
                draw(ax=ax)
        assert state_of(figure) == before
        assert np.size(draw(ax=ax).axes_) == n_panels


@pytest.mark.parametrize("drawn_before", [False, True])
def test_the_place_of_one_panel_is_as_before_where_drawing_fails(drawn_before, digits_model, monkeypatch):
    search = {"param_a": [1, 1, 2, 2], "param_b": [1, 2, 1, 2], "mean_test_score": np.array([0.1, 0.2, 0.3, 0.4])}
    search["split0_test_score"] = search["mean_test_score"]
    search["params"] = [{"a": a, "b": b} for a, b in zip(search["param_a"], search["param_b"])]
    for figure, ax in [place for place in places(1) if not isinstance(place[1], (np.ndarray, list, dict))]:
        for method, draw in [
            ("legend", lambda ax, **_: LossCurveDisplay.from_estimator(digits_model, ax=ax)),
            ("imshow", lambda ax, **kw: SearchHeatmapDisplay.from_cv_results(search, ax=ax, **kw)),
        ]:
            if drawn_before:
                draw(ax)
            before = state_of(figure)
            with monkeypatch.context() as context:
                break_in_the_middle(context, method)
                with pytest.raises(ValueError, match="in the middle"):
                    draw(ax)
            assert state_of(figure) == before
        before = state_of(figure)
        with pytest.raises(ValueError, match=r"im_kw == {'no': 1}, must be arguments of Axes\.imshow"):
            draw(ax, im_kw={"no": 1})
        assert state_of(figure) == before
