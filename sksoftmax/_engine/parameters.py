# SPDX-License-Identifier: BSD-3-Clause
"""Weights and biases of a stack of networks in one flat vector."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sksoftmax._engine import memory
from sksoftmax._engine.blas import blas
from sksoftmax._engine.calls import bound, run


class Layer(NamedTuple):
    """Views into the flat vector.

    W (M, fan_out, fan_in), b (M, fan_out)
    matrix (M * fan_out, fan_in), vector (M * fan_out,) : the stack as one layer
    """

    W: np.ndarray
    b: np.ndarray
    matrix: np.ndarray
    vector: np.ndarray

    @classmethod
    def of(cls, matrix, vector, n_models):
        fan_out = len(vector) // n_models
        return cls(matrix.reshape(n_models, fan_out, -1), vector.reshape(n_models, fan_out), matrix, vector)


class Parameters:
    """The parameters of M networks of the same layer sizes, layer after layer, each layer's models side by side.

    That order makes the first layer of the whole stack one matrix (M * fan_out, fan_in).

    Parameters
    ----------
    sizes : tuple of int, (n_features, units of each hidden layer ..., n_classes)
    n_models : int
    dtype : float32 or float64
    flat : vector of their values; zeros when None
    """

    def __init__(self, sizes, n_models=1, dtype=np.float64, flat=None):
        self.sizes, self.n_models = tuple(sizes), n_models
        self.flat = memory.empty((n_models * self.count(sizes),), dtype)
        self.flat[:] = 0 if flat is None else flat
        self.layers = []
        start = 0
        for fan_in, fan_out in pairwise(sizes):
            middle = start + n_models * fan_out * fan_in
            end = middle + n_models * fan_out
            matrix, vector = self.flat[start:middle].reshape(-1, fan_in), self.flat[middle:end]
            self.layers.append(Layer.of(matrix, vector, n_models))
            start = end
        # All but the first W.
        self.above_first = self.flat[self.layers[0].matrix.size :]

    @classmethod
    def of(cls, pairs, dtype):
        """One network of the given (W, b), W (fan_out, fan_in), of each layer."""
        flat = np.concatenate([values.reshape(-1) for pair in pairs for values in pair])
        return cls(cls.sizes_of(pairs), 1, dtype, flat)

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

    def zeros_like(self):
        return Parameters(self.sizes, self.n_models, self.dtype)

    def take(self, models):
        """A copy that holds only the given models."""
        taken = Parameters(self.sizes, len(models), self.dtype)
        for ours, theirs in zip(taken.layers, self.layers):
            np.take(theirs.W, models, axis=0, out=ours.W)
            np.take(theirs.b, models, axis=0, out=ours.b)
        return taken

    def put(self, models, other):
        """Overwrite the given models with the same ones of `other`, a stack of the same shape."""
        for ours, theirs in zip(self.layers, other.layers):
            ours.W[models] = theirs.W[models]
            ours.b[models] = theirs.b[models]

    def multiply(self, factor, out):
        """Calls that write factor * self into `out` (Parameters); factor is a float, or (M,) for one a model."""
        if isinstance(factor, float):
            return [bound(np.multiply, self.flat, self.dtype.type(factor), out.flat)]
        return [
            bound(np.multiply, theirs, _along(factor, theirs), ours)
            for ours, theirs in zip(out._arrays(), self._arrays())
        ]

    def add_multiple(self, factor, into):
        """Add factor * self to `into` (Parameters); factor is a float, or (M,) for one a model. Self is scratch
        afterwards."""
        if isinstance(factor, float):
            # One pass in place of two.
            blas("axpy", self.dtype)(self.flat, into.flat, None, factor)
            return
        run(self.multiply(factor, self))
        into.flat += self.flat

    def _arrays(self):
        return [values for layer in self.layers for values in (layer.W, layer.b)]


def _along(factor, values):
    return factor.reshape(-1, *[1] * (values.ndim - 1))


def stacked(networks):
    """One stack of the given Parameters."""
    stack = Parameters(networks[0].sizes, sum(p.n_models for p in networks), networks[0].dtype)
    for index, layer in enumerate(stack.layers):
        np.concatenate([p.layers[index].W for p in networks], out=layer.W)
        np.concatenate([p.layers[index].b for p in networks], out=layer.b)
    return stack


def per_model(values, dtype):
    """One number a model (M,) as the engine computes with it: a Python float where all are equal, else an array."""
    values = np.asarray(values, dtype=np.float64)
    return float(values[0]) if np.all(values == values[0]) else values.astype(dtype)
