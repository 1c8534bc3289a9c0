# SPDX-License-Identifier: BSD-3-Clause
"""Softmax classifiers for scikit-learn, trained by minibatch stochastic gradient descent."""

from importlib import import_module
from typing import TYPE_CHECKING

from sksoftmax._one_standard_error import one_standard_error
from sksoftmax._softmax_regression import SoftmaxRegression
from sksoftmax._summary import summary
from sksoftmax._tiny_mlp import TinyMLPClassifier
from sksoftmax._versions import __version__

if TYPE_CHECKING:
    from sksoftmax._find_learning_rate import find_learning_rate
    from sksoftmax._loss_and_gradient import loss_and_gradient
    from sksoftmax._search import VectorizedGridSearchCV, VectorizedRandomizedSearchCV
    from sksoftmax._softmax_regression_cv import SoftmaxRegressionCV
    from sksoftmax._to_sklearn import to_sklearn

__all__ = [
    "SoftmaxRegression",
    "SoftmaxRegressionCV",
    "TinyMLPClassifier",
    "VectorizedGridSearchCV",
    "VectorizedRandomizedSearchCV",
    "__version__",
    "find_learning_rate",
    "loss_and_gradient",
    "one_standard_error",
    "summary",
    "to_sklearn",
]

# They need scikit-learn's model selection and metrics, which take four times as long to import as the rest, or few need
# them.
_ON_DEMAND = {
    "SoftmaxRegressionCV": "sksoftmax._softmax_regression_cv",
    "VectorizedGridSearchCV": "sksoftmax._search",
    "VectorizedRandomizedSearchCV": "sksoftmax._search",
    "find_learning_rate": "sksoftmax._find_learning_rate",
    "loss_and_gradient": "sksoftmax._loss_and_gradient",
    "to_sklearn": "sksoftmax._to_sklearn",
}


def __getattr__(name):
    if name not in _ON_DEMAND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(import_module(_ON_DEMAND[name]), name)
    return globals()[name]


def __dir__():
    return __all__
