# SPDX-License-Identifier: BSD-3-Clause
"""Calls that are bound to their arrays once and then made in every step.

A step on 32 samples would otherwise spend as long on finding views and passing arguments as on arithmetic. What is part
of a step therefore returns its calls instead of making them, and says so: its docstring begins with "Calls".
"""

from functools import partial as bound

__all__ = ["bound", "run"]


def run(calls):
    for call in calls:
        call()
