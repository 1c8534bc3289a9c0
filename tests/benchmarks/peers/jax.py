# SPDX-License-Identifier: BSD-3-Clause
"""JAX: an epoch is one compiled scan over minibatches; a search is one compiled scan with all models side by side.

The order of the samples comes from NumPy. A short last batch is left out.
"""

import jax
import jax.numpy as jnp
import numpy as np

from tests.benchmarks.trained import Trained


def _logits(layers, X):
    for W, b in layers[:-1]:
        X = jnp.tanh(X @ W + b)
    W, b = layers[-1]
    return X @ W + b


def _losses(layers, X, y):
    log_p = jax.nn.log_softmax(_logits(layers, X))
    return -jnp.take_along_axis(log_p, y[:, None], axis=1)[:, 0]


def _penalty(layers, l2):
    return l2 / 2 * sum(jnp.sum(W * W) for W, _ in layers)


def _descend(layers, gradient, learning_rate):
    return jax.tree.map(lambda value, slope: value - learning_rate * slope, layers, gradient)


def _initial(recipe, n_features):
    """W (fan_in, fan_out) and b; zeros without hidden layers."""
    rng, scale = np.random.default_rng(0), float(bool(recipe.hidden))
    return [
        (
            jnp.asarray(rng.normal(0, scale / np.sqrt(fan_in), (fan_in, fan_out)), jnp.float32),
            jnp.zeros(fan_out, jnp.float32),
        )
        for fan_in, fan_out in recipe.layers(n_features)
    ]


def _order(rng, n_samples, batch_size):
    """(n_steps, batch_size)"""
    whole = n_samples - n_samples % batch_size
    return rng.permutation(n_samples).astype(np.int32)[:whole].reshape(-1, batch_size)


def train(X, y, recipe):
    """`lax.scan` over minibatches, compiled in the first run."""
    data, targets = jnp.asarray(X), jnp.asarray(y, jnp.int32)

    def objective(layers, X, y):
        return _losses(layers, X, y).mean() + _penalty(layers, recipe.l2)

    @jax.jit
    def epoch(layers, data, targets, order):
        def step(layers, rows):
            value, gradient = jax.value_and_grad(objective)(layers, data[rows], targets[rows])
            return _descend(layers, gradient, recipe.learning_rate), value

        return jax.lax.scan(step, layers, order)

    def run(n_epochs):
        rng, layers = np.random.default_rng(0), _initial(recipe, X.shape[1])
        for _ in range(n_epochs):
            layers, _ = epoch(layers, data, targets, _order(rng, len(X), recipe.batch_size))
        return Trained([(np.asarray(W).T, np.asarray(b)) for W, b in layers])

    return run


CONTESTANTS = {"JAX": train}


def _search(n_models, recipe):
    """A function that has not been compiled: layers of all models, l2 (M,), weights (M, n), X, y, order -> layers."""

    def objective(layers, l2, weights, X, y):
        return (weights * _losses(layers, X, y)).mean() + _penalty(layers, l2)

    gradient = jax.vmap(jax.grad(objective), in_axes=(0, 0, 0, None, None))

    def fit(layers, l2, weights, X, y, order):
        def step(layers, rows):
            slope = gradient(layers, l2, weights[:, rows], X[rows], y[rows])
            return _descend(layers, slope, recipe.learning_rate), None

        layers, _ = jax.lax.scan(step, layers, order)
        return layers, jax.vmap(_logits, in_axes=(0, None))(layers, X).argmax(axis=2) == y

    return jax.jit(fit)


def search(recipe, n_epochs, l2s, folds, *, warm):
    """Models of all l2 and folds on one stream of all samples, those held out with a weight of 0.

    Returns a function of X and y: the best mean accuracy on the held-out samples. Unless `warm` each call compiles.
    """
    compiled = _search(len(l2s) * len(folds), recipe)

    def run(X, y):
        fit = compiled if warm else _search(len(l2s) * len(folds), recipe)
        rng = np.random.default_rng(0)
        held_out = np.zeros((len(folds), len(y)), bool)
        for fold, (_, test) in enumerate(folds):
            held_out[fold, test] = True
        weights = (~held_out / (~held_out).mean(axis=1, keepdims=True)).astype(np.float32)
        n_models = len(l2s) * len(folds)
        layers = jax.tree.map(
            lambda value: jnp.tile(value, (n_models, *[1] * value.ndim)), _initial(recipe, X.shape[1])
        )
        order = np.concatenate([_order(rng, len(y), recipe.batch_size) for _ in range(n_epochs)])
        _, right = fit(
            layers,
            np.repeat(np.float32(l2s), len(folds)),
            np.tile(weights, (len(l2s), 1)),
            X,
            y.astype(np.int32),
            order,
        )
        right = np.asarray(right).reshape(len(l2s), len(folds), len(y))
        scores = (right & held_out).sum(axis=2) / held_out.sum(axis=1)
        return scores.mean(axis=1).max()

    return run
