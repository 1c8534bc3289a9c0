# SPDX-License-Identifier: BSD-3-Clause
"""Where displays of several panels draw them."""

import copy
import functools
import math
import warnings

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.gridspec import GridSpecFromSubplotSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine

from sksoftmax.plotting._checks import check_int

TITLE_INCHES, LARGEST_INCHES, SMALLEST_POINTS = 0.25, 13.0, 8.0
# Part of a panel that its title may be wide; of more panels the layout takes too long to find out their width.
ROOM, WRAPPED_BELOW, MOST_MEASURED = 0.97, 0.8, 40
FEW, FEW_LARGER = 3, 1.6


def image_panels(ax, n_panels, image_shape, n_columns, **layout):
    """The figure, and an Axes for each image: new ones, or from `ax`; `layout` is that of `image_grid`."""
    n_rows, n_columns, size = image_grid(n_panels, image_shape, n_columns, **layout)
    return panels(ax, n_panels, n_rows, n_columns, size)


def image_grid(n_panels, image_shape, n_columns, *, wide=2.5, inches=1.5, margin=0.0, title_lines=1):
    """Rows, columns, and inches (width, height) of a grid of images.

    The grid is about `wide` times as wide as high unless the number of columns is given; `inches` is the side of one of
    many square images, `margin` the inches of what stands beside the images.
    """
    aspect = min(max(image_shape[0] / image_shape[1], 0.25), 4.0)
    if n_columns is None:
        n_columns = _balanced(n_panels, max(1, round(math.sqrt(wide * n_panels * aspect))))
    else:
        check_int("n_columns", n_columns, 1)
    n_rows = math.ceil(n_panels / n_columns)
    largest = inches * (FEW_LARGER if n_panels <= FEW else 1.0) / math.sqrt(aspect)
    width = min(largest, (LARGEST_INCHES - margin) / n_columns)
    return n_rows, n_columns, (width * n_columns + margin, (width * aspect + TITLE_INCHES * title_lines) * n_rows)


def _balanced(n_panels, n_columns):
    """About that many columns, with few empty places in the last row."""

    def cost(columns):
        empty = -n_panels % columns
        return 2 * empty / n_panels + abs(math.log(columns / n_columns))

    return min(range(1, n_panels + 1), key=cost)


def panels(ax, n_panels, n_rows, n_columns, size, **ratios):
    """The figure and the first panels of a grid: in a new figure of that size, in a given Figure or SubFigure, in the
    place of an Axes, or the given array of Axes."""
    if isinstance(ax, (dict, list, tuple, np.ndarray)):
        axes = np.empty(len(_listed(ax)), dtype=object)
        axes[:] = _listed(ax)
        if len(axes) != n_panels:
            raise ValueError(f"ax has {len(axes)} Axes, must be one, or {n_panels}: one for each panel.")
        for panel in axes:
            _check_axes(panel)
        for panel in axes:
            _clear(panel)
        return axes[0].figure, axes
    if ax is None:
        figure = plt.figure(figsize=size, layout="constrained")
        grid = figure.add_gridspec(n_rows, n_columns, **ratios)
    elif isinstance(ax, FigureBase):
        _clear(ax)
        figure, grid = ax, ax.add_gridspec(n_rows, n_columns, **ratios)
    else:
        _check_axes(ax)
        if ax.get_subplotspec() is None:
            raise ValueError("ax has no place in a grid to divide: make it with figure.subplots or figure.add_subplot.")
        _clear(ax)
        figure = ax.figure
        ax.set_axis_off()
        grid = GridSpecFromSubplotSpec(n_rows, n_columns, subplot_spec=ax.get_subplotspec(), **ratios)
    return figure, np.array([figure.add_subplot(grid[divmod(i, n_columns)]) for i in range(n_panels)], dtype=object)


