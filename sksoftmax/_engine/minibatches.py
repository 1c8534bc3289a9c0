# SPDX-License-Identifier: BSD-3-Clause
"""The stream of minibatches: which rows, in which order, with which gradient weight."""

from dataclasses import dataclass
from itertools import chain

import numpy as np
from scipy import sparse

from sksoftmax._engine import inference, memory
from sksoftmax._engine.conditioning import Coordinates
from sksoftmax._engine.cross_entropy import n_normalisers, target_positions, to_losses
from sksoftmax._engine.lazy import GatheredRows
from sksoftmax._engine.products import DenseRows, SparseRows
from sksoftmax._engine.reading import Window, one_pass, take_rows
from sksoftmax._engine.shuffling import WINDOW_BLOCKS, block_rows, shuffled
from sksoftmax._engine.stopping import standard_errors

# Small batches are gathered together up to so many bytes, and a larger one is passed on in parts of as many: they stay
# in the second cache until the last product, and a step on all samples needs no copy of them.
PART_BYTES = 2**20
FEWEST_PART_ROWS, MOST_PART_ROWS = 256, 1024
# The calls of each batch of a block are collected once.
MOST_BATCHES = 8


def part_rows(n_values, dtype):
    """Rows of so many values that are gathered together, a power of two."""
    most = PART_BYTES / (max(n_values, 1) * np.dtype(dtype).itemsize)
    return min(max(2 ** int(most).bit_length() // 2, FEWEST_PART_ROWS), MOST_PART_ROWS)


@dataclass(frozen=True)
class Samples:
    """What to train on.

    X : (n, d) array of any real dtype, CSR, or Blocks
    targets : (n,) intp, class indices
    weights : (n,), or None for ones; gradient weights, 1 on average in a fit
    rows : (m,) the rows that take part, or None for all
    """

    X: object
    targets: np.ndarray
    weights: np.ndarray | None = None
    rows: np.ndarray | None = None

    def __post_init__(self):
        if self.rows is None:
            object.__setattr__(self, "rows", np.arange(self.X.shape[0]))

    @property
    def n_equal(self):
        """How many samples of the smallest weight weigh as much as all, so that weights count as repetitions."""
        if self.weights is None:
            return len(self.rows)
        weights = self.weights[self.rows]
        # Infinite where it is more than the largest float, without the warning of NumPy's numbers.
        return float(weights.sum()) / float(weights.min(where=weights > 0, initial=np.inf))

    @property
    def mean_values(self):
        """How many values of a sample are stored on average."""
        return self.X.nnz / self.X.shape[0] if sparse.issparse(self.X) else self.X.shape[1]

    @property
    def all_in_order(self):
        return np.array_equal(self.rows, np.arange(self.X.shape[0]))


@dataclass(eq=False)
class Batch:
    """b samples as the network reads them: targets (b,) and one-hot (K, b), weights (b,) or None.

    positions (M, b) : of the targets in the flattened logits
    target_logits (M, b), normalisers (n_normalisers, M, b) : where the network leaves what the losses are made of
    """

    size: int
    inputs: object
    targets: np.ndarray
    one_hot: np.ndarray
    positions: np.ndarray
    target_logits: np.ndarray
    normalisers: np.ndarray
    weights: np.ndarray | None


class _Block:
    """Buffers for `count` batches of `size` samples, and the batches as views into them."""

    def __init__(self, stream, count, size):
        n_models, n_classes = stream.n_models, stream.n_classes
        self.shape = (count, size)
        self._batch, self._sample = np.ogrid[:count, :size]
        self.targets = np.empty((count, size), np.intp)
        self.positions = np.empty((count, n_models, size), np.intp)
        self.one_hot = memory.zeros((count, n_classes, size), stream.dtype)
        self.target_logits = memory.empty((count, n_models, size), stream.dtype)
        self.normalisers = memory.empty((count, n_normalisers(n_models, n_classes), n_models, size), stream.dtype)
        self.weights = None if stream.weights is None else memory.empty((count, size), stream.dtype)
        weights = [None] * count if self.weights is None else self.weights
        self.batches = [
            Batch(size, None, *arrays)
            for arrays in zip(self.targets, self.one_hot, self.positions, self.target_logits, self.normalisers, weights)
        ]
        if stream.is_sparse:
            for batch in self.batches:
                batch.inputs = stream.sparse_rows(size)
        else:
            self.X = memory.empty((count * size, stream.X.shape[1]), stream.dtype)
            for batch, X in zip(self.batches, self.X.reshape(count, size, -1)):
                batch.inputs = DenseRows(X, stream.n_outputs, stream.mean)

    def set_targets(self):
        """Derive the other forms of the targets from `targets`."""
        self.positions[...] = target_positions(self.targets[:, None, :], *self.positions.shape[1:])
        self.one_hot[...] = 0
        self.one_hot[self._batch, self.targets, self._sample] = 1


class Minibatches:
    """Batches of samples for a stack of models, epoch after epoch, in buffers that the next batch overwrites.

    Parameters
    ----------
    samples : Samples
    batch_size : int; as many as there are samples or more is the full batch, which is not shuffled
    sizes : layer sizes of the network
    dtype : of the network
    mean : (d,) float64 that is subtracted from the samples, or None
    shuffle : RandomState to draw a new order from in each epoch, or None for the given order
    n_models : int
    divisor : what the update rule divides gradients by; None is the batch size
    keep_losses : whether to keep the loss of each step of the latest epoch
    in_blocks : whether the new order keeps neighbours together, for reading from a disk
    beside : Minibatches that are served at other times, and share memory, or None

    Attributes
    ----------
    batch_size : at most the number of samples
    n_steps : of an epoch
    divisor : what the rule divides gradients by, in a short last batch too: it takes its share of a step, so that no
        single left-over sample takes a full one
    part_rows : rows that are gathered together
    first : FirstLayer that sparse batches are the inputs of, or None for matrices
    loss_sum : (M,) float64, sum_i w_i CE_i of the batches that this epoch has served
    square_sum : (M,) float64, likewise sum_i w_i CE_i^2
    epochs_remembered : from one to the next, beside the momentum of the rule
    growth_limits : arguments of Growth beside what is the models'
    """

    epochs_remembered, growth_limits = 0.0, ()

    def __init__(
        self,
        samples,
        batch_size,
        sizes,
        dtype,
        mean=None,
        shuffle=None,
        n_models=1,
        divisor=None,
        keep_losses=False,
        in_blocks=False,
        beside=None,
    ):
        self.samples = samples
        # It lasts: where memory is in pieces, a new one for each epoch would not fit into that of the one before.
        self._window = Window() if beside is None else beside._window
        # Where neighbours are to be read together.
        self._block_rows = block_rows(samples.mean_values * samples.X.dtype.itemsize) if in_blocks else None
        self.part_rows, self.first = part_rows(samples.mean_values, dtype), None
        self.n_samples = len(samples.rows)
        self.batch_size = min(batch_size, self.n_samples)
        self.n_steps = -(-self.n_samples // self.batch_size)
        self.divisor = divisor or self.batch_size
        self._keep_losses = keep_losses
        self.dtype = np.dtype(dtype)
        self.n_classes, self._first_units = sizes[-1], sizes[1]
        self._random_state = shuffle if self.batch_size < self.n_samples else None
        self.is_sparse = sparse.issparse(samples.X)
        self.mean = None if mean is None else mean.astype(dtype)
        self._centred = np.flatnonzero([] if mean is None else self.mean)
        self.X = samples.X.astype(self.dtype, copy=False) if self.is_sparse else samples.X
        self.weights = None if samples.weights is None else samples.weights.astype(dtype, copy=False)
        self._n_equal = samples.n_equal
        self.serve(n_models)

    def state(self):
        """Where the random order of later epochs stands, or None."""
        return None if self._random_state is None else self._random_state.get_state()

    def set_state(self, state):
        if state is not None:
            self._random_state.set_state(state)

    def serve(self, n_models):
        """Serve a stack of that many models from now on."""
        self.n_models = n_models
        self.n_outputs = self._first_units * self.n_models
        self.loss_sum, self.square_sum = np.zeros(self.n_models), np.zeros(self.n_models)
        # In the order of their steps.
        self._part_losses = np.empty((self._n_parts(), n_models)) if self._keep_losses else None
        self._blocks = {}

    def mean_loss(self, parameters, activation):
        """Weighted mean cross-entropy of all samples, a float, with the first network of Parameters."""
        return inference.mean_loss(
            Coordinates(self.mean).to_raw(parameters.pairs()), activation, self.samples, self._window
        )

    def go_through(self, rule, n_updates, mean=None):
        """Take a step of a Rule on each batch of an epoch, the first after so many; the IterateMean takes notice of
        each. Return how many steps these were."""
        rule.keep_sum(None if mean is None else mean.total)
        steps = 0
        for parts, share in self.epoch():
            rule.step(parts, share, n_updates + steps)
            if mean is not None:
                mean.add()
            steps += 1
        rule.settle()
        return steps

    @property
    def n_points(self):
        """How many steps of an epoch the losses are spread over."""
        return self.n_steps

    def sparse_rows(self, size):
        """Inputs of that many samples."""
        if self.first is None:
            return SparseRows(size, self.n_outputs, self.mean)
        return GatheredRows(self.first, self.mean, self._centred)

    def epoch(self):
        """Yield each step as (parts, share): an iterable of Batch, a single one for up to `part_rows` samples, and the
        number of its samples as a share of the divisor."""
        rows, block_length = self.samples.rows, self._block_rows
        if self._random_state is not None:
            rows = shuffled(self.X, rows, self._random_state, block_length)
        windows = one_pass(self.X, block_length and (rows, block_length * WINDOW_BLOCKS), self._window)
        self.loss_sum[:] = self.square_sum[:] = 0
        self._n_served = 0
        if self.batch_size > self.part_rows:
            for start in range(0, self.n_samples, self.batch_size):
                step = rows[start : start + self.batch_size]
                yield chain.from_iterable(self._serve(windows, step, self.part_rows)), len(step) / self.divisor
        else:
            for batches in self._serve(windows, rows, self.batch_size):
                share = batches[0].size / self.divisor
                for batch in batches:
                    yield (batch,), share

    def _serve(self, windows, rows, size):
        """Yield the next rows of a pass as lists of batches; once the caller has been through a list, add up the losses
        that it left."""
        per_block = size * min(max(1, self.part_rows // size), MOST_BATCHES)
        done = 0
        for X, places in windows(rows, per_block):
            for start in range(0, len(places), per_block):
                chunk = places[start : start + per_block]
                whole = len(chunk) - len(chunk) % size
                for part, length in ((chunk[:whole], size), (chunk[whole:], len(chunk) - whole)):
                    if len(part):
                        block = self._block(len(part) // length, length)
                        self._gather(X, part, rows[done : done + len(part)], block)
                        done += len(part)
                        yield block.batches
                        self._add_losses(block)

    def _block(self, *shape):
        if shape not in self._blocks:
            self._blocks[shape] = _Block(self, *shape)
        return self._blocks[shape]

    def _add_losses(self, block):
        losses = block.normalisers[:, 0]
        to_losses(losses, block.target_logits)
        weighted = losses if block.weights is None else losses * block.weights[:, None, :]
        self.loss_sum += np.add.reduce(weighted, axis=(0, 2), dtype=np.float64)
        self.square_sum += np.einsum("bms,bms->m", weighted, losses)
        if self._part_losses is not None:
            place = slice(self._n_served, self._n_served + len(losses))
            np.add.reduce(weighted, axis=2, dtype=np.float64, out=self._part_losses[place])
            self._n_served = place.stop

    def standard_errors(self):
        """(M,): of the mean of w_i CE_i over the samples of this epoch."""
        return standard_errors(self.loss_sum, self.square_sum, self.n_samples, self._n_equal)

    def _parts_per_step(self):
        return -(-self.batch_size // self.part_rows)

    def _n_parts(self):
        whole, rest = divmod(self.n_samples, self.batch_size)
        return whole * self._parts_per_step() + -(-rest // self.part_rows)

    def step_losses(self):
        """Mean of w_i CE_i over the samples of each step of the latest epoch, (n_steps, M)."""
        starts = np.arange(0, len(self._part_losses), self._parts_per_step())
        sizes = np.minimum(self.batch_size, self.n_samples - np.arange(0, self.n_samples, self.batch_size))
        return np.add.reduceat(self._part_losses, starts) / sizes[:, None]

    def _gather(self, X, places, rows, block):
        """Fill a block with the samples of these rows, which are at these places of X."""
        self.samples.targets.take(rows, out=block.targets.reshape(-1), mode="clip")
        block.set_targets()
        if block.weights is not None:
            self.weights.take(rows, out=block.weights.reshape(-1), mode="clip")
        if self.is_sparse:
            X, size = X[places], block.shape[1]
            for index, batch in enumerate(block.batches):
                batch.inputs.read(X, index * size, (index + 1) * size)
            return
        take_rows(X, places, block.X)
