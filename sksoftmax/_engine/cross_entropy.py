# SPDX-License-Identifier: BSD-3-Clause
"""Softmax and cross-entropy of logits, whose samples lie along the last axis."""

import numpy as np

from sksoftmax._engine import memory
from sksoftmax._engine.blas import blas
from sksoftmax._engine.calls import bound

# A matrix of ones of that many rows costs less than broadcasting a row.
FEW_CLASSES = 32


def _subtract_peak(Z):
    Z -= np.maximum.reduce(Z, axis=0, keepdims=True)


def softmax(Z):
    """Overwrite Z (K, b) with its softmax."""
    _subtract_peak(Z)
    np.exp(Z, out=Z)
    Z /= np.add.reduce(Z, axis=0, keepdims=True)


def log_softmax(Z):
    """Overwrite Z (K, b) with the logarithm of its softmax, finite wherever Z is."""
    _subtract_peak(Z)
    Z -= np.log(np.add.reduce(np.exp(Z), axis=0, keepdims=True))


def target_positions(targets, n_models, n_samples):
    """Positions (M, b) of the target of each sample in the flattened logits (K, M, b)."""
    return targets * (n_models * n_samples) + np.arange(n_models * n_samples).reshape(n_models, n_samples)


def n_normalisers(n_models, n_classes):
    """How often the normaliser of a sample is written for a model: for each of a single model's classes, if few."""
    return n_classes if n_models == 1 and n_classes <= FEW_CLASSES else 1


class CrossEntropy:
    """The cross-entropy of logits Z (K * M, b), with its scratch.

    Parameters
    ----------
    Z : (K * M, b), C-ordered
    n_models : int
    """

    def __init__(self, Z, n_models):
        n_classes = len(Z) // n_models
        self._flat = Z.reshape(-1)
        # NumPy walks two axes faster than three: those of one class, of all samples of all models.
        self._Z = Z.reshape(n_classes, -1)
        self._by_class = self._Z if n_models == 1 else Z.reshape(n_classes, n_models, -1)
        self._peak = memory.empty((self._Z.shape[1],), Z.dtype)
        self._of_classes = np.ones(n_classes, Z.dtype)
        self._ones = np.ones((n_normalisers(n_models, n_classes), n_classes), Z.dtype)

    def to_delta(self, one_hot, positions, target_logits, normalisers):
        """Calls that overwrite Z with delta = softmax(Z) - one_hot.

        They write what the losses are made of later, many batches at a time: the logit of each sample's target less the
        largest logit, (M, b), and its normaliser, the sum of exp(logit less the largest), (n_normalisers, M, b).
        """
        Z, by_class = self._Z, self._by_class
        normalisers = normalisers.reshape(len(normalisers), -1)
        one_hot = one_hot if by_class is Z else one_hot[:, None]
        return [
            bound(np.maximum.reduce, Z, 0, None, self._peak),
            # Z less the peak of its column; NumPy's broadcasting takes a loop for each class.
            bound(blas("ger", Z.dtype), -1.0, self._peak, self._of_classes, 1, 1, Z.T, 0, 0, 1),
            bound(self._flat.take, positions, None, target_logits, "clip"),
            bound(np.exp, Z, Z),
            bound(np.dot, self._ones, Z, normalisers),
            bound(np.divide, Z, normalisers, Z),
            bound(np.subtract, by_class, one_hot, by_class),
        ]


def to_losses(normalisers, target_logits):
    """Overwrite the normalisers with -log softmax(Z)[target], finite for every finite logit."""
    np.log(normalisers, out=normalisers)
    np.subtract(normalisers, target_logits, out=normalisers)
