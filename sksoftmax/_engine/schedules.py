# SPDX-License-Identifier: BSD-3-Clause
"""Learning-rate schedules: the factor on the initial learning rate as a pure function of the epochs completed.

Each but Custom is 1 at epoch 0. An object with values in its fields rather than a closure, so that it pickles.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real


@dataclass(frozen=True)
class Constant:
    """1."""

    def __call__(self, epoch):
        return 1.0


@dataclass(frozen=True)
class Exponential:
    """``decay ** epoch``."""

    decay: float

    def __call__(self, epoch):
        return self.decay**epoch


@dataclass(frozen=True)
class InverseTime:
    """``1 / (1 + decay * epoch)``: Robbins and Monro (1951) ask for a step that falls like 1 / t."""

    decay: float

    def __call__(self, epoch):
        return 1.0 / (1.0 + self.decay * epoch)


@dataclass(frozen=True)
class Power:
    """``1 / (1 + epoch) ** power``, scikit-learn's "invscaling" with the time in epochs."""

    power: float

    def __call__(self, epoch):
        return (1.0 + epoch) ** -self.power


@dataclass(frozen=True)
class Step:
    """``decay ** floor(epoch / every)``."""

    decay: float
    every: int

    def __call__(self, epoch):
        return self.decay ** (epoch // self.every)


@dataclass(frozen=True)
class Cosine:
    """``(1 + cos(pi * epoch / period)) / 2``, one half wave, then 0 (Loshchilov and Hutter 2017, eq. 5)."""

    period: int

    def __call__(self, epoch):
        return 0.5 * (1.0 + math.cos(math.pi * min(epoch / self.period, 1.0)))


@dataclass(frozen=True)
class Custom:
    """A function of the caller's, checked at every call."""

    function: Callable

    def __call__(self, epoch):
        factor = self.function(epoch)
        if not (isinstance(factor, Real) and factor >= 0 and math.isfinite(factor)):
            raise ValueError(
                f"learning_rate({epoch}) == {factor}, must be a finite factor >= 0 on the initial learning rate."
            )
        return float(factor)
