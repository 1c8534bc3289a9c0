# SPDX-License-Identifier: BSD-3-Clause
"""Weights and biases of a stack of networks in one flat vector."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sksoftmax._engine import memory
from sksoftmax._engine.calls import bound


def by_model(rows, n_models):
    """A view (M, fan_out, m) of rows (fan_out * M, m)."""
    return rows.reshape(len(rows) // n_models, n_models, rows.shape[-1]).swapaxes(0, 1)


class Layer(NamedTuple):
    """Views into the flat vector, where the models lie side by side for each unit.

    matrix (fan_out * M, fan_in), vector (fan_out * M,) : the stack as one layer
    W (M, fan_out, fan_in), b (M, fan_out)
    """

    W: np.ndarray
    b: np.ndarray
    matrix: np.ndarray
    vector: np.ndarray

    @classmethod
    def of(cls, matrix, vector, n_models):
        return cls(by_model(matrix, n_models), vector.reshape(-1, n_models).T, matrix, vector)


class Parameters:
    """The parameters of M networks of the same layer sizes, layer after layer, in each layer unit after unit.

    That order makes the first layer of the whole stack one matrix (fan_out * M, fan_in), and lets what is done alike
    for all samples of all models, such as finding the largest logit, run in a few long loops.

    Parameters
    ----------
    sizes : tuple of int, (n_features, units of each hidden layer ..., n_classes)
    n_models : int
    dtype : float32 or float64
    flat : vector of their values; zeros when None
    is_by_feature : whether the weights of each feature in the first layer lie together, its matrix being a transpose

    Attributes
    ----------
    by_feature : (d, fan_out * M) C-ordered, the weights of the first layer, or None where they do not lie so
    """

    def __init__(self, sizes, n_models=1, dtype=np.float64, flat=None, is_by_feature=False):
        values = memory.zeros((n_models * self.count(sizes),), dtype)
        if flat is not None:
            values[:] = flat
        self._view(sizes, n_models, values, is_by_feature)

    def _view(self, sizes, n_models, flat, is_by_feature):
        self.sizes, self.n_models, self.flat = tuple(sizes), n_models, flat
        self.layers, self.by_feature = [], None
        start = 0
        for fan_in, fan_out in pairwise(sizes):
            middle = start + n_models * fan_out * fan_in
            end = middle + n_models * fan_out
            matrix, vector = flat[start:middle].reshape(n_models * fan_out, fan_in), flat[middle:end]
            if is_by_feature and start == 0:
                self.by_feature = matrix.reshape(fan_in, -1)
                matrix = self.by_feature.T
            self.layers.append(Layer.of(matrix, vector, n_models))
            start = end
        # All but the first W.
        self.above_first = flat[self.layers[0].matrix.size :]

    @classmethod
    def of(cls, pairs, dtype):
        """One network of the given (W, b), W (fan_out, fan_in), of each layer."""
        parameters = cls(cls.sizes_of(pairs), 1, dtype)
        for layer, (W, b) in zip(parameters.layers, pairs):
            # Zeros take no memory yet.
            if W.any():
                layer.W[0] = W
            layer.b[0] = b
        return parameters

    @staticmethod
    def count(sizes):
        """Values of one network."""
        return sum(fan_out * (fan_in + 1) for fan_in, fan_out in pairwise(sizes))

    @staticmethod
    def sizes_of(pairs):
        return pairs[0][0].shape[1], *(len(b) for _, b in pairs)

    def pairs(self):
        """(W, b) of each layer of the first network: views."""
        return [(layer.W[0], layer.b[0]) for layer in self.layers]

    @property
    def dtype(self):
        return self.flat.dtype

    @property
    def is_by_feature(self):
        return self.by_feature is not None

    @property
    def eager(self):
        """The values that each step changes: all but those that lie by feature, or all."""
        return self.above_first if self.is_by_feature else self.flat

    def without_features(self):
        """A view of all but the first W: the parameters of networks of no feature."""
        view = Parameters.__new__(Parameters)
        view._view((0, *self.sizes[1:]), self.n_models, self.above_first, False)
        return view

    def like(self, sizes, is_by_feature=None):
        """Zeros for as many networks of these sizes, by feature or not, or as they are here."""
        is_by_feature = self.is_by_feature if is_by_feature is None else is_by_feature
        return Parameters(sizes, self.n_models, self.dtype, None, is_by_feature)

    def zeros_like(self):
        return self.like(self.sizes)

    def take(self, models, is_by_feature=None):
        """A copy that holds only the given models, by feature or not, or as they are here."""
        is_by_feature = self.is_by_feature if is_by_feature is None else is_by_feature
        taken = Parameters(self.sizes, len(models), self.dtype, None, is_by_feature)
        if self._are_all(models) and is_by_feature == self.is_by_feature:
            taken.flat[:] = self.flat
            return taken
        for ours, theirs in zip(taken.layers, self.layers):
            ours.W[:], ours.b[:] = theirs.W[models], theirs.b[models]
        return taken

    def _are_all(self, models):
        return np.array_equal(models, np.arange(self.n_models))

    def handed_over(self, model):
        """One model, not by feature: a copy, unless it is the only one and all is as it should be."""
        if self.n_models == 1 and not self.is_by_feature:
            return self
        return self.take([model], is_by_feature=False)

    def put(self, models, other, theirs=None):
        """Overwrite the given models with those of `other`, a stack of the same sizes, at the places `theirs`, or at
        the same ones."""
        theirs = models if theirs is None or list(theirs) == list(models) else theirs
        if theirs is models and self._are_all(models) and self.is_by_feature == other.is_by_feature:
            self.flat[:] = other.flat
            return
        for ours, layer in zip(self.layers, other.layers):
            ours.W[models], ours.b[models] = layer.W[theirs], layer.b[theirs]

    def squared_norm(self):
        """Sum of squares of all W of the first network, a float."""
        return float(sum(np.sum(np.square(layer.W[0]), dtype=np.float64) for layer in self.layers))

    def multiply(self, factor, out):
        """Calls that write factor * self into `out` (Parameters); factor is a float, or (M,) for one a model."""
        if isinstance(factor, float):
            return [bound(np.multiply, self.flat, self.dtype.type(factor), out.flat)]
        calls = []
        for ours, theirs, (of_W, of_b) in zip(out.layers, self.layers, self.spread(factor)):
            calls += multiply_units(theirs.matrix, of_W, ours.matrix)
            calls += multiply_units(theirs.vector, of_b, ours.vector)
        return calls

    def spread(self, factor):
        """A factor, a float or (M,) for one a model, as (factors of W, factors of b) for each layer: floats, or one for
        each value of a unit in all models, as `multiply_units` takes them."""
        if isinstance(factor, float):
            return [(factor, factor)] * len(self.layers)
        return [(np.repeat(factor, layer.matrix.shape[1]), factor) for layer in self.layers]


def multiply_units(rows, factors, out):
    """Calls: out <- rows (fan_out * M, m) or (fan_out * M,), contiguous, each unit times the same factors (M * m,)."""
    if not rows.size:
        return []
    # A loop for each unit, where a factor for each model would take one for each unit of each model.
    return [bound(np.multiply, rows.reshape(-1, len(factors)), factors, out.reshape(-1, len(factors)))]


def stacked(networks):
    """One stack of the given Parameters."""
    stack = Parameters(networks[0].sizes, sum(p.n_models for p in networks), networks[0].dtype)
    for index, layer in enumerate(stack.layers):
        layer.W[:] = np.concatenate([p.layers[index].W for p in networks])
        layer.b[:] = np.concatenate([p.layers[index].b for p in networks])
    return stack


def per_model(values, dtype):
    """One number a model (M,) as the engine computes with it: a Python float where all are equal, else an array."""
    values = np.asarray(values, dtype=np.float64)
    return float(values[0]) if np.all(values == values[0]) else values.astype(dtype)
