# SPDX-License-Identifier: BSD-3-Clause
"""Numbers in the cells of a drawn matrix."""

import numpy as np


def write_numbers(ax, image, values, texts, **style):
    """Write a text into each cell with a finite value, in black or white, whichever can be read on its colour."""
    written = []
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            red, green, blue, _ = image.cmap(image.norm(value))
            ink = "w" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else "k"
            written.append(
                ax.text(column, row, texts(value), ha="center", va="center", color=ink, clip_on=True, **style)
            )
    return written
