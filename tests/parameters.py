# SPDX-License-Identifier: BSD-3-Clause
"""Parameters of tests."""

import pytest


def slow(*values):
    """Values for ``parametrize`` that the quick set leaves out: others in it take the same path through the code."""
    return pytest.param(*values, marks=pytest.mark.slow)


def few_quick(values, n=1):
    """The first n values, and the others as slow ones."""
    return [value if i < n else slow(value) for i, value in enumerate(values)]
