# SPDX-License-Identifier: BSD-3-Clause
"""The random order of an epoch: of all samples, or of blocks of neighbours where samples are read from a disk."""

import numpy as np

from sksoftmax._engine.blocks import Blocks

# Random blocks of so many bytes are read about as fast as one after the other.
BLOCK_BYTES = 2**20
# Samples of so many blocks are shuffled together; they should stay in memory.
WINDOW_BLOCKS = 64


def block_rows(row_bytes):
    """How many rows of so many bytes make a block."""
    return max(1, int(BLOCK_BYTES / max(row_bytes, 1)))


def shuffled(X, rows, random_state, block_length=None):
    """Rows (m,) of X in a new order; with a length, in blocks of so many neighbours."""
    if isinstance(X, Blocks):
        return X.shuffled(rows, random_state)
    if block_length is not None:
        return _in_blocks(rows, block_length, random_state)
    return rows[random_state.permutation(len(rows))]


def _in_blocks(rows, length, random_state):
    """Random blocks of so many rows each, WINDOW_BLOCKS of which are shuffled together."""
    blocks = np.split(rows, range(length, len(rows), length))
    order = np.concatenate([blocks[i] for i in random_state.permutation(len(blocks))])
    for window in np.split(order, range(WINDOW_BLOCKS * length, len(order), WINDOW_BLOCKS * length)):
        random_state.shuffle(window)
    return order
