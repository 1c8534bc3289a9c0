# SPDX-License-Identifier: BSD-3-Clause
"""Softmax and cross-entropy of logits (M, K, b): the classes are the second to last axis."""

import numpy as np


def _subtract_peak(Z, peak):
    np.maximum.reduce(Z, axis=-2, out=peak, keepdims=True)
    np.subtract(Z, peak, out=Z)


def _per_sample(Z):
    return np.empty((*Z.shape[:-2], 1, Z.shape[-1]), Z.dtype)


def softmax(Z):
    """Overwrite Z with its softmax."""
    _subtract_peak(Z, _per_sample(Z))
    np.exp(Z, out=Z)
    Z /= np.add.reduce(Z, axis=-2, keepdims=True)


def log_softmax(Z):
    """Overwrite Z with the logarithm of its softmax, finite wherever Z is."""
    _subtract_peak(Z, _per_sample(Z))
    Z -= np.log(np.add.reduce(np.exp(Z), axis=-2, keepdims=True))


def target_positions(targets, shape):
    """Positions (M, b) of the target of each sample in the flattened logits of the given shape (M, K, b)."""
    n_models, n_classes, n_samples = shape
    of_model = np.arange(n_models)[:, None] * (n_classes * n_samples)
    return of_model + targets * n_samples + np.arange(n_samples)


class CrossEntropy:
    """The cross-entropy of logits Z (M, K, b) bound once, with its scratch: a call allocates nothing."""

    def __init__(self, Z):
        n_models, n_classes, n_samples = Z.shape
        self._flat = Z.reshape(-1)
        # NumPy walks two axes faster than three.
        self._model = 0 if n_models == 1 else slice(None)
        self._Z = Z[self._model]
        self._peak = _per_sample(self._Z)
        self._target = np.empty((n_models, n_samples), Z.dtype)
        self._ones, self._one = np.ones((1, n_classes), Z.dtype), np.ones((), Z.dtype)

    def to_delta(self, positions, target_logits, normalisers):
        """Overwrite Z with delta = softmax(Z) - onehot(targets).

        Writes what the losses are made of later, many batches at a time: the logit of each sample's target less the
        largest logit, (M, b), and the sum of exp(logit less the largest), (M, 1, b).
        """
        Z, flat, target, total = self._Z, self._flat, self._target, normalisers[self._model]
        _subtract_peak(Z, self._peak)
        flat.take(positions, out=target_logits, mode="clip")
        np.exp(Z, out=Z)
        np.matmul(self._ones, Z, out=total)
        np.divide(Z, total, out=Z)
        flat.take(positions, out=target, mode="clip")
        np.subtract(target, self._one, out=target)
        flat[positions] = target


def to_losses(normalisers, target_logits):
    """Overwrite the normalisers with -log softmax(Z)[target], finite for every finite logit."""
    np.log(normalisers, out=normalisers)
    np.subtract(normalisers, target_logits, out=normalisers)
