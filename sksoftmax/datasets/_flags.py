# SPDX-License-Identifier: BSD-3-Clause
"""Arguments of the readers that are True or False."""

import reprlib

import numpy as np


def check_flags(**flags):
    for name, value in flags.items():
        if not isinstance(value, (bool, np.bool_)):
            raise TypeError(f"{name} == {reprlib.repr(value)}, must be a bool.")
