# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sksoftmax._engine import memory
from sksoftmax._engine.minibatches import Minibatches, Samples
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.products import Units


def begins_on_a_cache_line(array):
    return array.ctypes.data % memory.CACHE_LINE == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 5), (2, 3, 4), (0, 4)])
def test_arrays_begin_on_a_cache_line_and_keep_their_memory(shape, dtype):
    arrays = [memory.zeros(shape, dtype) for _ in range(20)]
    for number, array in enumerate(arrays):
        assert begins_on_a_cache_line(array)
        assert (array.shape, array.dtype) == (shape, dtype)
        assert array.flags.c_contiguous
        assert array.flags.writeable
        np.testing.assert_array_equal(array, 0)
        array[...] = number
    for number, array in enumerate(arrays):
        np.testing.assert_array_equal(array, number)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_large_products_read_and_write_begins_on_a_cache_line(dtype):
    given = np.empty(1 + 3 * 17, dtype)[1:]
    assert begins_on_a_cache_line(Parameters((16, 3), 1, dtype, given).layers[0].matrix)
    assert begins_on_a_cache_line(Units.empty(2, 3, 32, dtype).rows)
    stream = Minibatches(Samples(np.ones((96, 16), dtype), np.zeros(96, np.intp)), 32, (16, 3), dtype)
    for (batch,), _ in stream.epoch():
        batch.target_logits[:], batch.normalisers[:] = 0, 1
        assert begins_on_a_cache_line(batch.inputs._XT)
