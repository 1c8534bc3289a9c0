# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sksoftmax import SoftmaxRegression
from sksoftmax._engine.shuffling import BLOCK_BYTES, WINDOW_BLOCKS, block_rows, shuffled
from tests.parameters import slow

PER_BLOCK = 8


def test_a_block_has_at_least_one_row():
    assert block_rows(BLOCK_BYTES / PER_BLOCK) == PER_BLOCK
    assert block_rows(2 * BLOCK_BYTES) == 1
    assert block_rows(0) == BLOCK_BYTES


@pytest.mark.parametrize("n_rows", [1, 7, 8, 9, 2 * WINDOW_BLOCKS * PER_BLOCK + 3])
def test_an_order_in_blocks_has_every_row_once_and_a_new_one_each_time(n_rows):
    rows, random_state = 3 * np.arange(n_rows), np.random.RandomState(0)
    orders = [shuffled(None, rows, random_state, PER_BLOCK) for _ in range(2)]
    assert all(np.array_equal(np.sort(order), rows) for order in orders)
    assert n_rows == 1 or not np.array_equal(*orders)
    np.testing.assert_array_equal(shuffled(None, rows, np.random.RandomState(0), PER_BLOCK), orders[0])


def test_a_window_is_of_whole_blocks_from_everywhere_whose_rows_are_mixed():
    n_windows = 4
    n_blocks = n_windows * WINDOW_BLOCKS
    order = shuffled(None, np.arange(n_blocks * PER_BLOCK), np.random.RandomState(0), PER_BLOCK)
    for window in np.split(order, n_windows):
        blocks = np.unique(window // PER_BLOCK)
        assert len(blocks) == WINDOW_BLOCKS
        # Of uniform numbers, whose mean has a standard error of 0.29 / sqrt(64) of the range.
        assert abs(blocks.mean() / n_blocks - 0.5) < 4 * 0.29 / 8
        neighbours = np.mean(np.diff(window) == 1)
        # One of the others follows, by chance.
        assert neighbours < 0.02


def test_a_memory_map_in_blocks_trains_as_the_array_does(datasets, tmp_path, monkeypatch):
    # Blocks of 16 samples.
    monkeypatch.setattr("sksoftmax._engine.shuffling.BLOCK_BYTES", 16 * 64 * 8)
    X, y = datasets["digits"]
    np.save(tmp_path / "X.npy", X)
    clf = SoftmaxRegression(shuffle="blocks", max_iter=5, tol=None, random_state=0)
    mapped = clf.fit(np.load(tmp_path / "X.npy", mmap_mode="r"), y).coef_
    np.testing.assert_array_equal(mapped, clf.fit(X, y).coef_)
    in_blocks, at_random = clf.score(X, y), clf.set_params(shuffle=True).fit(X, y).score(X, y)
    assert not np.array_equal(mapped, clf.coef_)
    assert in_blocks > at_random - 0.02


@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray, lambda X: np.repeat(X, 2, axis=0)[::2]])
@pytest.mark.parametrize("batch_size", [slow(32), 600, slow(10**4)])
def test_samples_that_are_read_ahead_in_several_windows_are_those_of_any_layout(
    batch_size, layout, datasets, monkeypatch
):
    monkeypatch.setattr("sksoftmax._engine.shuffling.BLOCK_BYTES", 4 * 64 * 8)
    X, y = datasets["digits"]
    clf = SoftmaxRegression(shuffle="blocks", batch_size=batch_size, max_iter=3, tol=None, random_state=0)
    expected = clf.fit(X, y).coef_
    # All at once.
    monkeypatch.setattr("sksoftmax._engine.minibatches.one_pass", lambda X, *_: lambda rows, _: [(X, rows)])
    np.testing.assert_array_equal(clf.fit(X, y).coef_, expected)
    monkeypatch.undo()
    monkeypatch.setattr("sksoftmax._engine.shuffling.BLOCK_BYTES", 4 * 64 * 8)
    np.testing.assert_array_equal(clf.fit(layout(X), y).coef_, expected)
