# SPDX-License-Identifier: BSD-3-Clause
"""Samples of any layout and type: the same models, no copy of X, and errors that name what is not finite."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from tests.parameters import few_quick

SWAPPED = [np.dtype(kind).newbyteorder() for kind in (np.float32, np.float64, np.int16, np.int64)]
NARROW = [np.float32, np.float16, np.int8, np.uint8, np.int16, np.uint16, bool]
WIDE = [np.float64, np.int32, np.uint32, np.int64, np.uint64]
LAYOUTS = {
    "C": np.ascontiguousarray,
    "Fortran": np.asfortranarray,
    "every second row": lambda X: np.repeat(X, 2, axis=0)[::2],
    "every second column": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    "rows from the last": lambda X: np.ascontiguousarray(X[::-1])[::-1],
    "read only": lambda X: np.broadcast_to(X[None], (1, *X.shape))[0],
}
MODELS = {"softmax": SoftmaxRegression, "network": lambda **kw: TinyMLPClassifier(8, **kw)}


def model(name="softmax", **parameters):
    return MODELS[name](**{"max_iter": 3, "tol": None, "random_state": 0, **parameters})


def assert_same(one, other):
    for ours, theirs in zip(one._published_layers(), other._published_layers()):
        for values, expected in zip(ours, theirs):
            assert values.dtype == expected.dtype
            np.testing.assert_array_equal(values, expected)
    assert one.loss_curve_ == other.loss_curve_


@pytest.fixture(scope="module")
def counts(datasets):
    """The pixels of digits from 0 to 16, or 0 and 1, that every type can hold."""
    X, y = datasets["digits"]
    return X[:700], y[:700]


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name != "C"])
@pytest.mark.parametrize("dtype", few_quick([np.float32, np.int64, np.float64, np.int16]), ids=lambda t: t.__name__)
@pytest.mark.parametrize("name", MODELS)
def test_every_layout_gives_the_same_bits(name, dtype, layout, counts):
    X, y = counts[0].astype(dtype), counts[1]
    assert_same(model(name).fit(LAYOUTS[layout](X), y), model(name).fit(X, y))


@pytest.mark.parametrize("dtype", [*NARROW, *WIDE, *SWAPPED], ids=lambda t: np.dtype(t).str)
def test_every_type_gives_the_bits_of_the_floats_that_it_is_computed_in(dtype, counts):
    X, y = counts[0].astype(dtype), counts[1]
    computed_in = np.float32 if np.dtype(dtype).itemsize < 4 or np.dtype(dtype) == SWAPPED[0] else np.float64
    computed_in = np.float32 if dtype == np.float32 else computed_in
    given, expected = model().fit(X, y), model().fit(X.astype(computed_in), y)
    assert_same(given, expected)
    assert given.coef_.dtype == computed_in
    np.testing.assert_array_equal(given.predict_proba(X), expected.predict_proba(X.astype(computed_in)))


@pytest.mark.parametrize("parameters", [{}, {"batch_size": 700}, {"batch_size": 500}, {"solver": "lbfgs"}], ids=str)
@pytest.mark.parametrize("early_stopping", [False, True])
def test_large_batches_weights_and_held_out_samples_of_any_layout(parameters, early_stopping, counts, rng, monkeypatch):
    # Some windows of batches.
    monkeypatch.setattr("sksoftmax._engine.reading.WINDOW_BYTES", 2**16)
    X, y = counts
    weights = rng.uniform(0, 2, len(y)) * (rng.uniform(size=len(y)) > 0.1)
    if parameters.get("solver") != "lbfgs":
        parameters = {**parameters, "early_stopping": early_stopping}
    fits = [model(**parameters).fit(each, y, sample_weight=weights) for each in (X, np.asfortranarray(X))]
    assert_same(*fits)


def test_a_range_that_half_precision_has_no_square_of_is_no_problem(counts):
    X, y = (counts[0] * 1000).astype(np.float16), counts[1]
    assert model().fit(X, y).score(X, y) > 0.9


def test_a_frame_of_numbers_is_read_as_it_lies(counts):
    X, y = counts
    frame = pd.DataFrame(X).astype(np.float32)
    np.testing.assert_array_equal(model().fit(frame, y).coef_, model().fit(X.astype(np.float32), y).coef_)


@pytest.fixture(scope="module")
def large():
    rng = np.random.RandomState(0)
    return rng.randint(0, 100, size=(13_000, 784)), np.arange(13_000) % 10


@pytest.mark.parametrize("layout", few_quick(["Fortran", "float32", "swapped", "float64", "int64", "every second row"]))
@pytest.mark.parametrize("name", MODELS)
def test_no_layout_is_copied(name, layout, large, monkeypatch):
    X, y = large
    dtype = {"swapped": SWAPPED[0], "float64": np.float64, "int64": np.int64}.get(layout, np.float32)
    X = LAYOUTS.get(layout, LAYOUTS["C"])(X.astype(dtype))
    clf = model(name, max_iter=1)
    tracemalloc.start()
    try:
        clf.fit(X, y)
        _, peak_of_fit = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        clf.predict(X)
        _, peak_of_predictions = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A copy in float32 would be 41 MB.
    assert peak_of_fit < 20e6
    assert peak_of_predictions < 20e6


NOT_FINITE = {
    "C": np.asarray,
    "Fortran": np.asfortranarray,
    "swapped": lambda X: X.astype(SWAPPED[0]),
    "float16": lambda X: X.astype(np.float16),
    "sparse": sparse.csr_array,
}


@pytest.mark.parametrize("layout", NOT_FINITE)
@pytest.mark.parametrize(("value", "what"), [(np.nan, "NaN"), (np.inf, "infinity"), (-np.inf, "infinity")])
@pytest.mark.parametrize("parameters", [{}, {"learning_rate_init": 0.1}], ids=str)
def test_the_first_number_that_is_not_finite_is_named(parameters, value, what, layout, counts, monkeypatch):
    # Several parts.
    monkeypatch.setattr("sksoftmax._engine.reading.PART_VALUES", 100 * 64)
    X, y = counts[0].copy(), counts[1]
    clf = model(**parameters).fit(X, y)
    X[350, 7], X[351, 3], X[600, 0] = value, np.inf, np.nan
    X = NOT_FINITE[layout](X)
    for method in (clf.fit, clf.partial_fit, lambda X, y: clf.predict(X), lambda X, y: clf.optimality_gap(X, y)):
        with pytest.raises(ValueError, match=f"Input X contains {what} in row 350, column 7, must hold finite numbers"):
            method(X, y)
    with pytest.raises(ValueError, match=r"X_val, y_val: Input X contains .* in row 350"):
        clf.fit(*counts, X_val=X, y_val=y)


def test_samples_that_take_no_part_must_be_finite_too(counts):
    X, y = counts[0].copy(), counts[1]
    X[-1, -1] = np.nan
    with pytest.raises(ValueError, match="NaN in row 699, column 63"):
        model().fit(X, y, sample_weight=np.arange(700) < 699)
