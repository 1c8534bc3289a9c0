# SPDX-License-Identifier: BSD-3-Clause
"""Parameters of tests."""

import pytest


def slow(*values):
    """Values for ``parametrize`` that the quick set leaves out: others in it take the same path through the code."""
    return pytest.param(*values, marks=pytest.mark.slow)
