# SPDX-License-Identifier: BSD-3-Clause
"""Models and scorers that know of classes which are not among the samples of a fold."""

import copy
import inspect
import warnings
from numbers import Real

import numpy as np
from sklearn.metrics import average_precision_score, brier_score_loss, make_scorer


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
    if not _reads_columns(scorer):
        return scorer
    metric, options = scorer._score_func, scorer._kwargs
    takes = inspect.signature(metric).parameters
    if len(classes) > 2 and "labels" not in takes and metric in OF_SEVERAL_CLASSES and not options:
        metric, takes = OF_SEVERAL_CLASSES[metric], ("labels",)
    known = {"labels": classes, **({"pos_label": classes[-1]} if len(classes) == 2 else {})}
    options = {**{name: value for name, value in known.items() if name in takes}, **options}
    greater = scorer._sign > 0
    return make_scorer(metric, response_method=scorer._response_method, greater_is_better=greater, **options)


def _reads_columns(scorer):
    """Whether a scorer is one of scikit-learn's for probabilities or decisions, which have a column for each class."""
    return hasattr(scorer, "_score_func") and getattr(scorer, "_response_method", "predict") != "predict"


def _brier_score_loss(y, p, *, labels, sample_weight=None):
    """That of several classes, which scikit-learn has from 1.8 on."""
    return np.average(np.square(p - (np.asarray(y)[:, None] == labels)).sum(axis=1), weights=sample_weight)


def _average_precision(y, p, *, labels, sample_weight=None):
    """The mean over the classes that have samples: without any there is no precision."""
    present = np.isin(labels, y)
    one_hot = np.asarray(y)[:, None] == labels
    scores = [
        average_precision_score(column, of_class, sample_weight=sample_weight)
        for column, of_class in zip(one_hot.T[present], p.T[present])
    ]
    return np.mean(scores)


# What stands for metrics that do not take the labels of the columns.
OF_SEVERAL_CLASSES = {brier_score_loss: _brier_score_loss, average_precision_score: _average_precision}


def warn_of_unseen_classes(scorer, labels, splits, outcomes):
    """Warn of scores by probabilities or decisions on classes that a split has for testing and not for training.

    Such metrics go by the labels of the test samples, and compare the columns of the classes seen with the wrong ones.
    They raise an error only where the numbers of classes differ.

    Parameters
    ----------
    scorer : as of `check_scoring`
    labels : (n,)
    splits : list of (train, test)
    outcomes : list, for each candidate, of the list of its Outcomes, one for each split
    """
    # Those of several metrics by name.
    scorers = getattr(scorer, "_scorers", {None: scorer})
    metrics = [name for name, one in scorers.items() if _reads_columns(one)]
    wrong = {}
    for number, (train, test) in enumerate(splits):
        unseen = np.setdiff1d(labels[test], labels[train])
        found = [row[number].test_scores for row in outcomes] if len(unseen) else []
        scores = [score.get(name) if isinstance(score, dict) else score for score in found for name in metrics]
        if any(isinstance(score, Real) and np.isfinite(score) for score in scores):
            wrong[number] = unseen.tolist()
    if wrong:
        told = "; ".join(f"split {number} does not train on {classes}" for number, classes in wrong.items())
        names = " and ".join(map(repr, filter(None, metrics)))
        warnings.warn(
            f"Scores{names and ' by '}{names} take probabilities for those of other classes, and are wrong: {told}.\n"
            "Take splits that train on all classes, or SoftmaxRegressionCV, which counts unseen ones as improbable.",
            UserWarning,
            stacklevel=6,
        )
