# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special

from sksoftmax._engine.calls import run
from sksoftmax._engine.cross_entropy import (
    FEW_CLASSES,
    CrossEntropy,
    log_softmax,
    n_normalisers,
    softmax,
    target_positions,
    to_losses,
)
from sksoftmax._engine.parameters import by_model


def cross_entropy(Z, targets):
    """Deltas and losses of logits (M, K, b)."""
    n_models, n_classes, n_samples = Z.shape
    # In memory the models of a class lie side by side.
    rows = Z.swapaxes(0, 1).copy().reshape(-1, n_samples)
    logits = np.empty((n_models, n_samples), Z.dtype)
    normalisers = np.empty((n_normalisers(n_models, n_classes), n_models, n_samples), Z.dtype)
    one_hot = np.eye(n_classes, dtype=Z.dtype)[:, targets]
    positions = target_positions(targets, n_models, n_samples)
    run(CrossEntropy(rows, n_models).to_delta(one_hot, positions, logits, normalisers))
    losses = normalisers[0]
    to_losses(losses, logits)
    return by_model(rows, n_models), losses


@pytest.mark.parametrize("n_classes", [2, 4, FEW_CLASSES + 1])
@pytest.mark.parametrize("n_models", [1, 3])
def test_loss_and_delta_equal_scipy(n_models, n_classes, rng):
    Z, targets = rng.normal(size=(n_models, n_classes, 6)) * 5, rng.randint(0, n_classes, 6)
    delta, losses = cross_entropy(Z, targets)
    onehot = np.eye(n_classes)[:, targets]
    np.testing.assert_allclose(delta, special.softmax(Z, axis=1) - onehot, atol=1e-15)
    np.testing.assert_allclose(
        losses, -special.log_softmax(Z, axis=1)[:, targets, np.arange(6)], rtol=1e-13, atol=1e-14
    )


def test_equal_logits_lose_log_n_classes():
    _, losses = cross_entropy(np.zeros((2, 7, 3)), np.array([0, 3, 6]))
    np.testing.assert_allclose(losses, np.log(7), rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_logits_give_finite_losses(dtype):
    Z = np.array([[[1e4, -1e4], [-1e4, 1e4]]], dtype=dtype)
    delta, losses = cross_entropy(Z, np.array([0, 0]))
    np.testing.assert_array_equal(losses, np.array([[0, 2e4]], dtype=dtype))
    np.testing.assert_array_equal(delta, [[[0, -1], [0, 1]]])


@settings(max_examples=20)
@given(arrays(np.float64, (2, 3, 4), elements=st.floats(-500, 500)), st.floats(-500, 500))
def test_a_constant_added_to_all_classes_changes_nothing(Z, constant):
    targets = np.array([0, 1, 2, 1])
    delta, losses = cross_entropy(Z, targets)
    shifted_delta, shifted_losses = cross_entropy(Z + constant, targets)
    # Rounding of Z + constant: 1e3 * 1e-16.
    np.testing.assert_allclose(shifted_delta, delta, atol=1e-12)
    np.testing.assert_allclose(shifted_losses, losses, atol=1e-12)
    np.testing.assert_allclose(delta.sum(axis=1), 0, atol=1e-14)


@pytest.mark.parametrize(("ours", "scipys"), [(softmax, special.softmax), (log_softmax, special.log_softmax)])
def test_softmax_and_its_logarithm_equal_scipy(ours, scipys, rng):
    Z = rng.normal(size=(5, 8)) * 30
    expected = scipys(Z, axis=0)
    ours(Z)
    np.testing.assert_allclose(Z, expected, rtol=1e-12)
