# SPDX-License-Identifier: BSD-3-Clause
"""Estimators for more samples than one machine holds, on a Dask cluster.

The workers keep their blocks. Parameters go out to them; back come values and gradients, which add up to those of all
samples, or where an epoch on the blocks leads, of which the mean is taken.
"""

import copy
import inspect
import warnings
from functools import partial

import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
from dask.distributed import default_client
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from sksoftmax._dask_fit import fit_to_parts
from sksoftmax._dask_parts import Parts
from sksoftmax._docstrings import shared_docstring
from sksoftmax._engine.inference import dtype_of_outputs
from sksoftmax._layers import layers_of
from sksoftmax._methods import public
from sksoftmax._progress import Progress
from sksoftmax._softmax_regression import SoftmaxRegression
from sksoftmax._tiny_mlp import TinyMLPClassifier
from sksoftmax._validation import check_several, shown
from sksoftmax._watching import watched_by

__all__ = ["DaskSoftmaxRegression", "DaskTinyMLPClassifier"]

# What one machine has and a cluster has not.
FIXED = {"early_stopping": False, "warm_start": False, "store_minibatch_loss": False}


def _constructed_as(plain):
    """Decorate a class whose constructor takes the parameters of a plain estimator, and a client."""

    def decorate(cls):
        own = inspect.Parameter("client", inspect.Parameter.KEYWORD_ONLY, default=None)
        theirs = inspect.signature(plain.__init__).parameters.values()
        parameters = [p.replace(default="lbfgs") if p.name == "solver" else p for p in theirs]
        cls._plain = plain
        cls.__init__.__signature__ = inspect.Signature([*parameters, own])
        return cls

    return decorate


