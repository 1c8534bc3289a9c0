# SPDX-License-Identifier: BSD-3-Clause
"""Activations of the hidden units, each with its slope written as a function of the activation's own output."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from sksoftmax._engine.calls import bound


class Activation(NamedTuple):
    """A function f applied to each unit, as calls.

    value : they overwrite Z with A = f(Z).
    chain : they overwrite dJ/dA with dJ/dZ = dJ/dA * f'(Z), given A; A is scratch afterwards.
    steepest : the largest f'(Z)
    """

    value: Callable
    chain: Callable
    steepest: float = 1.0


def _identity(Z):
    return []


def _chain_identity(delta, A):
    return []


def _logistic(Z):
    return [bound(expit, Z, Z)]


def _chain_logistic(delta, A):
    return [
        bound(np.multiply, delta, A, delta),
        bound(np.multiply, A, delta, A),
        bound(np.subtract, delta, A, delta),
    ]


def _tanh(Z):
    return [bound(np.tanh, Z, Z)]


def _chain_tanh(delta, A):
    return [
        bound(np.multiply, A, A, A),
        bound(np.multiply, A, delta, A),
        bound(np.subtract, delta, A, delta),
    ]


def _relu(Z):
    return [bound(np.maximum, Z, 0, out=Z)]


def _chain_relu(delta, A):
    return [bound(np.sign, A, A), bound(np.multiply, delta, A, delta)]


ACTIVATIONS = {
    "identity": Activation(_identity, _chain_identity),
    "logistic": Activation(_logistic, _chain_logistic, 0.25),
    "tanh": Activation(_tanh, _chain_tanh),
    "relu": Activation(_relu, _chain_relu),
}
