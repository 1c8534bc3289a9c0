# SPDX-License-Identifier: BSD-3-Clause
"""The samples that a fit trains on, and those that it only looks at: split off, or the caller's own."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from sksoftmax._engine.minibatches import Samples
from sksoftmax._validated import features_and_labels
from sksoftmax._validation import shown
from sksoftmax._weights import check_sample_weight, class_factors, gradient_weights, split_stratified, times


class HeldOut(NamedTuple):
    """Validated samples of the caller's own: (n, d), labels (n,), weights (n,) or None."""

    X: object
    y: np.ndarray
    sample_weight: np.ndarray | None


def own_samples(estimator, X_val, y_val, sample_weight_val):
    """The HeldOut of arguments of `fit`, or None where there are none; the estimator has validated its X."""
    given = {"X_val": X_val, "y_val": y_val, "sample_weight_val": sample_weight_val}
    missing = [name for name in ("X_val", "y_val") if given[name] is None]
    if missing:
        present = [name for name, value in given.items() if value is not None]
        if present:
            raise ValueError(f"{' and '.join(present)} without {' and '.join(missing)}: pass both X_val and y_val.")
        return None
    try:
        X, y, _ = features_and_labels(estimator, X_val, y_val, reset=False)
    except ValueError as error:
        raise ValueError(f"X_val, y_val: {error}") from error
    weights = sample_weight_val
    if weights is not None:
        weights = check_sample_weight(weights, len(y), "sample_weight_val")
    return HeldOut(X, y, weights)


def train_and_validation(estimator, X, rows, targets, sample_weight, own=None):
    """Training samples, and validation samples or None.

    Parameters
    ----------
    estimator : with `classes_` and, for a split, `_validation_seed`
    X : (n, d)
    rows : (m,) to train on
    targets, sample_weight : (m,) of the rows; weights may be None
    own : HeldOut, or None
    """
    weights, places = _weighted(estimator, targets, sample_weight)
    if own is not None:
        validation = _own(estimator, X, targets, sample_weight, own)
        return samples_of(X, rows, targets, weights, places), validation
    if not estimator.early_stopping:
        return samples_of(X, rows, targets, weights, places), None
    split = split_stratified(places, targets, estimator.validation_fraction, estimator._validation_seed)
    return tuple(samples_of(X, rows, targets, weights, part) for part in split)


def all_samples(estimator, X, targets, sample_weight):
    """The samples that `fit` without early stopping trains on."""
    weights, places = _weighted(estimator, targets, sample_weight)
    return samples_of(X, np.arange(len(targets)), targets, weights, places)


def encode(classes, y, name="y"):
    """Places (n,) of labels among the classes."""
    known = set(classes.tolist())
    unknown = [label for label in np.unique(y).tolist() if label not in known]
    if unknown:
        raise ValueError(f"{name} contains {shown(unknown)}, which are not among classes {shown(classes.tolist())}.")
    # Users may have put them in another order.
    order = np.argsort(classes)
    return order[np.searchsorted(classes, y, sorter=order)]


def samples_of(X, rows, targets, weights, places):
    """Samples of the rows at these places; targets and weights (m,) belong to the rows."""
    of_rows = np.zeros(X.shape[0], np.intp)
    of_rows[rows] = targets
    if weights is not None:
        # Dividing by the largest first, no sum overflows. Those at other places may be out of all proportion.
        shares = weights[places] / weights[places].max()
        weights = np.zeros(X.shape[0])
        weights[rows[places]] = shares / shares.mean()
    return Samples(X, of_rows, weights, rows[places])


def _weighted(estimator, targets, sample_weight):
    """The weights of targets (m,), or None, and the places of those above zero."""
    weights = gradient_weights(targets, estimator.classes_, sample_weight, estimator.class_weight)
    places = np.arange(len(targets)) if weights is None else np.flatnonzero(weights)
    if not len(places):
        raise ValueError("All weights are zero: sample_weight and class_weight leave no sample to train on.")
    return weights, places


def _own(estimator, X, targets, sample_weight, own):
    """Validation samples that weigh as the training samples of their classes do."""
    theirs = encode(estimator.classes_, own.y, "y_val")
    weights = None if sample_weight is None else check_sample_weight(sample_weight, len(targets))
    factors = class_factors(targets, estimator.classes_, weights, estimator.class_weight)
    weights = times(own.sample_weight, factors, theirs, "sample_weight_val")
    places = np.arange(len(theirs)) if weights is None else np.flatnonzero(weights)
    if not len(places):
        raise ValueError("All weights are zero: sample_weight_val and class_weight leave no sample to validate on.")
    # Both lie in memory alike, as the same products read them.
    X_val = own.X
    if sparse.issparse(X) != sparse.issparse(X_val):
        X_val = sparse.csr_matrix(X_val) if sparse.issparse(X) else X_val.toarray()
    return samples_of(X_val, np.arange(len(theirs)), theirs, weights, places)
