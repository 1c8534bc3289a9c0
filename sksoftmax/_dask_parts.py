# SPDX-License-Identifier: BSD-3-Clause
"""Samples in parts, each with a worker of a Dask cluster, and what is computed of each where it lies."""

import copy
from collections import defaultdict
from typing import NamedTuple

import dask
import numpy as np
from dask.distributed import CancelledError, KilledWorker, futures_of, wait
from distributed.comm import CommClosedError
from scipy import sparse

from sksoftmax._engine.conditioning import Conditioning, moments_of
from sksoftmax._engine.minibatches import Samples
from sksoftmax._engine.network import Network
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.parts import Pass, sums_of
from sksoftmax._engine.sgd import steps_on
from sksoftmax._engine.smoothness import measure
from sksoftmax._held_out import encode
from sksoftmax._stacks import fold_of
from sksoftmax._weights import times

# After twice as many seconds without a worker none will come: a nanny starts a lost one anew in less.
PATIENCE = 8.0
# Parameters are sent with each task, and warnings of large tasks are about samples.
QUIET = {"distributed.admin.large-graph-warning-threshold": "100GB"}


class Part(NamedTuple):
    """Samples of one worker: X (n, d), class indices (n,), sample weights (n,) or None."""

    X: object
    targets: np.ndarray
    weights: np.ndarray | None

    def samples(self, factors, on_average=False):
        """The Samples whose weights are multiplied by the factors (n_classes,) of their classes, or in proportion to
        that, and 1 on average."""
        weights = times(self.weights, factors, self.targets)
        rows = np.flatnonzero(weights)
        if on_average and len(rows):
            weights = weights / weights[rows].mean()
        return Samples(self.X, self.targets, weights, rows)

    def weight(self, factors):
        """The sum of the weights of these Samples."""
        return self.samples(factors).weights.sum()


