# SPDX-License-Identifier: BSD-3-Clause
"""Ticks with plain numbers."""

import math

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter

FEWEST_TICKS, MOST_TICKS = 3, 7


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
