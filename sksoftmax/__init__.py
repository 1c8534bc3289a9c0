# SPDX-License-Identifier: BSD-3-Clause
"""Softmax classifiers for scikit-learn, trained by minibatch stochastic gradient descent."""

from importlib import import_module
from typing import TYPE_CHECKING

from sksoftmax._find_learning_rate import find_learning_rate
from sksoftmax._one_standard_error import one_standard_error
from sksoftmax._softmax_regression import SoftmaxRegression
from sksoftmax._tiny_mlp import TinyMLPClassifier

if TYPE_CHECKING:
    from sksoftmax._search import VectorizedGridSearchCV, VectorizedRandomizedSearchCV
    from sksoftmax._softmax_regression_cv import SoftmaxRegressionCV

__version__ = "0.1.0"

__all__ = [
    "SoftmaxRegression",
    "SoftmaxRegressionCV",
    "TinyMLPClassifier",
    "VectorizedGridSearchCV",
    "VectorizedRandomizedSearchCV",
    "__version__",
    "find_learning_rate",
    "one_standard_error",
]

# They need scikit-learn's model selection and metrics, which take four times as long to import as the rest.
_ON_DEMAND = {
    "SoftmaxRegressionCV": "sksoftmax._softmax_regression_cv",
    "VectorizedGridSearchCV": "sksoftmax._search",
    "VectorizedRandomizedSearchCV": "sksoftmax._search",
}


def __getattr__(name):
    if name not in _ON_DEMAND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(import_module(_ON_DEMAND[name]), name)
    return globals()[name]


def __dir__():
    return __all__
