# SPDX-License-Identifier: BSD-3-Clause
"""Stacks of candidates that train together on the samples of one split."""

import copy
from math import ceil
from typing import NamedTuple

import numpy as np

from sksoftmax import _hyperparameters as hyperparameters
from sksoftmax._callbacks import calls_back
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.reading import computed_in
from sksoftmax._fit_together import fit_together, raise_interrupt
from sksoftmax._rare_classes import fit_to_one_class
from sksoftmax._validated import features_and_labels
from sksoftmax._weights import check_sample_weight

# Parameters of one stack: with the buffers of momentum, the gradient and the penalty they stay in a core's cache.
STACK_BYTES = 2**20


class Fold(NamedTuple):
    """What candidates are fitted to.

    X, y : as they validate them
    input_attributes : dict of the attributes that validation sets
    sample_weight : (n,) or None
    rows : (m,) those of X and y to fit to, or None for all
    pipeline : fitted, with the steps that X comes out of, or None where there are none
    """

    X: object
    y: np.ndarray
    input_attributes: dict
    sample_weight: np.ndarray | None
    rows: np.ndarray | None = None
    pipeline: object = None


def fold_of(estimator, X, y, sample_weight):
    """The Fold of samples as an unfitted estimator validates them."""
    X, y, _ = features_and_labels(estimator, X, y, reset=True)
    names = [name for name in ("n_features_in_", "feature_names_in_") if hasattr(estimator, name)]
    if sample_weight is not None:
        sample_weight = check_sample_weight(sample_weight, len(y))
    return Fold(X, y, {name: getattr(estimator, name) for name in names}, sample_weight)


def stacks_of(estimators, fold):
    """Lists of the places of estimators that train together. They depend on the estimators only, so that results do not
    depend on the number of jobs."""
    stacks = []
    for group in grouped(map(hyperparameters.stack_key, estimators)):
        first = estimators[group[0]]
        hidden, _ = first._hidden_shape()
        sizes = (fold.X.shape[1], *hidden, len(np.unique(fold.y)))
        if calls_back(first):
            # Theirs are told of the epochs of one fit.
            stacks.extend([i] for i in group)
            continue
        n_models = max(1, STACK_BYTES // (Parameters.count(sizes) * computed_in(fold.X.dtype).itemsize))
        if first.solver == "lbfgs" and hidden:
            # Its long steps magnify rounding, which where the objective is not convex may lead to another minimum.
            n_models = 1
        # Those that may come to the same model stay together.
        courses = grouped(hyperparameters.course_key(estimators[i]) for i in group)
        for part in np.array_split(np.arange(len(courses)), ceil(len(courses) / n_models)):
            stacks.append(sorted(group[i] for course in part for i in courses[course]))
    return stacks


def grouped(keys):
    """Lists of the places of equal keys."""
    groups = {}
    for i, key in enumerate(keys):
        groups.setdefault(key, []).append(i)
    return list(groups.values())


def member(candidate, fold):
    """A copy of an unfitted candidate, with the attributes of validation and random numbers of its own."""
    estimator = copy.copy(candidate)
    vars(estimator).update(fold.input_attributes, random_state=copy.deepcopy(candidate.random_state))
    return estimator


def fit_alone(estimator, fold, task):
    """Fit a member of a fold by itself, as a SearchTask, with its callbacks; return what to warn of, or None."""
    rows = slice(None) if fold.rows is None else fold.rows
    weights = None if fold.sample_weight is None else fold.sample_weight[rows]
    with task.fits(estimator), task:
        problem = estimator._fit(fold.X[rows], fold.y[rows], weights)
    vars(estimator).update(fold.input_attributes)
    return problem


def fit_stack(candidates, fold, classes, task):
    """Fit copies of candidates of equal stack key; return them, and the problem of each, as `fit_together`.

    One with callbacks, which is a stack of its own, is fitted alone, as a part of the SearchTask. Of others, candidates
    between which nothing differs that has an effect train once; those that have come to the same model, but for
    rounding, have the very same one.
    """
    if calls_back(candidates[0]):
        estimator = member(candidates[0], fold)
        try:
            return [estimator], [fit_alone(estimator, fold, task.subtask("candidate"))]
        except Exception as error:
            return [estimator], [error]
    groups = grouped(map(hyperparameters.training_key, candidates))
    fitted, problems = [None] * len(candidates), [None] * len(candidates)
    distinct = _fit([candidates[places[0]] for places in groups], fold, classes)
    for places, estimator, problem in zip(groups, *distinct):
        for i in places:
            fitted[i], problems[i] = _with_parameters_of(candidates[i], estimator), problem
    for course in grouped(map(hyperparameters.course_key, candidates)):
        trained = [i for i in course if not isinstance(problems[i], Exception)]
        for place, i in enumerate(trained):
            alike = next((j for j in trained[:place] if _same_model(fitted[i], fitted[j])), i)
            fitted[i] = _with_parameters_of(candidates[i], fitted[alike])
    return fitted, problems


def _with_parameters_of(candidate, fitted):
    """A copy of a fitted estimator that has the parameters of a candidate."""
    twin = copy.copy(fitted)
    vars(twin).update(candidate.get_params(deep=False))
    return twin


def _same_model(one, other):
    """Whether two fitted estimators differ by rounding only."""
    if one.n_updates_ != other.n_updates_:
        return False
    for ours, theirs in zip(one._published_layers(), other._published_layers()):
        for values, expected in zip(ours, theirs):
            bound = np.sqrt(np.finfo(values.dtype).eps) * np.abs(expected).max()
            if not np.abs(values - expected).max() <= bound:
                return False
    return True


def _fit(candidates, fold, classes):
    """`fit_stack` of candidates that differ."""
    rows = slice(None) if fold.rows is None else fold.rows
    weights = None if fold.sample_weight is None else fold.sample_weight[rows]
    estimators, labels = [member(candidate, fold) for candidate in candidates], np.unique(fold.y[rows])
    if classes is not None and len(labels) == 1:
        n_features, dtype = fold.X.shape[1], computed_in(fold.X.dtype)
        estimators = [fit_to_one_class(estimator, labels[0], n_features, dtype) for estimator in estimators]
        return estimators, [None] * len(estimators)
    try:
        problems = fit_together(estimators, fold.X, fold.y, fold.rows, weights, to_compare=True)
    except Exception as error:
        if len(candidates) == 1:
            return estimators, [error]
    else:
        raise_interrupt(problems)
        return estimators, problems
    # One of them may have ended the training of all.
    alone = [_fit([candidate], fold, classes) for candidate in candidates]
    return [estimator for (estimator,), _ in alone], [problem for _, (problem,) in alone]
