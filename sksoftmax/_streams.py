# SPDX-License-Identifier: BSD-3-Clause
"""Fits to samples that come in blocks, over and over again: tables in files that are larger than memory."""

import warnings
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from sksoftmax._engine.blocks import Blocks
from sksoftmax._validated import features_and_labels
from sksoftmax._validation import shown
from sksoftmax._weights import check_sample_weight


class FitsStreams:
    """The method `fit_stream` of a classifier that has `_check_parameters` and `_fit`."""

    def fit_stream(self, blocks, *, X_val=None, y_val=None, sample_weight_val=None):
        """Fit the model to samples that come in blocks, such as the parts of a file that is larger than memory.

        It is `fit` in everything but where the samples come from: `max_iter` passes at most, with the same curves,
        stopping, validation, progress and callbacks; without `shuffle` the coefficients are those of `fit`. With it the
        samples are shuffled within each block, so that blocks should be large, and of samples in no particular order.
        One pass before the first epoch checks the samples, and sees their range and labels; another one draws from them
        what the automatic learning rate is computed from. Labels and weights are kept in memory.

        Parameters
        ----------
        blocks : iterable, or callable that returns one
            What gives the blocks anew in each pass, always the same: a list, an object with ``__iter__``, or a function
            without arguments that returns an iterator. Each block is ``(X, y)`` or ``(X, y, sample_weight)``, with X
            array-like or a DataFrame of shape (n_samples, n_features), not sparse.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features), default=None
            Features of validation samples, as in `fit`. Without them `early_stopping` holds some of the stream out,
            which takes two passes an epoch.
        y_val : array-like of shape (n_val,), default=None
            Their labels.
        sample_weight_val : float or array-like of shape (n_val,), default=None
            Their weights.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError
            If `blocks` can be gone through only once, as a generator, or a block is something else.
        ValueError
            As `fit`; and if a later pass gives blocks of other shapes, or more or fewer of them.

        Examples
        --------
        >>> import io
        >>> import pandas as pd
        >>> from sklearn.datasets import load_iris
        >>> from sksoftmax import SoftmaxRegression
        >>> text = load_iris(as_frame=True).frame.sample(frac=1, random_state=0).to_csv(index=False)
        >>> def blocks():
        ...     with pd.read_csv(io.StringIO(text), chunksize=50) as file:
        ...         for chunk in file:
        ...             yield chunk.drop(columns="target"), chunk["target"]
        >>> clf = SoftmaxRegression(random_state=0).fit_stream(blocks)
        >>> clf.n_features_in_
        4
        """
        self._check_parameters()
        stream = first_pass(self, blocks)
        problem = self._fit(
            stream.X, stream.y, stream.sample_weight, (X_val, y_val, sample_weight_val), valid=stream.valid
        )
        if problem:
            warnings.warn(problem, ConvergenceWarning, stacklevel=2)
        return self


class Stream(NamedTuple):
    """Valid samples that come in blocks, and what one pass over them has found.

    y : (n,) labels
    sample_weight : (n,) or None
    extremes : (2, d), the smallest and the largest value of each feature
    input_attributes : dict of the attributes that validation sets
    """

    X: Blocks
    y: np.ndarray
    sample_weight: np.ndarray | None
    extremes: np.ndarray
    input_attributes: dict

    def valid(self, estimator, X, y, reset):
        """Stands for `features_and_labels`."""
        vars(estimator).pop("feature_names_in_", None)
        vars(estimator).update(self.input_attributes)
        return X, y, self.extremes


def first_pass(estimator, blocks):
    """The Stream of the blocks that a user passes to an estimator, which stays as it is."""
    probe, dtypes, lengths, labels, weights = clone(estimator), set(), [], [], []
    extremes = None
    for number, block in enumerate(_begin(blocks)):
        try:
            X, y, *weight = _unpacked(block)
            X, y, of_block = features_and_labels(probe, X, y, reset=number == 0)
            weights += [check_sample_weight(each, len(y)) for each in weight]
        except (TypeError, ValueError) as error:
            raise type(error)(f"Block {number} of blocks: {error}") from error
        if labels and _are_numbers(y) != _are_numbers(labels[0]):
            raise ValueError(
                f"Block {number} of blocks: y has the dtype {y.dtype}, block 0 has {labels[0].dtype}: all blocks must "
                "have labels of one kind."
            )
        dtypes.add(X.dtype)
        lengths.append(len(y))
        labels.append(y)
        if len(weights) not in (0, number + 1):
            raise ValueError(f"Block {number} of blocks: all blocks must have a sample_weight, or none.")
        lowest, highest = of_block
        if extremes is not None:
            lowest, highest = np.minimum(lowest, extremes[0]), np.maximum(highest, extremes[1])
        extremes = np.stack([lowest, highest])
    if not lengths:
        raise ValueError(f"blocks == {shown(blocks)} gives no block, must give at least one.")
    names = [name for name in ("n_features_in_", "feature_names_in_") if hasattr(probe, name)]
    return Stream(
        Blocks(lambda: map(_features, _begin(blocks)), lengths, probe.n_features_in_, np.result_type(*dtypes)),
        np.concatenate(labels),
        np.concatenate(weights) if weights else None,
        extremes,
        {name: getattr(probe, name) for name in names},
    )


def _are_numbers(labels):
    # Joined with strings, numbers would become some.
    return labels.dtype.kind in "biuf"


def _begin(blocks):
    """An iterator of a new pass."""
    try:
        iterator = iter(blocks() if callable(blocks) else blocks)
    except TypeError as error:
        raise TypeError(f"blocks == {shown(blocks)}, must be an iterable of blocks or a function of one.") from error
    if iterator is blocks:
        raise TypeError(
            f"blocks == {shown(blocks)} can be gone through only once, must be what gives the blocks anew in each "
            "epoch: pass the function that makes the iterator, or call partial_fit with each block."
        )
    return iterator


def _unpacked(block):
    if not isinstance(block, (tuple, list)) or len(block) not in (2, 3):
        raise TypeError(f"got {shown(block)}, must be (X, y) or (X, y, sample_weight).")
    if sparse.issparse(block[0]):
        raise TypeError(
            "X is sparse, must be dense: a training on sparse samples begins with a look at all of them at once. Pass "
            "all to fit, or each block to partial_fit."
        )
    return block


def _features(block):
    return np.asarray(_unpacked(block)[0])
