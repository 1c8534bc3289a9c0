# SPDX-License-Identifier: BSD-3-Clause
"""Softmax classifiers for scikit-learn, trained by minibatch stochastic gradient descent."""

from sksoftmax._one_standard_error import one_standard_error
from sksoftmax._search import VectorizedGridSearchCV, VectorizedRandomizedSearchCV
from sksoftmax._softmax_regression import SoftmaxRegression
from sksoftmax._softmax_regression_cv import SoftmaxRegressionCV
from sksoftmax._tiny_mlp import TinyMLPClassifier

__version__ = "0.1.0"

__all__ = [
    "SoftmaxRegression",
    "SoftmaxRegressionCV",
    "TinyMLPClassifier",
    "VectorizedGridSearchCV",
    "VectorizedRandomizedSearchCV",
    "__version__",
    "one_standard_error",
]
