# SPDX-License-Identifier: BSD-3-Clause
"""Softmax classifiers for scikit-learn, trained by minibatch stochastic gradient descent."""

from sksoftmax._softmax_regression import SoftmaxRegression
from sksoftmax._tiny_mlp import TinyMLPClassifier

__version__ = "0.1.0"

__all__ = ["SoftmaxRegression", "TinyMLPClassifier", "__version__"]
