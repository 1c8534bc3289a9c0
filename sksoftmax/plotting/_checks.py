# SPDX-License-Identifier: BSD-3-Clause
"""Numbers that the displays are given."""

import math
from numbers import Integral, Real


def check_int(name, value, smallest, largest=math.inf):
    if isinstance(value, bool) or not isinstance(value, Integral) or not smallest <= value <= largest:
        allowed = f"an int >= {smallest}" if largest == math.inf else f"an int from {smallest} to {largest}"
        raise ValueError(f"{name} == {value!r}, must be {allowed}.")


def check_positive(name, value, largest=math.inf):
    """Raise for what is no finite number in (0, largest]."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < value <= largest or value == math.inf:
        allowed = "a finite number > 0" if largest == math.inf else f"a number > 0 and <= {largest}"
        raise ValueError(f"{name} == {value!r}, must be {allowed}.")
