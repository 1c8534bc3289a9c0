# SPDX-License-Identifier: BSD-3-Clause
"""Estimators of scikit-learn that train by SGD, following a recipe."""

from sklearn.linear_model import SGDClassifier
from sklearn.neural_network import MLPClassifier

from tests.benchmarks.recipe import reached


def mlp_classifier(recipe, n_epochs):
    """MLPClassifier that trains for all the epochs; without hidden layers it is softmax regression."""
    return MLPClassifier(
        recipe.hidden,
        activation="tanh",
        solver="sgd",
        batch_size=recipe.batch_size,
        learning_rate_init=recipe.learning_rate,
        momentum=0.0,
        # It divides alpha by the samples of a batch.
        alpha=recipe.batch_size * recipe.l2,
        max_iter=n_epochs,
        tol=0,
        n_iter_no_change=n_epochs,
        random_state=0,
    )


def train(X, y, recipe):
    """MLPClassifier."""
    return lambda n_epochs: reached(mlp_classifier(recipe, n_epochs).fit(X, y))


def train_one_by_one(X, y, recipe):
    """SGDClassifier, one sample at a time; it trains a binary model for each class."""
    model = SGDClassifier(
        loss="log_loss",
        learning_rate="constant",
        eta0=recipe.learning_rate,
        alpha=recipe.l2,
        tol=None,
        random_state=0,
    )
    return lambda n_epochs: reached(model.set_params(max_iter=n_epochs).fit(X, y))._replace(is_softmax=False)
