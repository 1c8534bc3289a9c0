# SPDX-License-Identifier: BSD-3-Clause
"""Checks of what was given, and how messages show it; those of constructor parameters are worded as scikit-learn's."""

import math
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np

# Longer ones are told by their type and size.
LONGEST_SHOWN = 60
# Of up to eight bytes; beyond it no array can be, on any machine.
MOST_VALUES = np.iinfo(np.intp).max // 16


class InvalidParameterError(ValueError, TypeError):
    """A constructor parameter has a type or a value that is not allowed."""


def shown(value):
    """A value as messages show it: as it is written or, where that is long, by its type and size."""
    text = repr(value)
    if len(text) <= LONGEST_SHOWN and "\n" not in text:
        return text
    if isinstance(value, str):
        return f"{text[:LONGEST_SHOWN]}...'"
    kind, shape = type(value).__name__, getattr(value, "shape", None)
    if shape is not None:
        return f"<{kind} of shape {shape}>"
    return f"<{kind} of length {len(value)}>" if hasattr(value, "__len__") else f"<{kind}>"


def is_finite(number):
    """Whether a number is finite as a float."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def numbers_of(value):
    """An array-like of real numbers as float64, or None where it is something else."""
    try:
        array = np.asarray(value)
        # Text and complex numbers would be converted too.
        return array.astype(np.float64, copy=False) if array.dtype.kind in "biufO" else None
    except (TypeError, ValueError, OverflowError):
        return None


def shape_of(value):
    """Shape of an array-like, or None where it holds sequences of several lengths."""
    try:
        return np.shape(value)
    except ValueError:
        return None


def distinct_labels(classes):
    """The labels (n_classes,) that `classes` of `partial_fit` holds, in ascending order."""
    try:
        labels = np.unique(classes)
        allowed = np.ndim(classes) == 1 and len(labels) > 1 and _are_labels(labels, classes)
    except (TypeError, ValueError):
        # Sequences of several lengths, or what has no order.
        allowed = False
    if not allowed:
        raise ValueError(
            f"classes == {shown(classes)}, must be a sequence of two or more labels, all of them strings or integers."
        )
    return labels


def check_several(classes, estimator):
    """Raise for fewer than two classes (n_classes,), in the name of the estimator that was to be fitted to them."""
    if len(classes) < 2:
        raise ValueError(
            f"{type(estimator).__name__} needs at least 2 classes in y; got 1 class: {classes.tolist()[0]!r}."
        )


def _are_labels(labels, given):
    """Whether all are strings, or all numbers are whole; among strings, numbers have become strings."""
    kind = labels.dtype.kind
    if kind in "OU":
        return any(all(isinstance(label, type_) for label in given) for type_ in (str, Integral))
    return kind in "biu" or (kind == "f" and bool(np.all(np.isfinite(labels) & (labels == np.floor(labels)))))


class Interval(NamedTuple):
    """Finite numbers of a kind between two bounds; `closed` is "left", "right", "both" or "neither"."""

    kind: type
    low: float
    high: float
    closed: str

    def allows(self, value):
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, self.kind) or not is_finite(value):
            return False
        above = value >= self.low if self.closed in ("left", "both") else value > self.low
        below = value <= self.high if self.closed in ("right", "both") else value < self.high
        return above and below

    def __str__(self):
        left = "[" if self.closed in ("left", "both") else "("
        right = "]" if self.closed in ("right", "both") else ")"
        kind = "an int" if self.kind is Integral else "a float"
        return f"{kind} in the range {left}{self.low}, {self.high}{right}"


class Options(NamedTuple):
    """One of some strings."""

    names: tuple

    def allows(self, value):
        return isinstance(value, str) and value in self.names

    def __str__(self):
        return "a str among {" + ", ".join(map(repr, self.names)) + "}"


class Kind(NamedTuple):
    """A value that a predicate accepts."""

    description: str
    accepts: object

    def allows(self, value):
        return self.accepts(value)

    def __str__(self):
        return self.description


def integer(low, high=math.inf, closed="left"):
    return Interval(Integral, low, high, closed)


def real(low, high=math.inf, closed="left"):
    return Interval(Real, low, high, closed)


def options(*names):
    return Options(names)


BOOLEAN = Kind("an instance of 'bool'", lambda value: isinstance(value, (bool, np.bool_)))
STRING = Kind("an instance of 'str'", lambda value: isinstance(value, str))
CALLABLE = Kind("a callable", callable)
DICT = Kind("an instance of 'dict'", lambda value: isinstance(value, dict))
SIZES = Kind(
    "an int >= 1 or a sequence of ints >= 1",
    lambda value: all(
        map(
            integer(1).allows,
            value if isinstance(value, (tuple, list, np.ndarray)) and getattr(value, "ndim", 1) else [value],
        )
    ),
)
INFINITE = Kind("numpy.inf", lambda value: isinstance(value, Real) and value == math.inf)
NONE = Kind("None", lambda value: value is None)
RANDOM_STATE = Kind(
    "an instance of 'numpy.random.mtrand.RandomState'", lambda value: isinstance(value, np.random.RandomState)
)
SEED = [integer(0, 2**32 - 1, "both"), RANDOM_STATE, NONE]


def check_parameters(estimator, constraints):
    """Raise InvalidParameterError for the first parameter that none of its constraints allows."""
    for name, allowed in constraints.items():
        value = getattr(estimator, name)
        if not any(constraint.allows(value) for constraint in allowed):
            *others, last = map(str, allowed)
            described = f"{', '.join(others)} or {last}" if others else last
            raise InvalidParameterError(
                f"The {name!r} parameter of {type(estimator).__name__} must be {described}. Got {shown(value)} instead."
            )
