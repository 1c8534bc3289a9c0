# SPDX-License-Identifier: BSD-3-Clause
"""Functions of BLAS that overwrite their last array, looked up once for each data type."""

from functools import cache

from scipy.linalg import get_blas_funcs


@cache
def blas(name, dtype):
    return get_blas_funcs(name, dtype=dtype)
