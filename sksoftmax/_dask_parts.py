# SPDX-License-Identifier: BSD-3-Clause
"""Samples in parts, each with a worker of a Dask cluster, and what is computed of each where it lies."""

import copy
from collections import defaultdict
from typing import NamedTuple

import dask
import numpy as np
from dask.distributed import CancelledError, KilledWorker, wait
from distributed.comm import CommClosedError
from scipy import sparse

from sksoftmax._engine.conditioning import moments_of
from sksoftmax._engine.minibatches import Samples
from sksoftmax._engine.network import Network
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.parts import sums_of
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

    def samples(self, factors):
        """The Samples whose weights are multiplied by the factors (n_classes,) of their classes."""
        weights = times(self.weights, factors, self.targets)
        return Samples(self.X, self.targets, weights, np.flatnonzero(weights))


class Parts:
    """All samples, validated block by block, then joined where they lie.

    Parameters
    ----------
    client : dask.distributed.Client
    estimator : that validates them, not changed
    blocks : list of (X, y, sample_weight), each delayed; the last is None without weights

    Attributes
    ----------
    classes : (n_classes,) labels
    input_attributes : dict of what validation sets
    """

    def __init__(self, client, estimator, blocks):
        self._client = client
        check = dask.delayed(_validated)
        folds = client.compute([check(estimator, *block) for block in blocks])
        seen = self._results([client.submit(_seen, fold) for fold in folds])
        there = [(fold, each) for fold, each in zip(folds, seen) if each is not None]
        if not there:
            raise ValueError("X has no sample.")
        self.classes = np.unique(np.concatenate([labels for _, (labels, _) in there]))
        self.input_attributes = _common([attributes for _, (_, attributes) in there])
        self._parts = [
            (client.submit(_joined, theirs, self.classes, **near), near)
            for theirs, near in self._near([fold for fold, _ in there])
        ]

    def _near(self, folds):
        """Those that lie with one worker, and the options that keep a task there while it lives."""
        holders, of_worker = self._client.who_has(folds), defaultdict(list)
        for fold in folds:
            of_worker[next(iter(holders.get(fold.key, ())), None)].append(fold)
        for worker, theirs in of_worker.items():
            yield theirs, {} if worker is None else {"workers": [worker], "allow_other_workers": True}

    def each(self, function, *arguments):
        """What a function returns for each Part, followed by the arguments."""
        with dask.config.set(QUIET):
            futures = [
                self._client.submit(function, part, *arguments, pure=False, **near) for part, near in self._parts
            ]
        return self._results(futures)

    def _results(self, futures):
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


def moments_of_part(part, factors, seed):
    """The Moments of a Part without their subsample, or None where no sample has a weight above zero."""
    samples = part.samples(factors)
    return moments_of(samples, seed)._replace(subsample=None) if len(samples.rows) else None


def sums_of_part(part, factors, sizes, dtype, activation, fit_intercept, settings, mean, vector):
    """The Sums of a Part at a vector."""
    network = Network(Parameters(sizes, 1, dtype), activation, fit_intercept)
    return sums_of(network, part.samples(factors), settings, mean, vector)
