# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from tests.datasets.helpers import NAMES, idx


@pytest.fixture
def arrays():
    rng = np.random.RandomState(0)
    return {
        ("train", "images"): rng.randint(0, 256, (12, 4, 3)),
        ("train", "labels"): rng.randint(0, 10, 12),
        ("test", "images"): rng.randint(0, 256, (5, 4, 3)),
        ("test", "labels"): rng.randint(0, 10, 5),
    }


@pytest.fixture
def folder(arrays, tmp_path):
    for key, name in NAMES.items():
        (tmp_path / name).write_bytes(idx(arrays[key]))
    return tmp_path
