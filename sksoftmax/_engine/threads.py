# SPDX-License-Identifier: BSD-3-Clause
"""The number of BLAS threads for the products of one step."""

from contextlib import nullcontext
from functools import cache

from threadpoolctl import ThreadpoolController

# Multiply-adds of a step below which waking a second thread costs more than it saves.
LARGE_STEP = 50_000_000


@cache
def _controller():
    # Looking for the loaded libraries takes milliseconds, and which BLAS NumPy and SciPy use does not change.
    return ThreadpoolController()


def blas_threads(parameters, batch_size):
    """A context with one BLAS thread, or with as many as the caller allows where each product is large."""
    if parameters.flat.size * batch_size > LARGE_STEP:
        return nullcontext()
    return _controller().limit(limits=1, user_api="blas")
