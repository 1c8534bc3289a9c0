# SPDX-License-Identifier: BSD-3-Clause
"""The training that all contestants of a comparison do, and how this package does it.

Every contestant is a function ``train(X, y, recipe)`` that returns ``run(n_epochs)``, which trains anew and returns
what it reached as ``Trained``. What can be prepared once, such as another library's copy of X, is in no run.
"""

from dataclasses import dataclass
from itertools import pairwise

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from tests.benchmarks.data import N_CLASSES
from tests.benchmarks.trained import Trained


@dataclass(frozen=True)
class Recipe:
    """Plain minibatch SGD at a constant learning rate, in a new order in each epoch.

    batch_size : samples in a minibatch
    hidden : units of each hidden layer, tanh
    learning_rate : factor on the gradient of the minibatch's mean objective
    l2 : weight of the penalty l2 / 2 * ||W||^2, biases left out
    """

    batch_size: int = 32
    hidden: tuple = ()
    learning_rate: float = 0.1
    l2: float = 1e-4

    def layers(self, n_features):
        """(fan_in, fan_out) of each layer."""
        return list(pairwise((n_features, *self.hidden, N_CLASSES)))

    def parameters(self):
        """As parameters of this package's estimators."""
        return {
            "batch_size": self.batch_size,
            "learning_rate_init": self.learning_rate,
            "learning_rate": "constant",
            "momentum": 0.0,
            "l2": self.l2,
            "tol": None,
            "random_state": 0,
        }


def estimator(recipe, **parameters):
    """This package's estimator for a recipe, with other values for some parameters."""
    parameters = {**recipe.parameters(), **parameters}
    return TinyMLPClassifier(recipe.hidden, "tanh", **parameters) if recipe.hidden else SoftmaxRegression(**parameters)


def ours(X, y, recipe, **parameters):
    """The contestant `estimator`."""
    model = estimator(recipe, **parameters)
    return lambda n_epochs: reached(model.set_params(max_iter=n_epochs).fit(X, y))


def reached(model):
    """What a fitted estimator of this package or of scikit-learn has learned."""
    if hasattr(model, "coef_"):
        return Trained([(model.coef_, model.intercept_)])
    return Trained([(W.T, b) for W, b in zip(model.coefs_, model.intercepts_)], model.activation)
