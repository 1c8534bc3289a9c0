# SPDX-License-Identifier: BSD-3-Clause
"""Learning-rate schedules: the factor on the initial learning rate as a pure function of the epochs completed.

Each but `custom` is 1 at epoch 0.
"""

import math
import reprlib
from numbers import Real


def constant(epoch):
    """1."""
    return 1.0


def exponential(epoch, decay):
    """``decay ** epoch``."""
    return decay**epoch


def inverse_time(epoch, decay):
    """``1 / (1 + decay * epoch)``: Robbins and Monro (1951) ask for a step that falls like 1 / t."""
    return 1.0 / (1.0 + decay * epoch)


def power(epoch, exponent):
    """``1 / (1 + epoch) ** exponent``, scikit-learn's "invscaling" with the time in epochs."""
    return (1.0 + epoch) ** -exponent


def step(epoch, decay, every):
    """``decay ** floor(epoch / every)``."""
    return decay ** (epoch // every)


def cosine(epoch, period):
    """``(1 + cos(pi * epoch / period)) / 2``, one half wave, then 0 (Loshchilov and Hutter 2017, eq. 5)."""
    return 0.5 * (1.0 + math.cos(math.pi * min(epoch / period, 1.0)))


def custom(epoch, function):
    """A function of the caller's, checked at every call."""
    factor = function(epoch)
    number = factor.item() if getattr(factor, "ndim", None) == 0 else factor
    try:
        allowed = isinstance(number, Real) and 0 <= float(number) < math.inf
    except OverflowError:
        # An int that no float holds.
        allowed = False
    if not allowed:
        raise ValueError(
            f"learning_rate({epoch}) == {reprlib.repr(factor)}, must be a finite number >= 0, "
            "the factor on the initial learning rate."
        )
    return float(number)
