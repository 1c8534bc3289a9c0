# SPDX-License-Identifier: BSD-3-Clause
"""mlxtend. It adds the gradients of a minibatch up, so the learning rate is divided by the batch size and the penalty
multiplied. It computes in float64, the objective of all samples after each epoch included, and its hidden units are
logistic."""

import numpy as np
from mlxtend.classifier import MultiLayerPerceptron, SoftmaxRegression

from tests.benchmarks.trained import Trained


def _parameters(recipe, n_samples, n_epochs):
    return {
        "eta": recipe.learning_rate / recipe.batch_size,
        "l2": recipe.l2 * recipe.batch_size,
        # Their number, not their size.
        "minibatches": max(1, n_samples // recipe.batch_size),
        "epochs": n_epochs,
        "random_seed": 0,
    }


def train(X, y, recipe):
    """SoftmaxRegression or MultiLayerPerceptron."""

    # Products of float32 samples with its float64 weights would convert them in each batch.
    X = X.astype(np.float64)

    def run(n_epochs):
        parameters = _parameters(recipe, len(X), n_epochs)
        # The logarithm of a probability that has become zero.
        with np.errstate(divide="ignore", invalid="ignore"):
            if not recipe.hidden:
                model = SoftmaxRegression(**parameters).fit(X, y)
                return Trained([(model.w_.T, model.b_)])
            model = MultiLayerPerceptron(hidden_layers=list(recipe.hidden), **parameters).fit(X, y)
            return Trained([(model.w_[name].T, model.b_[name]) for name in ("1", "out")], "logistic")

    return run


CONTESTANTS = {"mlxtend": train}