class Parts:
    """All samples, validated block by block, then joined where they lie.

    Parameters
    ----------
    client : dask.distributed.Client
    estimator : that validates them, not changed
    X : Dask collection, whose blocks are
    blocks : list of (X, y, sample_weight), each delayed; the last is None without weights

    Attributes
    ----------
    classes : (n_classes,) labels
    input_attributes : dict of what validation sets
    """

    def __init__(self, client, estimator, X, blocks):
        self._client = client
        check = dask.delayed(_validated)
        groups, folds = self._placed(X, len(blocks)), {}
        for worker, places in groups.items():
            # They stay with a worker while it lives.
            group = client.compute(
                [check(estimator, *blocks[i]) for i in places], workers=[worker], allow_other_workers=True
            )
            folds.update(zip(places, group))
        seen = dict(zip(folds, self.results([client.submit(_seen, fold) for fold in folds.values()])))
        there = {i for i, each in seen.items() if each is not None}
        if not there:
            raise ValueError("X has no sample.")
        self.classes = np.unique(np.concatenate([seen[i][0] for i in sorted(there)]))
        self.input_attributes = _common([seen[i][1] for i in sorted(there)])
        self._parts = []
        for worker, places in groups.items():
            theirs = [folds[i] for i in places if i in there]
            near = {"workers": [worker], "allow_other_workers": True}
            if theirs:
                self._parts.append((client.submit(_joined, theirs, self.classes, **near), near))

    def _placed(self, X, n_blocks):
        """{worker: places of the blocks that are to stay there}: where those in memory lie, else in runs over all.

        It depends on nothing but that and the number of workers, however busy these are, and so does what is trained.
        """
        in_memory = futures_of(X, client=self._client)
        self._wait(in_memory)
        # Keys of blocks have their place after the name of the collection.
        blocks = [(key, who) for key, who in self._client.who_has(in_memory).items() if isinstance(key, tuple)]
        holders = {key[1]: who for key, who in sorted(blocks)}
        workers, groups = sorted(self._client.nthreads()), defaultdict(list)
        if not workers:
            raise RuntimeError("All workers are lost: the cluster has none.")
        for i in range(n_blocks):
            run = workers[i * len(workers) // n_blocks]
            theirs = holders.get(i) or [run]
            groups[run if run in theirs else min(theirs)].append(i)
        return groups

    def __len__(self):
        return len(self._parts)

    def start(self, function, *arguments, own=None):
        """Futures of what a function returns for each Part, followed by values of its `own`, a list of tuples, and by
        the arguments."""
        own = [()] * len(self) if own is None else own
        with dask.config.set(QUIET):
            return [
                self._client.submit(function, part, *theirs, *arguments, pure=False, **near)
                for (part, near), theirs in zip(self._parts, own)
            ]

    def each(self, function, *arguments, own=None):
        """What those of `start` come to."""
        return self.results(self.start(function, *arguments, own=own))

    def results(self, futures):
        try:
            self._wait(futures)
            return self._client.gather(futures)
        except (CancelledError, KilledWorker, CommClosedError) as error:
            raise RuntimeError(f"The workers that had samples are lost: {error}") from error

    def _wait(self, futures):
        """Wait until all are computed, while there is a worker to do so."""
        without_worker = 0
        while without_worker < 2:
            try:
                wait(futures, timeout=PATIENCE)
                return
            except TimeoutError:
                without_worker = 0 if self._client.nthreads() else without_worker + 1
        raise RuntimeError(f"All workers are lost: none has come for {PATIENCE:g} seconds.")


def _validated(estimator, X, y, sample_weight):
    """The Fold of a block, or None of an empty one."""
    if not X.shape[0] and not len(y):
        return None
    return fold_of(copy.copy(estimator), X, y, sample_weight)


def _seen(fold):
    """The labels of a block, and what validation sets; None of an empty one."""
    return None if fold is None else (np.unique(fold.y), fold.input_attributes)


def _common(attributes):
    first = attributes[0]
    for other in attributes[1:]:
        if first.keys() != other.keys() or any(not np.array_equal(first[name], other[name]) for name in first):
            raise ValueError(f"Blocks of X differ in their features: {first} and {other}.")
    return first


def _joined(folds, classes):
    """The Part of the Folds that lie with one worker."""
    X = [fold.X for fold in folds]
    if len(X) > 1:
        X = [sparse.vstack(X, format="csr") if any(map(sparse.issparse, X)) else np.concatenate(X)]
    targets = encode(classes, np.concatenate([fold.y for fold in folds]))
    weighted = folds[0].sample_weight is not None
    return Part(*X, targets, np.concatenate([fold.sample_weight for fold in folds]) if weighted else None)


def counts_of(part, n_classes):
    """For each class the sum of the weights of its samples, how many have one above zero, and the smallest of these."""
    weights = np.ones(len(part.targets)) if part.weights is None else part.weights
    there = weights > 0
    smallest = np.full(n_classes, np.inf)
    np.minimum.at(smallest, part.targets[there], weights[there])
    return [
        np.bincount(part.targets, weights, n_classes),
        np.bincount(part.targets[there], minlength=n_classes),
        smallest,
    ]


def values_of_part(part, factors):
    """How many samples have a weight above zero, and how many values of a sample are stored on average."""
    samples = part.samples(factors)
    return len(samples.rows), samples.mean_values


def moments_of_part(part, factors, seed):
    """The Moments of a Part without their subsample, or None where no sample has a weight above zero."""
    samples = part.samples(factors)
    return moments_of(samples, seed)._replace(subsample=None) if len(samples.rows) else None


class Kind(NamedTuple):
    """What networks are made from beside their values."""

    sizes: tuple
    dtype: np.dtype
    activation: str
    fit_intercept: bool

    @classmethod
    def of(cls, network):
        parameters = network.parameters
        return cls(parameters.sizes, parameters.dtype, network.activation, network.fit_intercept)

    def parameters(self, flat=None):
        return Parameters(self.sizes, 1, self.dtype, flat)

    def network(self, flat=None):
        return Network(self.parameters(flat), self.activation, self.fit_intercept)


def sums_of_part(part, factors, kind, settings, mean, vector):
    """The Sums of a Part at a vector."""
    return sums_of(kind.network(), part.samples(factors), settings, mean, vector)


def smoothness_of_part(part, factors, seed, kind, coordinates, flat):
    """The Smoothness of steps on a Part alone in these Coordinates, or None where no sample has a weight above zero."""
    samples = part.samples(factors, on_average=True)
    if not len(samples.rows):
        return None
    return measure(kind.network(flat), Conditioning(coordinates, None, moments_of(samples, seed)))


def pass_of_part(part, place, sums, factors, seed, kind, settings, options, *common):
    """The Pass of a Part from what is common to all.

    The order of its samples depends on its place among all: it is the same with another worker.

    place : int
    sums : Sums of the Part where the epoch begins, without penalty
    common : what `Rounds` passes on
    options : of `steps_on`; shuffle is a bool
    """
    rate, n_updates, flat, moments, gradient, averaged = common
    samples = part.samples(factors, on_average=True)
    if not len(samples.rows):
        return Pass(flat, moments, flat if averaged else None)
    shuffle = np.random.RandomState([seed, n_updates, place]) if options["shuffle"] else None
    pull = None if gradient is None else kind.parameters(gradient - sums.gradient / part.weight(factors))
    parameters, moments, mean = steps_on(
        kind.network(flat),
        samples,
        settings,
        rate=rate,
        n_updates=n_updates,
        moments=[kind.parameters(moment) for moment in moments],
        pull=pull,
        averaged=averaged,
        **{**options, "shuffle": shuffle},
    )
    return Pass(parameters.flat, [moment.flat for moment in moments], mean and mean.flat)
