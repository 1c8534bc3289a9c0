# SPDX-License-Identifier: BSD-3-Clause
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sksoftmax._engine.batch_size import automatic_batch_size

widths = st.integers(1, 10_000)


@settings(max_examples=50)
@given(st.integers(1, 10**7), st.lists(widths, min_size=2, max_size=4))
def test_it_is_a_power_of_two_that_leaves_an_epoch_enough_steps(n_samples, sizes):
    size = automatic_batch_size(n_samples, sizes)
    assert size in {32, 64, 128, 256, 512, 1024}
    fewest_steps = 2 if len(sizes) == 2 and n_samples < sizes[0] else 8
    # Rounding to a power of two is by a factor of at most the root of two.
    assert size == 32 or n_samples / size >= fewest_steps / 2**0.5 - 1e-9


@pytest.mark.parametrize(("n_samples", "size"), [(50, 32), (200, 128), (1000, 512), (10_001, 32)])
def test_half_of_few_wide_samples_make_a_batch(n_samples, size):
    assert automatic_batch_size(n_samples, (10_000, 4)) == size
    assert automatic_batch_size(n_samples, (10_000, 64, 4)) == 32


@settings(max_examples=50)
@given(st.lists(widths, min_size=2, max_size=4), st.integers(0, 3), st.integers(1, 10))
def test_wider_layers_never_have_larger_batches(sizes, layer, factor):
    wider = [width * factor if index == layer else width for index, width in enumerate(sizes)]
    assert automatic_batch_size(10**6, wider) <= automatic_batch_size(10**6, sizes)


def test_weights_of_upper_layers_cost_what_those_of_the_first_do():
    # 1110 weights each; with few of them on top the steps would be quick.
    assert automatic_batch_size(10**6, (4, 30, 30, 3)) == automatic_batch_size(10**6, (370, 3))
    assert automatic_batch_size(10**6, (4, 30, 3)) > automatic_batch_size(10**6, (4, 30, 30, 3))


@pytest.mark.parametrize("n_values", [1, 100.5, 30_000])
def test_a_sparse_sample_costs_what_it_stores(n_values):
    stored = automatic_batch_size(100_000, (30_000, 20), n_values)
    assert stored == automatic_batch_size(100_000, (round(n_values), 20))
    assert stored >= automatic_batch_size(100_000, (30_000, 20))
