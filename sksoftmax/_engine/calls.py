# SPDX-License-Identifier: BSD-3-Clause
"""Calls that are bound to their arrays once and then made in every step.

What computes on small buffers returns its calls instead of making them: a step on 32 samples would otherwise spend as
long on finding views and passing arguments as on arithmetic.
"""

from functools import partial as bound

__all__ = ["bound", "make"]


def make(calls):
    for call in calls:
        call()
