# SPDX-License-Identifier: BSD-3-Clause
"""What a minimiser is told of one model, and what it returns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.schedules import constant


@dataclass(frozen=True)
class Settings:
    """One model of a stack.

    l2 : weight of the penalty
    learning_rate : its initial value
    schedule : factor on it as a function of the epoch
    shrink : factor on it at each plateau until it has fallen to SMALLEST_SHRINK, or None to stop at the first plateau
    momentum : in [0, 1)
    max_epochs : int
    tolerance : improvement below which an epoch counts as none, or for L-BFGS the gradient that is small enough, in
        units of `stopping.resolution`; -inf never stops
    patience : such epochs in a row that make a plateau; may be infinite
    averaged : whether the mean of the iterates since the last improvement is what training ends with at a plateau
    most_growth : how many times as large the learning rate may become as the loss falls
    scale : (d,) of the coordinates x / scale that the model takes its steps in, or None for x
    """

    l2: float
    learning_rate: float = 0.0
    schedule: Callable = constant
    shrink: float | None = None
    momentum: float = 0.0
    max_epochs: int = 100
    tolerance: float = float("-inf")
    patience: float = 1
    averaged: bool = False
    most_growth: float = 1.0
    scale: np.ndarray | None = None


class Course(NamedTuple):
    """What later epochs depend on beside samples, settings, moments and random numbers.

    vectors : dict of Parameters
    numbers : dict of (M,) arrays
    """

    vectors: dict
    numbers: dict

    def of(self, model):
        """That of one model, a copy of its own."""
        return Course(
            {name: vector.take([model], is_by_feature=False) for name, vector in self.vectors.items()},
            {name: values[[model]] for name, values in self.numbers.items()},
        )

    def overwrite(self, other):
        """Overwrite a stack's with that of its only model."""
        for name, vector in other.vectors.items():
            self.vectors[name].put([0], vector)
        for name, values in other.numbers.items():
            self.numbers[name][:] = values


@dataclass
class TrainingResult:
    """One trained model: its parameters (a stack of one) and a value of each curve for each epoch or iteration.

    data_loss : weighted mean cross-entropy; of each sample at the moment of its visit
    penalty : its mean over the same moments
    learning_rate : used in the epoch
    updates : n_updates after the epoch
    validation_loss, validation_accuracy : after the epoch; empty without validation samples
    minibatch_loss : an array of the data loss of each step, for each epoch; empty unless asked for
    moments : what the update rule remembers, a list of Parameters; empty unless asked for
    course : Course, where training stands, or None unless asked for
    best_epoch : the epoch (from 0) whose parameters these are, where validation samples tell; not set by L-BFGS
    stopped : whether `on_epoch` asked to stop, or an interrupt did
    interrupt : the KeyboardInterrupt that fell into a later epoch, or None
    """

    parameters: Parameters | None = None
    moments: list = field(default_factory=list)
    data_loss: list = field(default_factory=list)
    penalty: list = field(default_factory=list)
    learning_rate: list = field(default_factory=list)
    updates: list = field(default_factory=list)
    validation_loss: list = field(default_factory=list)
    validation_accuracy: list = field(default_factory=list)
    minibatch_loss: list = field(default_factory=list)
    n_updates: int = 0
    course: Course | None = None
    best_epoch: int = -1
    converged: bool = False
    diverged: bool = False
    stopped: bool = False
    message: str = ""
    interrupt: KeyboardInterrupt | None = None

    def cut(self, n_epochs, interrupt):
        """Forget what an interrupted epoch has left; `n_epochs` of them were finished."""
        for curve in (
            self.data_loss,
            self.penalty,
            self.learning_rate,
            self.updates,
            self.validation_loss,
            self.validation_accuracy,
            self.minibatch_loss,
        ):
            del curve[n_epochs:]
        self.n_updates = self.updates[-1]
        self.stopped, self.interrupt = True, interrupt

    def add_validation(self, loss, accuracy):
        self.validation_loss.append(float(loss))
        self.validation_accuracy.append(float(accuracy))

    @property
    def n_epochs(self):
        return len(self.data_loss)