def single_axes(ax, size, *, shared=False):
    """The Axes of a display of one panel: of a new figure of that size, of a given Figure or SubFigure, or as given,
    cleared of another display unless it is shared."""
    if ax is None:
        return plt.subplots(figsize=size, layout="constrained")[1]
    if isinstance(ax, FigureBase):
        _clear(ax)
        return ax.subplots()
    if not isinstance(ax, Axes):
        raise TypeError(f"ax is a {type(ax).__name__}, must be an Axes, a Figure or a SubFigure.")
    if not shared:
        _clear(ax)
    return ax


def _listed(ax):
    return list(ax.values()) if isinstance(ax, dict) else list(np.ravel(np.asarray(ax, dtype=object)))


def _clear(place):
    """Take away what a display has drawn in an Axes or a figure."""
    if not hasattr(place, "_drawn_there"):
        return
    for artist, axes in place._drawn_there:
        if axes.figure is not None and axes in (*axes.figure.axes, *axes.figure.legends):
            artist.remove()
    if isinstance(place, Axes):
        place.clear()
    del place._drawn_there


def _bars_of(display):
    """Colour bars of a display, which go before their axes do."""
    bar = getattr(display, "colorbar_", None)
    return [*getattr(display, "colorbars_", []), *([] if bar is None else [bar])]


def _check_axes(ax):
    if not isinstance(ax, Axes):
        raise TypeError(f"ax is a {type(ax).__name__}, must be an Axes, an array of Axes, a Figure or a SubFigure.")


def colorbar_beside(figure, axes, drawn, **style):
    """A colour bar on the right of all panels."""
    grids = {panel.get_subplotspec() and panel.get_subplotspec().get_gridspec() for panel in axes}
    parents = list(axes)
    if isinstance(figure.canvas.figure.get_layout_engine(), ConstrainedLayoutEngine) and len(grids) == 1:
        # The layout measures the bar anew for each of its parents; those at the corners span them all.
        parents = [axes[0], max(axes, key=lambda panel: panel.get_subplotspec().colspan.stop), axes[-1]]
    # The panels stay where they are anchored, in line with those that are no parents.
    return figure.colorbar(drawn, ax=list(dict.fromkeys(parents)), shrink=0.8, panchor=False, **style)


def tidily(draw):
    """Wrap a method that draws. If it fails, no new figure is open, and its display and the place that it was given are
    as they were; else that place remembers what to clear before another display is drawn there."""

    @functools.wraps(draw)
    def tidy(*args, **kwargs):
        figures, displays = set(plt.get_fignums()), [arg for arg in args[:1] if hasattr(arg, "__dict__")]
        before = [dict(vars(display)) for display in displays]
        if "ax" not in kwargs and len(args) > 1:
            args, kwargs = args[:1] + args[2:], {"ax": args[1], **kwargs}
        ax = kwargs.get("ax")
        places = [place for place in _listed(ax) if isinstance(place, (Axes, FigureBase))]
        try:
            if places and len(places) == len(_listed(ax)):
                _rehearse(draw, ax, args, kwargs)
            there = _axes_and_legends(places)
            drawn = draw(*args, **kwargs)
            _remember(places, args[0], there)
            return drawn
        except BaseException:
            for number in set(plt.get_fignums()) - figures:
                plt.close(number)
            for display, attributes in zip(displays, before):
                vars(display).clear()
                vars(display).update(attributes)
            raise

    return tidy


def _rehearse(draw, ax, args, kwargs):
    """Draw into a figure that nobody sees, so that what fails does so before a given place is changed."""
    root = _listed(ax)[0].figure.canvas.figure
    figure = Figure(root.get_size_inches(), root.dpi, layout="constrained")
    with warnings.catch_warnings():
        # They come when it is drawn where it is to be.
        warnings.simplefilter("ignore")
        draw(copy.copy(args[0]), *args[1:], **{**kwargs, "ax": _stand_in(ax, figure)})


