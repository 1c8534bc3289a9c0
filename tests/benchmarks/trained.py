# SPDX-License-Identifier: BSD-3-Clause
"""What a training reached, whoever did it, computed by one function in float64."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_softmax, softmax

ACTIVATIONS = {"tanh": np.tanh, "logistic": expit, "relu": lambda Z: np.maximum(Z, 0)}
PART_ROWS = 4096


class Trained(NamedTuple):
    """Layers (W (fan_out, fan_in), b (fan_out,)), the last one's output being logits, and the units' activation.

    is_softmax : whether the logits are those of a softmax, or of one binary model for each class
    """

    layers: list
    activation: str = "tanh"
    is_softmax: bool = True

    def logits(self, X):
        """(n, n_classes)"""
        return np.concatenate([self._logits(X[part]) for part in _parts(X)])

    def _logits(self, X):
        A = X.astype(np.float64)
        for number, (W, b) in enumerate(self.layers):
            A = (ACTIVATIONS[self.activation](A) if number else A) @ np.asarray(W, np.float64).T + b
        return A

    def accuracy(self, X, y):
        """Share of the samples whose class has the largest logit."""
        return float(np.mean(self.logits(X).argmax(axis=1) == y))

    def objective(self, X, y, l2):
        """Mean cross-entropy plus l2 / 2 times the squared norm of the weights."""
        log_p = log_softmax(self.logits(X), axis=1)
        penalty = sum(np.square(W, dtype=np.float64).sum() for W, _ in self.layers)
        return float(-log_p[np.arange(len(y)), y].mean() + l2 / 2 * penalty)

    def largest_gradient(self, X, y, l2):
        """Largest component of the objective's gradient, without hidden layers."""
        ((W, _),) = self.layers
        delta = softmax(self.logits(X), axis=1)
        delta[np.arange(len(y)), y] -= 1
        delta /= len(y)
        gradient = l2 * np.asarray(W, np.float64)
        for part in _parts(X):
            gradient += delta[part].T @ X[part].astype(np.float64)
        return float(max(np.abs(gradient).max(), np.abs(delta.sum(axis=0)).max()))


def _parts(X):
    return [slice(start, start + PART_ROWS) for start in range(0, len(X), PART_ROWS)]
