# SPDX-License-Identifier: BSD-3-Clause
"""The samples that a user passes, as the engine takes them: X as it lies in memory, not copied unless it must be."""

import numpy as np
from scipy import sparse
from sklearn.utils import check_array
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from sksoftmax._engine.reading import check_finite, feature_extremes

# Of dense X, in both byte orders; everything else becomes the first.
_NUMBERS = ["f8", "f4", "f2", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"]
DENSE_DTYPES = (*(np.dtype(order + number) for order in "=<>" for number in _NUMBERS), np.dtype(bool))
# SciPy computes with these. Booleans, with which it does not, become float32.
SPARSE_DTYPES = tuple(map(np.dtype, ("float64", "float32", "uint8", "int8", "uint16", "int16")))


def features(estimator, X):
    """Valid X (n, d) of a fitted estimator."""
    X = _sound(X)
    X = validate_data(estimator, X, reset=False, **_as_it_is(X))
    check_finite(X)
    return X


def features_and_labels(estimator, X, y, reset):
    """Valid X (n, d) and y (n,), and the smallest and the largest value (2, d) of each feature of a dense X, else
    None."""
    X = _sound(X)
    X, y = validate_data(estimator, X, y, reset=reset, **_as_it_is(X))
    _check_labels(y)
    if not sparse.issparse(X):
        return X, y, feature_extremes(X)
    check_finite(X)
    return _with_distinct_entries(X), y, None


def block(X):
    """Valid X (n, d), perhaps of no sample, which belongs to no estimator."""
    X = _sound(X)
    X = check_array(X, ensure_min_samples=0, **_as_it_is(X))
    check_finite(X)
    return _with_distinct_entries(X) if sparse.issparse(X) else X


def _as_it_is(X):
    dtypes = DENSE_DTYPES
    if sparse.issparse(X):
        dtypes = np.float32 if X.dtype == bool else SPARSE_DTYPES
    return {"accept_sparse": "csr", "dtype": dtypes, "ensure_all_finite": False}


def _sound(X):
    """X or, where it is compressed sparse, a view of it: SciPy would read outside of its arrays at wrong indices, and
    knows nothing of what was changed in them."""
    if not sparse.issparse(X) or X.format not in ("csr", "csc", "bsr"):
        return X
    try:
        view = type(X)((X.data, X.indices, X.indptr), shape=X.shape)
        view.check_format(full_check=True)
    except ValueError as error:
        raise ValueError(f"X is no valid sparse matrix: {error}.") from error
    return view


def _check_labels(y):
    try:
        check_classification_targets(y)
    except (TypeError, ValueError) as error:
        if y.dtype != object:
            raise
        kinds = sorted({type(label).__name__ for label in y})
        raise type(error)(
            f"Unknown label type: y has the dtype object and holds {kinds}, must hold str only, or have a dtype of "
            "integers or bool."
        ) from error
    if y.dtype.kind in "mM" and np.isnat(y).any():
        raise ValueError("Input y contains NaT.")


def _with_distinct_entries(X):
    """Sparse X, or where it has an entry in several parts, or out of order, a copy without."""
    if X.has_canonical_format:
        return X
    X = X.copy()
    X.sum_duplicates()
    return X
