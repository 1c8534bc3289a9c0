# SPDX-License-Identifier: BSD-3-Clause
"""Functions of BLAS, looked up once for each data type.

They are called with positional arguments, as Python spends longer on names than BLAS on small arrays; the last ones say
to overwrite an array. They do so where it has their type and is contiguous, in the order of Fortran if it is a matrix;
otherwise they would fill a copy. axpy always writes into y.

gemm(alpha, A, B, beta, C, transpose A, transpose B, overwrite C) : C <- alpha * A @ B + beta * C
gemv(alpha, A, x, beta, y, offset x, step x, offset y, step y, transpose A, overwrite y) : y <- alpha * A @ x + beta * y
ger(alpha, x, y, step x, step y, A, overwrite x, overwrite y, overwrite A) : A <- A + alpha * x y'
axpy(x, y, n, alpha) : y <- y + alpha * x
"""

from functools import cache

from scipy.linalg import get_blas_funcs
from threadpoolctl import ThreadpoolController

# Processors for which OpenBLAS has kernels that multiply small matrices without packing them first.
UNPACKED_ON = {"skylakex", "cooperlake", "sapphirerapids"}


@cache
def blas(name, dtype):
    return get_blas_funcs(name, dtype=dtype)


@cache
def libraries():
    """The libraries of BLAS that are loaded, as threadpoolctl's controllers."""
    return ThreadpoolController().select(user_api="blas").lib_controllers


@cache
def multiplies_unpacked():
    """Whether small matrices are multiplied without packing them."""
    return any(str(getattr(library, "architecture", "")).lower() in UNPACKED_ON for library in libraries())
