# SPDX-License-Identifier: BSD-3-Clause
import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from sksoftmax._engine.calls import run
from sksoftmax._engine.minibatches import MOST_PART_ROWS as PART_ROWS
from sksoftmax._engine.minibatches import Minibatches, Samples
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.products import Units
from sksoftmax._engine.reading import Window, one_pass


def epoch(stream):
    """The steps of an epoch as lists of batches, each lossless as after a perfect forward pass."""
    for parts, _ in stream.epoch():
        yield (lossless(batch) for batch in parts)


def lossless(batch):
    batch.target_logits[:] = 0
    batch.normalisers[:] = 1
    return batch


def served(stream, X):
    """For each step of an epoch the indices of its samples, which feature 0 of X counts."""
    layer = Parameters((X.shape[1], 1)).layers[0]
    layer.W[0, 0, 0] = 1
    steps = []
    for parts in epoch(stream):
        step = []
        for batch in parts:
            out = Units.empty(1, 1, batch.size, np.float64)
            run(batch.inputs.multiply(layer, out))
            step += out.rows[0].astype(int).tolist()
        steps.append(step)
    return steps


def flat(lists):
    return [item for each in lists for item in each]


def counted(n_samples, kind="dense"):
    X = np.zeros((n_samples, 3))
    X[:, 0] = np.arange(n_samples)
    return (X if kind == "dense" else sparse.csr_matrix(X)), np.arange(n_samples) % 2


@pytest.mark.parametrize("kind", ["dense", "sparse"])
@pytest.mark.parametrize(
    ("n_samples", "batch_size"), [(7, 3), (6, 3), (5, 1), (700, 32), (1300, 600), (1300, 2000), (1, 32)]
)
def test_an_epoch_serves_every_sample_once_in_batches_of_the_given_size(kind, n_samples, batch_size):
    X, y = counted(n_samples, kind)
    stream = Minibatches(Samples(X, y), batch_size, (3, 2), np.float64)
    steps = served(stream, X)
    assert flat(steps) == list(range(n_samples))
    sizes = [len(step) for step in steps]
    assert stream.n_steps == len(steps)
    assert all(size == min(batch_size, n_samples) for size in sizes[:-1])
    assert sizes[-1] <= batch_size


def test_shuffling_draws_a_new_order_each_epoch_from_the_given_stream():
    X, y = counted(50)
    orders = []
    for _ in range(2):
        stream = Minibatches(Samples(X, y), 8, (3, 2), np.float64, shuffle=np.random.RandomState(3))
        orders.append([flat(served(stream, X)) for _ in range(2)])
    assert orders[0] == orders[1]
    assert orders[0][0] != orders[0][1]
    assert sorted(orders[0][0]) == list(range(50))


def test_a_full_batch_is_not_shuffled():
    X, y = counted(50)
    stream = Minibatches(Samples(X, y), 50, (3, 2), np.float64, shuffle=np.random.RandomState(3))
    assert served(stream, X) == [list(range(50))]


def test_only_the_given_rows_are_served():
    X, y = counted(20)
    rows = np.array([3, 5, 11])
    assert served(Minibatches(Samples(X, y, None, rows), 2, (3, 2), np.float64), X) == [[3, 5], [11]]


def test_samples_come_with_their_weights(rng):
    X, y = counted(10)
    weights = rng.uniform(size=10)
    stream = Minibatches(Samples(X, y, weights), 4, (3, 2), np.float64)
    got = np.concatenate([batch.weights.copy() for parts in epoch(stream) for batch in parts])
    np.testing.assert_array_equal(got, weights)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float64, np.float32])
def test_batches_are_centred_and_have_the_dtype_of_the_network(dtype, rng):
    X = rng.randint(0, 100, size=(9, 4)).astype(dtype)
    mean = rng.normal(size=4)
    stream = Minibatches(Samples(X, np.zeros(9, np.intp)), 4, (4, 2), np.float32, mean)
    layer = Parameters((4, 2), 1, np.float32).layers[0]
    layer.W[0] = rng.normal(size=(2, 4))
    expected = (X - mean) @ layer.W[0].T
    got = []
    for parts in epoch(stream):
        for batch in parts:
            out = Units.empty(1, 2, batch.size, np.float32)
            run(batch.inputs.multiply(layer, out))
            got.append(out.rows.T.copy())
    # Single precision of values up to 100.
    np.testing.assert_allclose(np.concatenate(got), expected, rtol=0, atol=1e-4)


def test_losses_that_nobody_asks_for_take_no_memory():
    X, y = counted(10_000)
    tracemalloc.start()
    try:
        Minibatches(Samples(X, y), 1, (3, 2), np.float64, n_models=50)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A loss for each step and model would take four times as much.
    assert peak < 1e6


def test_a_large_batch_comes_in_parts():
    X, y = counted(3 * PART_ROWS)
    stream = Minibatches(Samples(X, y), 2 * PART_ROWS, (3, 2), np.float64)
    assert [[batch.size for batch in parts] for parts in epoch(stream)] == [[PART_ROWS] * 2, [PART_ROWS]]


def test_rows_that_lie_apart_are_gathered_into_the_same_memory_in_each_epoch():
    X, window = np.asfortranarray(np.arange(60.0).reshape(20, 3)), Window()
    gathered = []
    for rows in (np.arange(20)[::-1], np.array([3, 7])):
        for array, places in one_pass(X, window=window)(rows, 1):
            np.testing.assert_array_equal(array[places], X[rows])
            gathered.append(array)
    assert np.shares_memory(*gathered)
