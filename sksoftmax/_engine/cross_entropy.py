# SPDX-License-Identifier: BSD-3-Clause
"""Softmax and cross-entropy of logits (M, K, b): the classes are the second to last axis."""

import numpy as np

from sksoftmax._engine import memory
from sksoftmax._engine.calls import bound

# A matrix of ones of that many rows costs less than broadcasting a row.
FEW_CLASSES = 32


def _subtract_peak(Z):
    Z -= np.maximum.reduce(Z, axis=-2, keepdims=True)


def _per_sample(Z):
    return memory.empty((*Z.shape[:-2], 1, Z.shape[-1]), Z.dtype)


def softmax(Z):
    """Overwrite Z with its softmax."""
    _subtract_peak(Z)
    np.exp(Z, out=Z)
    Z /= np.add.reduce(Z, axis=-2, keepdims=True)


def log_softmax(Z):
    """Overwrite Z with the logarithm of its softmax, finite wherever Z is."""
    _subtract_peak(Z)
    Z -= np.log(np.add.reduce(np.exp(Z), axis=-2, keepdims=True))


def target_positions(targets, shape):
    """Positions (M, b) of the target of each sample in the flattened logits of the given shape (M, K, b)."""
    n_models, n_classes, n_samples = shape
    of_model = np.arange(n_models)[:, None] * (n_classes * n_samples)
    return of_model + targets * n_samples + np.arange(n_samples)


def n_normalisers(n_models, n_classes):
    """How often the normaliser of a sample is written for a model: for each of a single model's classes, if few."""
    return n_classes if n_models == 1 and n_classes <= FEW_CLASSES else 1


class CrossEntropy:
    """The cross-entropy of logits Z (M, K, b), with its scratch."""

    def __init__(self, Z):
        n_models, n_classes, _ = Z.shape
        self._flat = Z.reshape(-1)
        # NumPy walks two axes faster than three.
        self._model = 0 if n_models == 1 else slice(None)
        self._Z = Z[self._model]
        self._peak = _per_sample(self._Z)
        self._ones = np.ones((n_normalisers(n_models, n_classes), n_classes), Z.dtype)
        # The cheaper call of the two, for a single model only.
        self._product = np.dot if n_models == 1 else np.matmul

    def to_delta(self, one_hot, positions, target_logits, normalisers):
        """Calls that overwrite Z with delta = softmax(Z) - one_hot.

        They write what the losses are made of later, many batches at a time: the logit of each sample's target less the
        largest logit, (M, b), and its normaliser, the sum of exp(logit less the largest), (M, n_normalisers, b).
        """
        Z, normalisers = self._Z, normalisers[self._model]
        return [
            bound(np.maximum.reduce, Z, -2, None, self._peak, True),
            bound(np.subtract, Z, self._peak, Z),
            bound(self._flat.take, positions, None, target_logits, "clip"),
            bound(np.exp, Z, Z),
            bound(self._product, self._ones, Z, normalisers),
            bound(np.divide, Z, normalisers, Z),
            bound(np.subtract, Z, one_hot, Z),
        ]


def to_losses(normalisers, target_logits):
    """Overwrite the normalisers with -log softmax(Z)[target], finite for every finite logit."""
    np.log(normalisers, out=normalisers)
    np.subtract(normalisers, target_logits, out=normalisers)
