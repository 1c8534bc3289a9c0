# SPDX-License-Identifier: BSD-3-Clause
"""Features by their names: a row each, the largest first, as many as there is room for."""

import math
import textwrap

import matplotlib as mpl
import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import MaxNLocator

from sksoftmax.plotting._checks import check_int
from sksoftmax.plotting._panels import SMALLEST_POINTS, plain, size_in_points

# Names often differ at their ends; what is too long is left out in their middle.
MOST_LETTERS, MOST_LETTERS_UPRIGHT, LETTER_INCHES, LETTER_ASPECT = 28, 20, 0.085, 0.62
# Longer names of columns are likely to stand upright.
SHORT_LETTERS = 4
MOST_FEATURES, ROW_INCHES, ROW_POINTS = 20, 0.25, 1.25 * SMALLEST_POINTS
# Where on a diverging scale the colours of what speaks for and against something are.
FOR, AGAINST = 0.85, 0.15


def feature_names_of(features, n_features):
    """Names of the inputs of a layer: units or, where features have no names, those of scikit-learn."""
    if features is None:
        return [f"unit {unit}" for unit in range(n_features)]
    return [f"x{j}" for j in range(n_features)] if features.names is None else features.names


def cut(name, most=MOST_LETTERS):
    """The name without what is too long in its middle."""
    half = most // 2
    return name if len(name) <= most else f"{name[:half]}…{name[-half + 1 :]}"


def label_inches(names):
    """About the width of the longest name."""
    return LETTER_INCHES * (max(map(len, map(cut, names))) + 1)


def upright_inches(names):
    """About the height of the names of columns, beyond that of a line."""
    long = [cut(name, MOST_LETTERS_UPRIGHT) for name in names if len(name) > SHORT_LETTERS]
    return label_inches(long) if long else 0.0


def usual_number(n, n_all):
    """How many features are drawn if there is room for them."""
    if n is not None:
        check_int("n_features", n, 1, n_all)
    return min(n_all, MOST_FEATURES) if n is None else n


def largest(values, n, panel, n_others=0):
    """Places of the n features with the largest absolute values (n_rows, n_features), the largest first; of None, those
    that have room in the panel beside n_others rows of something else."""
    n_features = values.shape[1]
    if n is None:
        room = int(size_in_points(panel)[1] / ROW_POINTS) - n_others
        n = max(1, min(usual_number(None, n_features), room))
    return np.argsort(-np.abs(values).max(axis=0), kind="stable")[:n]


def name_rows(panel, names):
    """Name the rows of a panel, the first one on top, in the usual size or one in which they do not overlap."""
    named = _with_room(panel, len(names), 1)
    panel.set_yticks(named, [plain(cut(names[i])) for i in named], fontsize=row_points(panel, len(names)))
    panel.tick_params(axis="y", length=0)
    panel.set_ylim(len(names) - 0.5, -0.5)


def finish_bars(axes, low, high, label):
    """Give panels of bars side by side the same scale, named below each, and the rows of the first."""
    for panel in axes:
        panel.axvline(0, color=mpl.rcParams["axes.edgecolor"], linewidth=mpl.rcParams["axes.linewidth"])
        panel.set_xlim(low, high)
        panel.xaxis.set_major_locator(MaxNLocator(4, symmetric=low == -high))
        for side in ("top", "left", "right"):
            panel.spines[side].set_visible(False)
        if panel is not axes[0]:
            panel.set(yticks=[], ylim=axes[0].get_ylim())
        panel.set_xlabel(wrapped(label, size_in_points(panel)[0] / 72))


def has_room(panel, n_names, side=1):
    """Whether so many names along a side of a panel, 1 for its rows and 0 for its columns, can be read."""
    return size_in_points(panel)[side] >= ROW_POINTS * n_names


def _with_room(panel, n_names, side):
    """Places of the names along a side of a panel that can be read: all, or every second, third, ..."""
    return range(0, n_names, math.ceil(ROW_POINTS * n_names / size_in_points(panel)[side]))


def name_columns(panel, names):
    """Name the columns of a panel: upright where the names are longer than a cell is wide."""
    named = _with_room(panel, len(names), 0)
    cell = size_in_points(panel)[0] / len(named)
    size = max(SMALLEST_POINTS, min(_usual_points("x"), 0.8 * cell))
    drawn = [plain(cut(names[i], MOST_LETTERS_UPRIGHT)) for i in named]
    is_upright = LETTER_ASPECT * size * max(map(len, drawn)) > 0.9 * cell
    panel.set_xticks(named, drawn, fontsize=size, rotation=90 if is_upright else 0)
    panel.tick_params(axis="x", length=0)


def _usual_points(axis):
    return FontProperties(size=mpl.rcParams[f"{axis}tick.labelsize"]).get_size_in_points()


def row_points(panel, n_rows):
    """Points of the letters that fit into a row of a panel."""
    return max(SMALLEST_POINTS, min(_usual_points("y"), 0.8 * size_in_points(panel)[1] / n_rows))


def wrapped(text, inches):
    """A label, broken into lines of that many inches."""
    size = FontProperties(size=mpl.rcParams["axes.labelsize"]).get_size_in_points()
    return textwrap.fill(plain(text), max(8, int(inches * 72 / (LETTER_ASPECT * size))))


def features_label(n_drawn, n_features, features):
    """What an axis says of features that are not all, or not those that enter the estimator."""
    count = f"{n_drawn} largest of {n_features} features" if n_drawn < n_features else ""
    return f"{count} {features}".strip() if count else (f"features {features}" if features else "")
