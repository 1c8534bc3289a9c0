# SPDX-License-Identifier: BSD-3-Clause
"""Bad calls of the makers and readers of data."""

import os

import pytest

from sksoftmax.datasets import fetch_mnist, load_mnist, load_tiny_digits, make_noisy_digits
from tests.bad_calls.fitted import INF, NAN
from tests.bad_calls.table import Call, Said, assert_clear, rows

LOAD, LOAD_ALL = Call(load_mnist, path="."), Call(load_mnist, path=".", subset="all")
FETCH, TINY, NOISY = map(Call, (fetch_mnist, load_tiny_digits, make_noisy_digits))

# fmt: off
TABLE = [
    (LOAD, "path", "does not exist, must be a folder of IDX files or a .npz file", ["nowhere", "nowhere.npz"]),
    (LOAD, "path", "must be a folder of IDX files or a .npz file", [os.devnull]),
    ([LOAD, FETCH], "subset", "must be one of ['train', 'test', 'all']", ["validation", None, 3, ["train"]]),
    ([LOAD, FETCH], "dtype", "must be None, uint8 or a float type", ["int32", int, complex, str, "foo", 3]),
    (LOAD_ALL, "mmap", "needs dtype=None and subset 'train' or 'test'", [True]),
    (LOAD, "path", "must be a str or Path", [None, 3, b".", ["."]]),
    (NOISY, "random_state", "must be", ["a", -1, 2.5, [1]]),
    (NOISY, "n_samples", "must be an int >= 1", [0, -1, 2.5, "3", None, True]),
    (NOISY, "n_samples", "must be an int that an array has room for", [10**30]),
    ([LOAD, FETCH, TINY], "return_X_y", "must be a bool", [None, 1, "yes", [True]]),
    ([LOAD, FETCH], "as_images", "must be a bool", [None, 1, "yes"]),
    (LOAD, "mmap", "must be a bool", [None, 1, "yes"]),
    (TINY, "as_frame", "must be a bool", [None, 1, "yes"]),
    (NOISY, "flip_probability", "must be a number from 0 to 1", [-0.1, 1.5, NAN, INF, "0.1", None, True]),
    ([LOAD, FETCH, TINY, NOISY], "foo", Said("got an unexpected keyword argument 'foo'"), [1]),
]
# fmt: on


@pytest.mark.parametrize(("call", "argument", "allowed", "values"), rows(TABLE))
def test_a_bad_value_is_named_with_what_is_allowed(call, argument, allowed, values):
    assert_clear(call, argument, allowed, values)
