# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse

from sksoftmax._engine.calls import run
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.products import BiasInput, DenseRows, HiddenUnits, SparseRows, Units, cut

# Single precision rounds at 6e-8, and sums of 784 products gather some of it.
TOLERANCE = {np.float64: 1e-12, np.float32: 1e-4}


def layer_and_delta(rng, n_models, fan_in, fan_out, n_samples, dtype):
    parameters = Parameters((fan_in, fan_out), n_models, dtype)
    parameters.flat[:] = rng.normal(size=parameters.flat.size)
    delta = Units.empty(n_models, fan_out, n_samples, dtype)
    delta.stack[:] = rng.normal(size=delta.stack.shape)
    return parameters.layers[0], delta


def rows(kind, X, n_outputs, mean=None):
    if kind == "dense":
        return DenseRows(X, n_outputs, mean)
    inputs = SparseRows(X.shape[0], n_outputs, mean)
    inputs.X = sparse.csr_matrix(X)
    return inputs


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", ["dense", "sparse"])
@pytest.mark.parametrize(("n_models", "n_samples"), [(1, 7), (3, 7), (1, 300)])
def test_rows_multiply_and_accumulate(kind, dtype, n_models, n_samples, rng):
    X = rng.normal(size=(n_samples, 784)).astype(dtype)
    layer, delta = layer_and_delta(rng, n_models, 784, 10, n_samples, dtype)
    out = Units.empty(n_models, 10, n_samples, dtype)
    inputs = rows(kind, X, 10 * n_models)
    run(inputs.multiply(layer, out))
    np.testing.assert_allclose(out.stack, layer.W @ X.T, rtol=0, atol=50 * TOLERANCE[dtype])
    before = layer.W.copy()
    run(inputs.accumulate(layer, delta, 0.5, -0.25))
    np.testing.assert_allclose(layer.W, 0.5 * before - 0.25 * delta.stack @ X, rtol=0, atol=50 * TOLERANCE[dtype])


@pytest.mark.parametrize("n_models", [1, 3])
def test_hidden_units_multiply_and_accumulate(n_models, rng):
    layer, delta = layer_and_delta(rng, n_models, 5, 4, 6, np.float64)
    below = Units.empty(n_models, 5, 6, np.float64)
    below.stack[:] = rng.normal(size=below.stack.shape)
    out = Units.empty(n_models, 4, 6, np.float64)
    inputs = HiddenUnits(below, 4)
    run(inputs.multiply(layer, out))
    np.testing.assert_allclose(out.stack, layer.W @ below.stack, atol=1e-13)
    before = layer.W.copy()
    run(inputs.accumulate(layer, delta, 0.5, -0.25))
    expected = 0.5 * before - 0.25 * delta.stack @ below.stack.transpose(0, 2, 1)
    np.testing.assert_allclose(layer.W, expected, atol=1e-13)


@pytest.mark.parametrize("n_samples", [7, 300])
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_a_mean_centres_the_rows(kind, n_samples, rng):
    X, mean = rng.normal(size=(n_samples, 784)), rng.normal(size=784)
    layer, delta = layer_and_delta(rng, 2, 784, 3, n_samples, np.float64)
    inputs, out = rows(kind, X, 6, mean), Units.empty(2, 3, n_samples, np.float64)
    run(inputs.multiply(layer, out))
    np.testing.assert_allclose(out.stack, layer.W @ (X - mean).T, atol=1e-10)
    before = layer.W.copy()
    run(inputs.accumulate(layer, delta, 0.5, -0.1))
    np.testing.assert_allclose(layer.W, 0.5 * before - 0.1 * delta.stack @ (X - mean), atol=1e-10)


@pytest.mark.parametrize("kind", ["dense", "sparse", "hidden", "bias"])
@pytest.mark.parametrize("n_models", [1, 2])
def test_keep_zero_assigns_over_nan(kind, n_models, rng):
    layer, delta = layer_and_delta(rng, n_models, 5, 3, 6, np.float64)
    layer.W[:] = layer.b[:] = np.nan
    if kind == "bias":
        run(BiasInput(6, np.float64).accumulate(layer, delta, 0.0, 2.0))
        np.testing.assert_allclose(layer.b, 2 * delta.stack.sum(axis=2), atol=1e-13)
        return
    inputs = (
        HiddenUnits(Units.empty(n_models, 5, 6, np.float64), 3)
        if kind == "hidden"
        else rows(kind, np.ones((6, 5)), 3 * n_models)
    )
    if kind == "hidden":
        inputs._A[:] = 1
    run(inputs.accumulate(layer, delta, 0.0, 2.0))
    np.testing.assert_allclose(layer.W, 2 * delta.stack.sum(axis=2, keepdims=True) * np.ones(5), atol=1e-13)


@pytest.mark.parametrize("keep", [1.0, 0.9])
def test_biases_accumulate(keep, rng):
    layer, delta = layer_and_delta(rng, 2, 5, 3, 6, np.float64)
    before = layer.b.copy()
    run(BiasInput(6, np.float64).accumulate(layer, delta, keep, -0.1))
    np.testing.assert_allclose(layer.b, keep * before - 0.1 * delta.stack.sum(axis=2), atol=1e-14)


def test_products_are_cut_where_that_is_faster(in_parts):
    outputs, samples = cut(64, 784, 128)
    assert len(samples) == 1
    assert (len(outputs) > 1) == in_parts


@pytest.mark.parametrize(
    ("n_outputs", "n_inputs", "n_samples"),
    [
        *[(10, 784, 128), (10, 784, 1000), (64, 784, 32), (100, 784, 32), (64, 784, 128), (500, 784, 32), (1, 1, 1)],
        # Parts of six.
        *[(10, 16_000, 30), (64, 5000, 32)],
    ],
)
def test_cuts_cover_outputs_and_samples_once(n_outputs, n_inputs, n_samples, in_parts):
    outputs, samples = cut(n_outputs, n_inputs, n_samples)
    assert len(outputs) == 1 or len(samples) == 1
    for total, slices in ((n_outputs, outputs), (n_samples, samples)):
        np.testing.assert_array_equal(np.concatenate([np.arange(total)[part] for part in slices]), np.arange(total))


@pytest.mark.parametrize(("n_outputs", "n_samples"), [(64, 32), (50, 32), (10, 128), (500, 32)])
def test_cut_products_equal_whole_ones(n_outputs, n_samples, rng, in_parts):
    X = rng.normal(size=(n_samples, 784))
    layer, delta = layer_and_delta(rng, 1, 784, n_outputs, n_samples, np.float64)
    out, inputs = Units.empty(1, n_outputs, n_samples, np.float64), DenseRows(X, n_outputs)
    run(inputs.multiply(layer, out))
    np.testing.assert_allclose(out.rows, layer.matrix @ X.T, atol=1e-11)
    before = layer.matrix.copy()
    run(inputs.accumulate(layer, delta, 0.5, 0.1))
    np.testing.assert_allclose(layer.matrix, 0.5 * before + 0.1 * delta.rows @ X, atol=1e-11)
