# SPDX-License-Identifier: BSD-3-Clause
"""Numbers in the cells of a drawn matrix."""

import numpy as np

from sksoftmax.plotting._panels import SMALLEST_POINTS, lay_out, size_in_points

LARGEST_POINTS = 10.0
# Part of a cell that its number may take.
ROOM = 0.9


def number(value, values_format):
    """A number as text, zero without a sign."""
    text = format(value, values_format)
    return text if any(digit in text for digit in "123456789") else text.strip("+-")


def number_points(panel, shape, written):
    """Points of the largest letters in which every text fits into a cell of a matrix of that shape, or None where they
    would be too small to read."""
    sample = panel.text(0, 0, max(written, key=len), fontsize=LARGEST_POINTS)
    box = sample.get_window_extent()
    sample.remove()
    needed = box.width * 72 / panel.figure.dpi, box.height * 72 / panel.figure.dpi
    cells = [side / n for side, n in zip(size_in_points(panel), shape[::-1])]
    points = LARGEST_POINTS * min(ROOM * cell / side for cell, side in zip(cells, needed))
    return min(points, LARGEST_POINTS) if points >= SMALLEST_POINTS else None


def write_numbers(ax, image, values, texts, **style):
    """Write a text into each cell with a finite value, in black or white, whichever can be read on its colour."""
    written, colours = [], image.cmap(image.norm(image.get_array()))
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            red, green, blue, _ = colours[row, column]
            ink = "w" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else "k"
            written.append(
                ax.text(column, row, texts(value), ha="center", va="center", color=ink, clip_on=True, **style)
            )
    return written


def write_all(panel, image, values, values_format):
    """Write the numbers into their cells, or none where they would be too small to read."""
    lay_out([panel])
    points = number_points(panel, values.shape, [number(value, values_format) for value in values.flat])
    if points is None:
        return []
    return write_numbers(panel, image, values, lambda value: number(value, values_format), fontsize=points)
