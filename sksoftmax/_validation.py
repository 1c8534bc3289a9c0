# SPDX-License-Identifier: BSD-3-Clause
"""Checks of constructor parameters, with messages worded as scikit-learn's own."""

import math
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np


class InvalidParameterError(ValueError, TypeError):
    """A constructor parameter has a type or a value that is not allowed."""


class Interval(NamedTuple):
    """Numbers of a kind between two bounds; `closed` is "left", "right", "both" or "neither"."""

    kind: type
    low: float
    high: float
    closed: str

    def allows(self, value):
        # Only nan differs from itself.
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, self.kind) or value != value:
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
ANY = Kind("anything", lambda value: True)
INFINITE = Kind("numpy.inf", lambda value: isinstance(value, Real) and value == math.inf)
NONE = Kind("None", lambda value: value is None)
RANDOM_STATE = Kind(
    "an instance of 'numpy.random.mtrand.RandomState'", lambda value: isinstance(value, np.random.RandomState)
)


def check_parameters(estimator, constraints):
    """Raise InvalidParameterError for the first parameter that none of its constraints allows."""
    values = estimator.get_params(deep=False)
    for name, allowed in constraints.items():
        value = values[name]
        if not any(constraint.allows(value) for constraint in allowed):
            *others, last = map(str, allowed)
            described = f"{', '.join(others)} or {last}" if others else last
            raise InvalidParameterError(
                f"The {name!r} parameter of {type(estimator).__name__} must be {described}. Got {value!r} instead."
            )