def _stand_in(ax, figure):
    """What is given as `ax` in another figure."""
    if isinstance(ax, FigureBase):
        return figure
    if isinstance(ax, Axes):
        return figure.subplots()
    axes = figure.subplots(1, len(_listed(ax)), squeeze=False)[0]
    if isinstance(ax, dict):
        return dict(zip(ax, axes))
    return axes if isinstance(ax, np.ndarray) else type(ax)(axes)


def _axes_and_legends(places):
    """Those of the figure that the places are in."""
    return [] if not places else [*places[0].figure.legends, *places[0].figure.axes]


def _remember(places, display, there):
    """Note what a display has added to what was there: pairs of what is removed and where it is."""
    for place in places:
        place._drawn_there = []
    if places:
        new = [artist for artist in _axes_and_legends(places) if artist not in there]
        places[0]._drawn_there = [*((bar, bar.ax) for bar in _bars_of(display)), *zip(new, new)]


def plain(text):
    """Text whose dollars are not the signs of mathematics."""
    return text.replace("$", r"\$")


def set_titles(axes, titles):
    """Titles in the usual size, or in the largest in which each fits over its panel, on two lines if that helps."""
    for panel, title in zip(axes, titles):
        panel.set_title(plain(title))
    ratio = _fit(axes)
    if ratio >= 1:
        return
    if len(axes) <= MOST_MEASURED:
        _lay_out_untitled(axes)
        ratio = _fit(axes)
    if ratio < WRAPPED_BELOW:
        for panel, title in zip(axes, titles):
            panel.set_title(plain("\n".join(_wrapped(panel, line) for line in title.split("\n"))))
        ratio = _fit(axes)
    size = axes[0].title.get_fontsize() * min(1.0, ratio)
    for panel in axes:
        panel.title.set_fontsize(max(size, SMALLEST_POINTS))
    if size < SMALLEST_POINTS:
        for panel in axes:
            _shorten(panel)


def _width(panel):
    return panel.title.get_window_extent().width


def _room(panel):
    return panel.get_window_extent().width * ROOM


def _fit(axes):
    """The least ratio of the width of a panel to that of its title."""
    return min(_room(panel) / max(_width(panel), 1e-9) for panel in axes)


def lay_out(axes):
    """Give the panels their sizes, unless there are so many that it takes too long."""
    if len(axes) <= MOST_MEASURED:
        axes[0].figure.canvas.figure.draw_without_rendering()


def _lay_out_untitled(axes):
    """Give the panels the size that they would have without titles."""
    for panel in axes:
        panel.title.set_in_layout(False)
    lay_out(axes)
    for panel in axes:
        panel.title.set_in_layout(True)


def _wrapped(panel, line):
    """The line, broken at the space next to its middle if it is too long for the panel."""
    panel.set_title(plain(line))
    spaces = [i for i, letter in enumerate(line) if letter == " "]
    if not spaces or _width(panel) <= _room(panel):
        return line
    middle = min(spaces, key=lambda i: abs(i - len(line) / 2))
    return f"{line[:middle]}\n{line[middle + 1 :]}"


def _shorten(panel):
    """Cut lines that are too long for the panel, with an ellipsis."""
    while _width(panel) > _room(panel):
        lines = panel.get_title().split("\n")
        longest = max(range(len(lines)), key=lambda i: len(lines[i]))
        if len(lines[longest]) < 3:
            return
        lines[longest] = lines[longest].removesuffix("…")[:-1] + "…"
        panel.title.set_text("\n".join(lines))


def without_ticks(axes):
    for panel in axes:
        # Of no ticks the layout would still take the time to measure the labels; the frame is where the panel is.
        panel.xaxis.set_visible(False)
        panel.yaxis.set_visible(False)
        for artist in (*panel.images, *panel.spines.values()):
            artist.set_in_layout(False)


def size_in_points(panel):
    """Width and height of a panel before the layout, about that after it."""
    box = panel.get_window_extent()
    return box.width * 72 / panel.figure.dpi, box.height * 72 / panel.figure.dpi
