# SPDX-License-Identifier: BSD-3-Clause
"""Models and scorers that know of classes which are not among the samples of a fold."""

import copy
import inspect

import numpy as np
from sklearn.metrics import make_scorer


def widened(estimator, classes):
    """A fitted estimator as one of all `classes` (K,): those that it has not seen have probability zero."""
    if len(estimator.classes_) == len(classes):
        return estimator
    *hidden, (W, b) = estimator._published_layers()
    seen = np.searchsorted(classes, estimator.classes_)
    all_W = np.zeros((len(classes), W.shape[1]), W.dtype)
    # So far below all others that its exponential is zero, and finite as some metrics ask.
    all_b = np.full(len(classes), np.finfo(b.dtype).min / 4)
    all_W[seen], all_b[seen] = W, b
    whole = copy.copy(estimator)
    whole.classes_ = classes
    whole._publish_layers([*hidden, (all_W, all_b.astype(b.dtype))])
    return whole


def fit_to_one_class(estimator, label, n_features, dtype):
    """Fit an estimator without hidden layers to samples of one class, of which it is certain."""
    estimator.classes_, estimator._activation = np.array([label]), "identity"
    estimator._publish_layers([(np.zeros((1, n_features), dtype), np.zeros(1, dtype))])
    return estimator


def scorer_of_all(scorer, classes):
    """A scorer whose metric takes columns for all `classes` (K,), also where samples of some are missing.

    Metrics of probabilities and decisions cannot tell which column is whose from the samples alone.
    """
    metric, response = getattr(scorer, "_score_func", None), getattr(scorer, "_response_method", "predict")
    if metric is None or response == "predict":
        return scorer
    takes = inspect.signature(metric).parameters
    known = {"labels": classes, **({"pos_label": classes[-1]} if len(classes) == 2 else {})}
    options = {name: value for name, value in known.items() if name in takes}
    greater = scorer._sign > 0
    return make_scorer(metric, response_method=response, greater_is_better=greater, **{**options, **scorer._kwargs})
