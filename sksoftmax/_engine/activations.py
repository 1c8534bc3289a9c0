# SPDX-License-Identifier: BSD-3-Clause
"""Activations of the hidden units, each with its slope written as a function of the activation's own output."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import expit


class Activation(NamedTuple):
    """A function f applied to each unit.

    value : overwrites Z with A = f(Z).
    chain : overwrites dJ/dA with dJ/dZ = dJ/dA * f'(Z), given A; A is scratch afterwards.
    steepest : the largest f'(Z)
    """

    value: Callable
    chain: Callable
    steepest: float = 1.0


def _leave(Z):
    pass


def _chain_identity(delta, A):
    pass


def _logistic(Z):
    expit(Z, out=Z)


def _chain_logistic(delta, A):
    delta *= A
    A *= delta
    delta -= A


def _tanh(Z):
    np.tanh(Z, out=Z)


def _chain_tanh(delta, A):
    A *= A
    A *= delta
    delta -= A


def _relu(Z):
    np.maximum(Z, 0, out=Z)


def _chain_relu(delta, A):
    np.sign(A, out=A)
    delta *= A


ACTIVATIONS = {
    "identity": Activation(_leave, _chain_identity),
    "logistic": Activation(_logistic, _chain_logistic, 0.25),
    "tanh": Activation(_tanh, _chain_tanh),
    "relu": Activation(_relu, _chain_relu),
}
