# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sksoftmax._engine.half_precision import is_half, to_single
from sksoftmax._engine.reading import take_rows


@pytest.mark.parametrize("order", "<>")
def test_every_finite_number_of_half_precision_has_the_bits_that_numpy_gives_it(order):
    half = np.arange(2**16, dtype=np.uint16).view(np.float16)
    half = half[np.isfinite(half)].astype(f"{order}f2").reshape(2, -1)
    out = np.empty(half.shape, np.float32)
    to_single(half, out)
    np.testing.assert_array_equal(out.view(np.int32), half.astype(np.float32).view(np.int32))


def test_only_floats_of_two_bytes_are_of_half_precision():
    assert is_half(np.dtype("<f2"))
    assert is_half(np.dtype(">f2"))
    assert not any(is_half(np.dtype(other)) for other in ("f4", "i2", "u2", "?", "f8"))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_are_taken_as_wider_numbers(dtype, order, rng):
    X, rows = np.asarray(rng.normal(size=(300, 5)), np.float16, order), rng.permutation(300)[:200]
    out = np.empty((200, 5), dtype)
    take_rows(X, rows, out)
    np.testing.assert_array_equal(out, X[rows].astype(dtype))
