# SPDX-License-Identifier: BSD-3-Clause
"""Features as images: their shape, their colours, and drawing them into panels."""

import math

import numpy as np
from scipy import sparse

from sksoftmax._validation import shape_of, shown
from sksoftmax.plotting._checks import check_positive, numbers, told

# Both ends are told apart without colour vision, and zero is white, or the grey between black and white in print.
DIVERGING = "RdBu_r"
PIXELS = "gray_r"
# Okabe and Ito (2008): told apart without colour vision, on white and on black.
RIGHT, WRONG, PREDICTED, OTHER = "#0072b2", "#d55e00", "#56b4e9", "#8c8c8c"
FRAME_POINTS = 2.5


def rows_of(X):
    """X (n, d), of which rows can be taken: a CSR matrix or an array, from frames too."""
    shape = X.shape if sparse.issparse(X) else shape_of(X)
    if shape is None or len(shape) != 2 or not shape[0]:
        raise ValueError(f"{told('X', X)}, must be (n_samples, n_features), with a sample or more.")
    return X.tocsr() if sparse.issparse(X) else np.asarray(X)


def dense_rows(X):
    """X (n, d) as an array of float64."""
    X = rows_of(X)
    return numbers("X", X.toarray() if sparse.issparse(X) else X)


def image_shape_of(n_features, image_shape, instead=""):
    """(height, width), or (height, width, 3), of images with that many values; `instead` says what else to do."""
    if image_shape is None:
        side = math.isqrt(n_features)
        if side * side != n_features:
            raise ValueError(
                f"{n_features} values are no square image: pass image_shape=(height, width), "
                f"or (height, width, 3) for colour images. {instead}".rstrip()
            )
        return side, side
    shape = tuple(np.asarray(image_shape).tolist()) if len(shape_of(image_shape) or ()) == 1 else ()
    if len(shape) not in (2, 3) or not all(isinstance(n, int) and n > 0 for n in shape) or shape[2:] not in ((), (3,)):
        raise ValueError(
            f"image_shape == {shown(image_shape)}, must be (height, width) or (height, width, 3), ints > 0."
        )
    if math.prod(shape) != n_features:
        raise ValueError(
            f"image_shape == {image_shape} has {math.prod(shape)} values, but there are {n_features} for an image."
        )
    return shape


def as_images(rows, image_shape, instead=""):
    """Rows (n, d) as images (n, height, width) or (n, height, width, 3)."""
    return rows.reshape(len(rows), *image_shape_of(rows.shape[1], image_shape, instead))


def checked_images(name, images):
    """Images as an array (n_panels, height, width) or (n_panels, height, width, 3)."""
    checked = numbers(name, images)
    if checked.ndim not in (3, 4) or not checked.size or checked.shape[3:] not in ((), (3,)):
        raise ValueError(f"{told(name, images)}, must be (n_panels, height, width) or (n_panels, height, width, 3).")
    return checked


def check_lengths(n_panels, **sequences):
    """Raise for the first sequence that is given and has another length than there are panels."""
    for name, values in sequences.items():
        if values is not None and len(values) != n_panels:
            raise ValueError(f"len({name}) == {len(values)}, must be the number of images, {n_panels}.")


def limits_of(images, limit=None, percentile=100.0, shared=True):
    """The ends (n_panels,) of scales around zero: `limit`, or that percentile of the absolute values."""
    if limit is not None:
        check_positive("limit", limit)
        return np.full(len(images), float(limit))
    check_positive("percentile", percentile, 100)
    sizes = np.abs(images).reshape(1 if shared else len(images), -1)
    limits = np.percentile(sizes, percentile, axis=1)
    # Of mostly zeros a percentile may be zero.
    limits = np.where(limits > 0, limits, sizes.max(axis=1))
    return np.broadcast_to(np.where(limits > 0, limits, 1.0), len(images)).copy()


def beyond(images, limits):
    """How a colour bar shows whether values lie beyond its ends."""
    largest = np.abs(images).reshape(len(images), -1).max(axis=1)
    return "both" if (largest > limits).any() else "neither"


def show_coefficients(panel, image, limit, cmap):
    """Draw an image whose zero is neutral: white on a diverging scale, or the grey of colour images."""
    return _draw(panel, in_colours(image, limit), cmap, -limit, limit)


def in_colours(image, limit):
    """What is drawn of coefficients: colour images around grey, others as they are."""
    return np.clip(0.5 + 0.5 * image / limit, 0, 1) if image.ndim == 3 else image


def show_pixels(panel, image, bounds, cmap):
    """Draw an image of a sample; the bounds are the values of the first and the last colour."""
    low, high = bounds
    if image.ndim == 3:
        image = np.clip((image - low) / (high - low), 0, 1)
    return _draw(panel, image, cmap, low, high)


def _draw(panel, image, cmap, low, high):
    # Hung from the top of its place, where the layout finds the height of a title at once.
    panel.set_anchor("N")
    return panel.imshow(image, cmap=cmap, vmin=low, vmax=high, interpolation="nearest", aspect="equal", origin="upper")


def frame(panel, color):
    for spine in panel.spines.values():
        spine.set_color(color)
        spine.set_linewidth(FRAME_POINTS)


def pixel_bounds(images):
    """From zero, or the smallest value below it, to the largest."""
    low, high = min(float(images.min()), 0.0), float(images.max())
    return (low, high) if high > low else (low, low + 1.0)
