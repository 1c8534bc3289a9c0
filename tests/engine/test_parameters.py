# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sksoftmax._engine.calls import run
from sksoftmax._engine.parameters import Parameters, per_model, stacked


def filled(n_models=3, dtype=np.float64):
    parameters = Parameters((4, 3, 2), n_models, dtype)
    parameters.flat[:] = np.arange(parameters.flat.size)
    return parameters


def test_every_view_shares_the_flat_vector():
    parameters = filled()
    for layer in parameters.layers:
        for view in layer:
            assert np.shares_memory(view, parameters.flat)
    assert sum(layer.W.size + layer.b.size for layer in parameters.layers) == parameters.flat.size
    assert [layer.W.shape for layer in parameters.layers] == [(3, 3, 4), (3, 2, 3)]


def test_first_layer_of_the_stack_is_one_matrix():
    layer = filled().layers[0]
    np.testing.assert_array_equal(layer.matrix, [layer.W[model, unit] for unit in range(3) for model in range(3)])


def test_factors_for_each_model_multiply_its_units():
    parameters, out, factors = filled(), filled(), np.array([2.0, -1.0, 0.5])
    run(parameters.multiply(factors, out))
    for ours, theirs in zip(out.layers, parameters.layers):
        np.testing.assert_array_equal(ours.W, factors[:, None, None] * theirs.W)
        np.testing.assert_array_equal(ours.b, factors[:, None] * theirs.b)


def test_take_copies_the_given_models():
    parameters = filled()
    taken = parameters.take([2, 0])
    for ours, theirs in zip(taken.layers, parameters.layers):
        np.testing.assert_array_equal(ours.W, theirs.W[[2, 0]])
        np.testing.assert_array_equal(ours.b, theirs.b[[2, 0]])
    assert not np.shares_memory(taken.flat, parameters.flat)


@pytest.mark.parametrize("is_by_feature", [None, False, True])
def test_models_are_taken_as_they_lie_or_as_they_shall(is_by_feature):
    parameters = Parameters((4, 3, 2), 3, is_by_feature=True)
    parameters.flat[:] = np.arange(parameters.flat.size)
    for models in ([0, 1, 2], [2, 0]):
        taken = parameters.take(models, is_by_feature)
        assert taken.is_by_feature == (is_by_feature is not False)
        for ours, theirs in zip(taken.layers, parameters.layers):
            np.testing.assert_array_equal(ours.W, theirs.W[models])
            np.testing.assert_array_equal(ours.b, theirs.b[models])


def test_stack_of_the_parts_is_the_whole():
    parameters = filled()
    np.testing.assert_array_equal(stacked([parameters.take([i]) for i in range(3)]).flat, parameters.flat)


def test_put_changes_only_the_given_models():
    parameters, zeros = filled(), Parameters((4, 3, 2), 3)
    parameters.put([1], zeros)
    np.testing.assert_array_equal(parameters.take([1]).flat, 0)
    np.testing.assert_array_equal(parameters.take([0, 2]).flat, filled().take([0, 2]).flat)


@pytest.mark.parametrize("factor", [2.0, np.array([1.0, 2.0, -1.0])])
def test_multiply_scales_each_model(factor):
    parameters, out = filled(), Parameters((4, 3, 2), 3)
    run(parameters.multiply(factor, out))
    for m, expected in enumerate(np.broadcast_to(factor, 3)):
        np.testing.assert_array_equal(out.take([m]).flat, expected * parameters.take([m]).flat)


def test_equal_numbers_become_a_python_float_that_upcasts_nothing():
    assert type(per_model([0.1, 0.1], np.float32)) is float
    assert per_model([0.1, 0.2], np.float32).dtype == np.float32


def test_layers_go_in_and_come_out(rng):
    pairs = [(rng.normal(size=(4, 6)), rng.normal(size=4)), (rng.normal(size=(3, 4)), rng.normal(size=3))]
    # As those of a feature that is constant.
    pairs[0][0][:, 2] = 0
    parameters = Parameters.of(pairs, np.float64)
    assert parameters.sizes == Parameters.sizes_of(pairs) == (6, 4, 3)
    for (W, b), (ours_W, ours_b) in zip(pairs, parameters.pairs(), strict=True):
        np.testing.assert_array_equal(ours_W, W)
        np.testing.assert_array_equal(ours_b, b)
        assert np.shares_memory(ours_W, parameters.flat)
