# SPDX-License-Identifier: BSD-3-Clause
"""The hook of a training: what snapshots, progress and callbacks are told after each epoch."""

import copy
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from sksoftmax._engine.minibatches import Samples
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.result import TrainingResult
from sksoftmax._training import coordinates_of, keep_state


class Epoch(NamedTuple):
    """A training before its first epoch, or after one.

    estimator : that trains
    samples : it trains on
    state : the training state that it began with
    result : TrainingResult so far
    parameters : it would end with now; the next epoch overwrites them
    """

    estimator: object
    samples: Samples
    state: dict
    result: TrainingResult
    parameters: Parameters

    @property
    def is_last(self):
        """Whether no epoch follows, as far as is known."""
        result = self.result
        return result.converged or result.diverged or result.n_epochs >= self.estimator.max_iter

    def fitted(self):
        """A copy of the estimator: what `fit` would have made if training had ended now."""
        fitted, state, result = copy.copy(self.estimator), copy.deepcopy(self.state), copy.deepcopy(self.result)
        result.parameters = self.parameters.take([0])
        fitted._publish(result, coordinates_of(state))
        keep_state(fitted, state)
        return fitted


class Watcher:
    """What is called with each Epoch, and returns whether training shall stop."""

    def __call__(self, epoch):
        raise NotImplementedError

    def close(self):
        """Called when training has ended, or failed."""


@contextmanager
def watched_by(watchers):
    """The function that tells all watchers of an Epoch, or None without any; they are closed on exit."""
    watchers = list(watchers)

    def tell(epoch):
        stops = [watch(epoch) for watch in watchers]
        return any(stops)

    with ExitStack() as closing:
        # All of them, also where one fails.
        for watcher in reversed(watchers):
            closing.callback(watcher.close)
        yield tell if watchers else None
