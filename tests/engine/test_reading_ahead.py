# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sksoftmax._engine.reading_ahead import PAGE, ReadingAhead, read


class Map:
    """Notes which rows are read."""

    shape, itemsize = (1000, 3), 4

    def __init__(self):
        self.read = []

    def __getitem__(self, places):
        rows, _ = places
        self.read.append(rows[:, 0])


@pytest.mark.parametrize("per_call", [7, 70, 350, 1000])
@pytest.mark.parametrize("multiple", [1, 32, 200])
def test_each_window_is_read_in_order_before_it_is_served_and_two_ahead_of_it_is_not(per_call, multiple, rng):
    X, order, length = Map(), rng.permutation(1000), 100
    ahead, served = ReadingAhead(X, order, length), []
    for start in range(0, 1000, per_call):
        for array, rows in ahead.windows(order[start : start + per_call], multiple):
            assert array is X
            served.extend(rows)
            ahead._reader.join()
            n_read = sum(map(len, X.read))
            assert min(1000, len(served)) <= n_read <= len(served) + 2 * length
            assert len(rows) % multiple == 0 or len(served) % per_call == 0 or len(served) == 1000
    np.testing.assert_array_equal(served, order)
    for number, rows in enumerate(filter(len, X.read)):
        np.testing.assert_array_equal(rows, np.sort(order[number * length : (number + 1) * length]))
    assert sum(map(len, X.read)) == 1000


def test_a_value_of_every_page_is_read():
    class Array(np.ndarray):
        def __getitem__(self, places):
            found.append(np.broadcast_arrays(*places))

    found = []
    read(np.zeros((5, PAGE), np.float32).view(Array), np.array([1, 4]))
    (rows, columns), n_pages = found[0], 4
    assert rows.shape == (2, n_pages)
    np.testing.assert_array_equal(columns[0] * 4 // PAGE, range(n_pages))
