# SPDX-License-Identifier: BSD-3-Clause
"""Ten digits of 5 x 5 pixels, small enough to write down a model of them."""

import reprlib
from numbers import Integral, Real

import numpy as np
from sklearn.utils import Bunch, check_random_state

from sksoftmax.datasets._flags import check_flags

# Rows of the columns 2 to 4; the columns 0 and 1 are empty.
STROKES = (
    "111 101 101 101 111",
    "010 110 010 010 111",
    "111 001 111 100 111",
    "111 001 011 001 111",
    "101 101 111 001 001",
    "111 100 111 001 111",
    "111 100 111 101 111",
    "111 001 001 001 001",
    "111 101 111 101 111",
    "111 101 111 001 111",
)
DESCRIPTION = """\
Ten tiny digits
---------------

One binary image of 5 x 5 pixels for each of the digits 0 to 9, all but the 1 as on a display of seven segments. The
strokes are in the columns 2 to 4; the columns 0 and 1 are empty. A pixel is 1 on a stroke and 0 elsewhere. Feature j
is the pixel in row j // 5 and column j % 5: pixel 17, for example, in row 3 and column 2, is on in 6 and 8 and off in
5 and 9, from which they differ in nothing else.
"""


def load_tiny_digits(*, return_X_y=False, as_frame=False):
    """Load ten binary images of 5 x 5 pixels, one of each digit.

    Parameters
    ----------
    return_X_y : bool, default=False
        Whether to return `(data, target)` instead of a Bunch.
    as_frame : bool, default=False
        Whether `data` is a pandas DataFrame and `target` a Series.

    Returns
    -------
    digits : :class:`~sklearn.utils.Bunch`
        With the attributes

        data : ndarray of shape (10, 25), or DataFrame
            Pixels, 0.0 or 1.0.
        images : ndarray of shape (10, 5, 5)
            The same as images.
        target : ndarray of shape (10,), or Series
            The digits 0 to 9.
        feature_names : list of 25 str
            ``pixel_row_column``.
        target_names : ndarray of shape (10,)
            The digits 0 to 9.
        frame : DataFrame of shape (10, 26) or None
            Data and target, with `as_frame`.
        DESCR : str
            A description.
    (data, target) : tuple
        With `return_X_y`.

    Examples
    --------
    >>> from sksoftmax.datasets import load_tiny_digits
    >>> load_tiny_digits().images[7].astype(int)
    array([[0, 0, 1, 1, 1],
           [0, 0, 0, 0, 1],
           [0, 0, 0, 0, 1],
           [0, 0, 0, 0, 1],
           [0, 0, 0, 0, 1]])
    """
    check_flags(return_X_y=return_X_y, as_frame=as_frame)
    images = np.zeros((10, 5, 5))
    images[:, :, 2:] = [[[int(pixel) for pixel in row] for row in digit.split()] for digit in STROKES]
    data, target, frame = images.reshape(10, 25).copy(), np.arange(10), None
    feature_names = [f"pixel_{row}_{column}" for row in range(5) for column in range(5)]
    if as_frame:
        import pandas as pd

        frame = pd.DataFrame(data, columns=feature_names).assign(target=target)
        data, target = frame[feature_names], frame["target"]
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        images=images,
        target=target,
        feature_names=feature_names,
        target_names=np.arange(10),
        frame=frame,
        DESCR=DESCRIPTION,
    )


def make_noisy_digits(n_samples=100, flip_probability=0.1, random_state=None):
    """Draw tiny digits at random and flip each of their pixels with a probability.

    Parameters
    ----------
    n_samples : int, default=100
        Number of images, > 0.
    flip_probability : float, default=0.1
        Probability, in [0, 1], of a pixel to be turned from 0 to 1 or from 1 to 0.
    random_state : int, RandomState or None, default=None
        Seed.

    Returns
    -------
    X : ndarray of shape (n_samples, 25)
        Pixels, 0.0 or 1.0.
    y : ndarray of shape (n_samples,)
        The digits, each equally probable.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    See Also
    --------
    load_tiny_digits : The images without noise.

    Examples
    --------
    >>> from sksoftmax.datasets import make_noisy_digits
    >>> X, y = make_noisy_digits(200, flip_probability=0.05, random_state=0)
    >>> X.shape, y.shape
    ((200, 25), (200,))
    """
    if isinstance(n_samples, bool) or not isinstance(n_samples, Integral) or n_samples < 1:
        raise ValueError(f"n_samples == {reprlib.repr(n_samples)}, must be an int >= 1.")
    if n_samples > np.iinfo(np.intp).max // 25:
        raise ValueError(f"n_samples == {reprlib.repr(n_samples)}, must be an int that an array has room for.")
    if isinstance(flip_probability, bool) or not isinstance(flip_probability, Real) or not 0 <= flip_probability <= 1:
        raise ValueError(f"flip_probability == {reprlib.repr(flip_probability)}, must be a number from 0 to 1.")
    try:
        random_state = check_random_state(random_state)
    except ValueError:
        raise ValueError(
            f"random_state == {reprlib.repr(random_state)}, must be an int from 0 to 2**32 - 1, a RandomState or None."
        ) from None
    images, digits = load_tiny_digits(return_X_y=True)
    y = random_state.choice(digits, n_samples)
    flipped = random_state.uniform(size=(n_samples, 25)) < flip_probability
    return np.abs(images[y] - flipped), y
