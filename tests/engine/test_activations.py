# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sksoftmax._engine.activations import ACTIVATIONS
from sksoftmax._engine.calls import run
from tests.engine.helpers import ACTIVATION


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value_equals_the_textbook_formula(name, rng):
    Z = rng.normal(size=(3, 5))
    A = Z.copy()
    run(ACTIVATIONS[name].value(A))
    np.testing.assert_allclose(A, ACTIVATION[name](Z), rtol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_chain_multiplies_by_the_slope(name, rng):
    Z = rng.normal(size=(3, 5))
    Z += 0.1 * np.sign(Z)  # away from the kink of relu
    delta = rng.normal(size=Z.shape)
    A, chained, step = Z.copy(), delta.copy(), 1e-6
    run(ACTIVATIONS[name].value(A))
    run(ACTIVATIONS[name].chain(chained, A))
    slope = (ACTIVATION[name](Z + step) - ACTIVATION[name](Z - step)) / (2 * step)
    # Central differences: truncation 1e-12, rounding 1e-16 / 1e-6.
    np.testing.assert_allclose(chained, delta * slope, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_no_slope_is_steeper_than_the_steepest(name):
    A, slope = np.linspace(-5, 5, 1001), np.ones(1001)
    run(ACTIVATIONS[name].value(A))
    run(ACTIVATIONS[name].chain(slope, A))
    assert slope.max() == ACTIVATIONS[name].steepest


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_stays_float32(name):
    A = np.linspace(-100, 100, 9, dtype=np.float32)
    run(ACTIVATIONS[name].value(A))
    assert A.dtype == np.float32
    assert np.isfinite(A).all()
