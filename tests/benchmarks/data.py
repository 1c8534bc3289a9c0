# SPDX-License-Identifier: BSD-3-Clause
"""What is trained on: MNIST, random samples of the same shape, scikit-learn's digits."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.datasets import load_digits

from sksoftmax.datasets import load_mnist

N_CLASSES = 10


@dataclass(frozen=True)
class Data:
    """Training and test samples, X (n, d) float32 in [0, 1] and y (n,) from 0 to 9.

    origin : the arguments of `load` that make the same in another process
    """

    name: str
    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    origin: tuple

    def first(self, n_samples):
        """The same with the first training samples only."""
        return replace(self, X=self.X[:n_samples], y=self.y[:n_samples])


def load(folder=None, n_train=60_000, n_test=10_000, n_features=784):
    """MNIST from a folder of its four IDX files, or, without one, a random linear problem of that shape."""
    if folder is None:
        name, arrays = "random", _linear_problem(n_train, n_test, n_features)
    else:
        train, test = (
            load_mnist(folder, subset=subset, dtype=np.float32, return_X_y=True) for subset in ("train", "test")
        )
        name, arrays = "MNIST", (train[0][:n_train], train[1][:n_train], test[0][:n_test], test[1][:n_test])
    return Data(name, *arrays, origin=(None if folder is None else str(folder), n_train, n_test, n_features))


def _linear_problem(n_train, n_test, n_features):
    """The class of the largest of ten linear functions, blurred by noise."""
    rng = np.random.default_rng(0)
    X = rng.random((n_train + n_test, n_features), dtype=np.float32)
    Z = X @ rng.standard_normal((n_features, N_CLASSES), dtype=np.float32)
    Z -= Z.mean(axis=0)
    Z += 0.05 * Z.std() * rng.standard_normal(Z.shape, dtype=np.float32)
    y = Z.argmax(axis=1)
    return X[:n_train], y[:n_train], X[n_train:], y[n_train:]


def digits():
    """scikit-learn's 1,797 images of 8 x 8 pixels, X float32 in [0, 1]."""
    X, y = load_digits(return_X_y=True)
    return (X / 16).astype(np.float32), y