class _DaskClassifier(ClassifierMixin, BaseEstimator):
    """What the estimators share: `estimator_`, a plain one, is fitted on the cluster; fitted attributes are its own."""

    def __init__(self, *args, client=None, **parameters):
        # The constructors store their arguments, and nothing else.
        vars(self).update(vars(self._plain(*args, **{"solver": "lbfgs", **parameters})))
        self.client = client

    def _unfitted(self):
        """A plain estimator with the same parameters."""
        parameters = self.get_params(deep=False)
        del parameters["client"]
        return self._plain(**parameters)

    def __sklearn_clone__(self):
        # A client cannot be copied.
        return type(self)(client=self.client, **clone(self._unfitted()).get_params(deep=False))

    def _is_of_plain(self, name):
        """Whether an attribute is one of the fitted `estimator_`, to be read and set there."""
        is_fitted = name.endswith("_") and not name.startswith("_") and name != "estimator_"
        return is_fitted and "estimator_" in vars(self)

    def __setattr__(self, name, value):
        if self._is_of_plain(name):
            setattr(self.estimator_, name, value)
        else:
            super().__setattr__(name, value)

    def __getattr__(self, name):
        if self._is_of_plain(name):
            return getattr(self.estimator_, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def fit(self, X, y, sample_weight=None):
        """Fit the model to the blocks of a Dask collection, which stay with the workers.

        Parameters
        ----------
        X : dask.array.Array or dask.dataframe.DataFrame of shape (n_samples, n_features)
            Features. Blocks of rows may be NumPy arrays or SciPy sparse matrices, of any sizes, some of them empty.
        y : dask.array.Array or dask.dataframe.Series of shape (n_samples,)
            Class labels, in blocks as `X`; none of them need hold all classes.
        sample_weight : dask.array.Array or dask.dataframe.Series of shape (n_samples,), default=None
            Non-negative weights, in blocks as `X`; only their ratios matter. None means 1 for each sample.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter is out of its range or not for a cluster, there is no client, the blocks do not match, `y`
            has fewer than two classes, all weights are zero, or training diverges.
        RuntimeError
            If all workers are lost. Samples of one that is lost are computed anew by others. After any error the
            estimator is as it was before the call.
        """
        plain = self._unfitted()
        plain._check_parameters()
        for name, value in FIXED.items():
            if getattr(plain, name) != value:
                raise ValueError(f"{name} == {shown(getattr(plain, name))}, must be {value!r} on a cluster.")
        blocks = _blocks(X, y, sample_weight)
        parts = Parts(self.client or default_client(), plain, X, blocks)
        check_several(parts.classes, self)
        with watched_by([Progress(every=plain.verbose > 1)] if plain.verbose else []) as watch:
            problem = fit_to_parts(plain, parts, watch)
        for name in [name for name in vars(self) if name.endswith("_")]:
            delattr(self, name)
        self.estimator_ = plain
        if problem:
            warnings.warn(problem, ConvergenceWarning, stacklevel=2)
        return self

    def to_local(self):
        """The plain fitted estimator, which needs neither Dask nor a cluster.

        Returns
        -------
        estimator : SoftmaxRegression or TinyMLPClassifier
            Not a copy: the one that ``estimator_`` is.
        """
        check_is_fitted(self, "estimator_")
        return self.estimator_

    def decision_function(self, X):
        """Logits: the linear scores before the softmax.

        Parameters
        ----------
        X : dask.array.Array, dask.dataframe.DataFrame or array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        scores : of the kind of X, shape (n_samples, n_classes), or (n_samples,) for two classes
            Logits, lazy where X is.
        """
        return self._lazily("decision_function", X)

    def predict(self, X):
        """Most probable class of each sample.

        Parameters
        ----------
        X : dask.array.Array, dask.dataframe.DataFrame or array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        y : of the kind of X, shape (n_samples,)
            Class labels, lazy where X is.
        """
        return self._lazily("predict", X)

    def predict_proba(self, X):
        """Probabilities of the classes: the softmax of the logits.

        Parameters
        ----------
        X : dask.array.Array, dask.dataframe.DataFrame or array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        p : of the kind of X, shape (n_samples, n_classes)
            Rows sum to one, lazy where X is.
        """
        return self._lazily("predict_proba", X)

    def predict_log_proba(self, X):
        """Logarithms of the probabilities.

        Parameters
        ----------
        X : dask.array.Array, dask.dataframe.DataFrame or array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        log_p : of the kind of X, shape (n_samples, n_classes)
            The log-softmax of the logits, lazy where X is.
        """
        return self._lazily("predict_log_proba", X)

    def _lazily(self, method, X):
        """What a method of the plain estimator returns."""
        check_is_fitted(self, "estimator_")
        if not isinstance(X, (da.Array, dd.DataFrame)):
            return getattr(self.estimator_, method)(X)
        # What is set by hand later changes no result that is computed then.
        plain = copy.copy(self.estimator_)
        layers = layers_of(plain)
        of_samples = method == "predict" or (method == "decision_function" and len(plain.classes_) == 2)
        columns = None if of_samples else plain.classes_
        dtype = plain.classes_.dtype if method == "predict" else dtype_of_outputs(layers)
        function = partial(_predicted, plain, method, columns, dtype)
        if isinstance(X, dd.DataFrame):
            return X.map_partitions(function, meta=_framed(_none(columns, dtype), None, columns))
        X, meta = X.rechunk({1: -1}), _none(columns, dtype)
        if columns is not None:
            return X.map_blocks(function, chunks=(X.chunks[0], (len(columns),)), dtype=dtype, meta=meta)
        return X.map_blocks(function, drop_axis=1, dtype=dtype, meta=meta)


def _predicted(estimator, method, columns, dtype, X):
    """What a method says of a block, perhaps an empty one; a frame of one."""
    values = getattr(estimator, method)(X) if X.shape[0] else _none(columns, dtype)
    return _framed(values, X.index, columns) if isinstance(X, pd.DataFrame) else values


def _none(columns, dtype):
    return np.empty(0 if columns is None else (0, len(columns)), dtype)


def _framed(values, index, columns):
    return pd.Series(values, index) if columns is None else pd.DataFrame(values, index, columns)


def _blocks(X, y, sample_weight):
    """(X, y, sample_weight) of each block, delayed; the last is None without weights."""
    columns = [_rows("X", X, 2), _rows("y", y, 1)]
    if sample_weight is not None:
        columns.append(_rows("sample_weight", sample_weight, 1))
    counts = [len(blocks) for blocks in columns]
    if len(set(counts)) > 1:
        raise ValueError(f"X, y and sample_weight have {counts} blocks of rows, must have as many, of the same rows.")
    return list(zip(*columns, *([[None] * counts[0]] if sample_weight is None else [])))


def _rows(name, collection, ndim):
    """The blocks of rows of a Dask collection, delayed."""
    if not isinstance(collection, (da.Array, dd.DataFrame, dd.Series)) or collection.ndim != ndim:
        raise ValueError(f"{name} == {shown(collection)}, must be a Dask array or frame with ndim == {ndim}.")
    if isinstance(collection, da.Array):
        collection = collection.rechunk({1: -1}) if ndim == 2 else collection
        return list(collection.to_delayed().ravel())
    return collection.to_delayed()


@shared_docstring
@_constructed_as(SoftmaxRegression)
@public
class DaskSoftmaxRegression(_DaskClassifier):
    """:class:`~sksoftmax.SoftmaxRegression` on the workers of a Dask cluster, by L-BFGS or by local SGD.

    The objective and its optimum are those of one machine; so are the steps of "lbfgs" towards it, to rounding, where
    `X` has no more than about half a million values. Of more, the coordinates of the steps come from another subsample.

    Parameters
    ----------
    l2 : float, default=1e-4
        Weight of the penalty, >= 0.
    {CLUSTER_PARAMETERS}
    {PARAMETERS}
    client : dask.distributed.Client, default=None
        The connection to the cluster. None is the current client.

    Attributes
    ----------
    estimator_ : SoftmaxRegression
        The plain fitted estimator. Its attributes are attributes of this one too, to read and to set.

    See Also
    --------
    sksoftmax.loss_and_gradient : The same over processes of any other framework.

    Notes
    -----
    {CLUSTER_NOTES}

    References
    ----------
    {REFERENCES}
    {CLUSTER_REFERENCES}

    Examples
    --------
    >>> import dask.array as da
    >>> from dask.distributed import Client
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax.dask import DaskSoftmaxRegression
    >>> X, y = (da.from_array(array, chunks=50) for array in load_iris(return_X_y=True))
    >>> with Client(processes=False, dashboard_address=":0"):
    ...     clf = DaskSoftmaxRegression().fit(X, y)
    ...     p = clf.predict_proba(X).compute()
    >>> p.shape
    (150, 3)
    """


@shared_docstring
@_constructed_as(TinyMLPClassifier)
@public
class DaskTinyMLPClassifier(_DaskClassifier):
    """:class:`~sksoftmax.TinyMLPClassifier` on the workers of a Dask cluster, by L-BFGS or by local SGD.

    The objective is that of one machine; so are the steps of "lbfgs" that lower it, to rounding, where `X` has no more
    than about half a million values. Either difference may lead to another minimum.

    Parameters
    ----------
    hidden_layer_sizes : int or tuple of int, default=(64,)
        Units of each hidden layer, each >= 1.
    activation : {"relu", "tanh", "logistic", "identity"}, default="relu"
        Activation of the hidden units.
    l2 : float or "auto", default="auto"
        Weight of the penalty, >= 0, or that of :class:`~sksoftmax.TinyMLPClassifier`.
    {CLUSTER_PARAMETERS}
    {PARAMETERS}
    client : dask.distributed.Client, default=None
        The connection to the cluster. None is the current client.

    Attributes
    ----------
    estimator_ : TinyMLPClassifier
        The plain fitted estimator. Its attributes are attributes of this one too, to read and to set.

    Notes
    -----
    {CLUSTER_NOTES}

    References
    ----------
    {REFERENCES}
    {CLUSTER_REFERENCES}

    Examples
    --------
    >>> import dask.array as da
    >>> from dask.distributed import Client
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax.dask import DaskTinyMLPClassifier
    >>> X, y = (da.from_array(array, chunks=50) for array in load_iris(return_X_y=True))
    >>> with Client(processes=False, dashboard_address=":0"):
    ...     clf = DaskTinyMLPClassifier((8,), random_state=0).fit(X, y)
    >>> [coef.shape for coef in clf.to_local().coefs_]
    [(4, 8), (8, 3)]
    """
