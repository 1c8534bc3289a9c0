# SPDX-License-Identifier: BSD-3-Clause
"""Arguments that the displays are given: what does not fit is an error that names the argument."""

import math
from numbers import Integral, Real

import matplotlib as mpl
import numpy as np
from matplotlib.colors import Colormap, is_color_like

from sksoftmax._validation import SEED, is_finite, numbers_of, shape_of, shown


def check_int(name, value, smallest, largest=math.inf):
    if isinstance(value, bool) or not isinstance(value, Integral) or not smallest <= value <= largest:
        allowed = f"an int >= {smallest}" if largest == math.inf else f"an int from {smallest} to {largest}"
        raise ValueError(f"{name} == {shown(value)}, must be {allowed}.")


def check_positive(name, value, largest=math.inf):
    """Raise for what is no finite number in (0, largest]."""
    if isinstance(value, bool) or not isinstance(value, Real) or not is_finite(value) or not 0 < value <= largest:
        allowed = "a finite number > 0" if largest == math.inf else f"a number > 0 and <= {largest}"
        raise ValueError(f"{name} == {shown(value)}, must be {allowed}.")


def check_bool(name, value):
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} == {shown(value)}, must be True or False.")


def check_option(name, value, *allowed):
    """Raise for what is none of some strings, or None."""
    if not (value is None or isinstance(value, str)) or value not in allowed:
        raise ValueError(f"{name} == {shown(value)}, must be one of {list(allowed)}.")


def check_seed(name, value):
    if not any(kind.allows(value) for kind in SEED):
        raise ValueError(f"{name} == {shown(value)}, must be an int from 0 to 2**32 - 1, a RandomState or None.")


def check_dict(name, value):
    if not (value is None or isinstance(value, dict)):
        raise TypeError(f"{name} == {shown(value)}, must be a dict or None.")


def check_colours(**colours):
    for name, value in colours.items():
        if not is_color_like(value):
            raise ValueError(f"{name} == {shown(value)}, must be a colour of matplotlib.")


def check_cmaps(**cmaps):
    for name, value in cmaps.items():
        if not (isinstance(value, Colormap) or (isinstance(value, str) and value in mpl.colormaps)):
            raise ValueError(f"{name} == {shown(value)}, must be a Colormap or a name of matplotlib.colormaps.")


def check_format(name, value):
    """Raise for what is neither None nor a format of a float."""
    try:
        format(0.5, "" if value is None else value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} == {shown(value)}, must be a format of numbers such as '.2f', or None.") from None


def check_text(name, value):
    if not isinstance(value, str):
        raise ValueError(f"{name} == {shown(value)}, must be a str.")


def listed(name, values, allowed="a sequence"):
    """A sequence as a list."""
    try:
        found = list(values)
    except TypeError:
        found = None
    if found is None or isinstance(values, dict):
        raise ValueError(f"{name} == {shown(values)}, must be {allowed}.")
    return found


def texts(name, values, allowed="a sequence of names"):
    """A sequence as a list of str."""
    found = listed(name, values, allowed)
    if any(isinstance(value, (list, tuple, np.ndarray)) for value in found):
        raise ValueError(f"{name} == {shown(values)}, must be {allowed}.")
    return list(map(str, found))


def told(name, values):
    """What a message says of an array-like of a wrong shape."""
    shape = shape_of(values)
    return f"{name}.shape == {shape}" if shape else f"{name} == {shown(values)}"


def numbers(name, values, *, ndim=None, finite=True):
    """An array-like of numbers as a new float64 array."""
    array = numbers_of(values)
    if array is None or ndim not in (None, array.ndim):
        array_of_that_kind = f"a {ndim}-dimensional array" if ndim else "an array"
        raise ValueError(f"{name} == {shown(values)}, must be {array_of_that_kind} of numbers.")
    if finite and not np.isfinite(array).all():
        raise ValueError(f"{name} holds {array[~np.isfinite(array)][0]}, must hold finite numbers.")
    return array.copy()


def column(name, values, n_samples):
    """An array-like with a value for each row of X as an array."""
    if shape_of(values) != (n_samples,):
        raise ValueError(f"{told(name, values)}, must be ({n_samples},): one for each row of X.")
    return np.asarray(values)
