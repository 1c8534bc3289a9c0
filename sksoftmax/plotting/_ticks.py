# SPDX-License-Identifier: BSD-3-Clause
"""Ticks with plain numbers."""

import math

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from sksoftmax.plotting._panels import size_in_points

FEWEST_TICKS, MOST_TICKS = 3, 7
# Points of a letter, and the part of an axis between its first and its last value.
LETTER_POINTS, BETWEEN = 6.5, 0.9


def plain_ticks(axis, low, high):
    """Two ticks or more between two values, with plain numbers."""

    def between(locator):
        ticks = np.asarray(locator.tick_values(low, high))
        return ticks[(ticks >= low) & (ticks <= high)]

    ticks = between(MaxNLocator(4))
    if axis.get_scale() == "log":
        for subs in ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), range(1, 10)):
            powers = between(LogLocator(subs=subs))
            if len(powers) >= FEWEST_TICKS:
                break
        ticks = powers[:: math.ceil(len(powers) / MOST_TICKS)] if len(powers) > 1 else ticks
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.12g}"))
        axis.set_minor_formatter(NullFormatter())
    axis.set_major_locator(FixedLocator(ticks))


def apart(values, texts, axes):
    """Places of the values (n,) along the x axis whose texts do not touch those before them."""
    along = axes.xaxis.get_transform().transform(values)
    points = (along - along.min()) * BETWEEN * size_in_points(axes)[0] / max(np.ptp(along), 1e-300)
    kept = []
    for i in np.argsort(points, kind="stable"):
        letters = len(texts[i]) + len(texts[kept[-1]]) if kept else 0
        if not kept or points[i] - points[kept[-1]] > LETTER_POINTS * (letters / 2 + 1):
            kept.append(i)
    return kept
