# SPDX-License-Identifier: BSD-3-Clause
"""Candidates fitted to the splits of a cross-validation and scored: those of a split train together as stacks."""

import inspect
import pickle
import time
import warnings
from math import ceil
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils import _safe_indexing as rows_of
from sklearn.utils import indexable

from sksoftmax import _hyperparameters as hyperparameters
from sksoftmax._base import fit_together
from sksoftmax._engine.parameters import Parameters
from sksoftmax._rare_classes import fit_to_one_class, widened
from sksoftmax._training import computed_in
from sksoftmax._validation import NONE, Kind, integer, shape_of, shown
from sksoftmax._weights import check_sample_weight

# Parameters of one stack: with the buffers of momentum, the gradient and the penalty they stay in a core's cache.
STACK_BYTES = 2**20

N_JOBS = [Kind("an int other than 0", lambda value: integer(-np.inf).allows(value) and value != 0), NONE]
CV = [
    integer(2),
    Kind(
        "a splitter, an iterable of (train, test)",
        lambda value: not isinstance(value, (str, dict)) and (hasattr(value, "split") or hasattr(value, "__iter__")),
    ),
    NONE,
]
SCORER_NAMES = "names of sklearn.metrics.get_scorer_names()"
SCORER_NAME = Kind(
    f"one of the {SCORER_NAMES}",
    lambda value: isinstance(value, str) and value in get_scorer_names(),
)


class Outcome(NamedTuple):
    """What became of a candidate on a split.

    estimator : fitted, where it is asked for
    advice : what a warning should say of the fit, or None
    fit_error : why there is no fit, or None
    test_scores, train_scores : a number, a dict of one for each metric, or the error of the scorer
    fit_time, score_time : seconds
    """

    estimator: object = None
    advice: str | None = None
    fit_error: Exception | None = None
    test_scores: object = None
    train_scores: object = None
    fit_time: float = 0.0
    score_time: float = 0.0


class Task(NamedTuple):
    """What every split is evaluated with.

    X, y : as the user gave them, for the scorer; valid_X, valid_y : as the estimators validate them
    input_attributes : dict of the attributes that validation sets
    sample_weight : (n,) or None
    scorer, score_params : the scorer, and what it takes beside estimator, X and y
    with_train_scores, with_estimators : bool, what the Outcomes should have
    classes : (K,) that every fit is scored on, with probability zero for those that its samples lack; or None to score
        fits as they are
    """

    X: object
    y: object
    valid_X: object
    valid_y: np.ndarray
    input_attributes: dict
    sample_weight: np.ndarray | None
    scorer: object
    score_params: dict
    with_train_scores: bool = False
    with_estimators: bool = False
    classes: np.ndarray | None = None


def prepare(estimator, X, y, sample_weight, scorer, score_params, **wanted):
    """The Task of evaluating candidates that are like `estimator`; `wanted` is what its Outcomes should have."""
    X, y = indexable(X, y)
    validated = clone(estimator)
    valid_X, valid_y = validated._validate(X, y, reset=True)
    if len(np.unique(valid_y)) < 2:
        validated.classes_ = np.unique(valid_y)
        validated._check_classes()
    names = [name for name in ("n_features_in_", "feature_names_in_") if hasattr(validated, name)]
    if sample_weight is not None:
        sample_weight = check_sample_weight(sample_weight, len(valid_y))
    return Task(
        X,
        y,
        valid_X,
        valid_y,
        {name: getattr(validated, name) for name in names},
        sample_weight,
        scorer,
        score_params,
        **wanted,
    )


def split_rows(cv, X, y, **params):
    """(train, test) row numbers of each split."""
    groups = params.get("groups")
    if groups is not None and (shape_of(groups) or ())[:1] != (len(y),):
        raise ValueError(f"groups == {shown(groups)}, must be an array-like of shape ({len(y)},): one for each sample.")
    splitter = check_cv(cv, y, classifier=True)
    try:
        splits = [
            (_row_numbers(train, len(y)), _row_numbers(test, len(y))) for train, test in splitter.split(X, y, **params)
        ]
        announced = splitter.get_n_splits(X, y, **params)
    except (ValueError, TypeError, IndexError) as error:
        raise ValueError(f"cv == {shown(cv)} cannot split {len(y)} samples: {error}") from error
    if not splits:
        raise ValueError(f"cv == {shown(cv)} makes no split.")
    if len(splits) != announced:
        raise ValueError(f"cv == {shown(cv)} announces {announced} splits and makes {len(splits)}.")
    return splits


def _row_numbers(rows, n_samples):
    """The non-negative numbers of rows that are given by numbers or by a mask."""
    rows = np.asarray(rows)
    return np.arange(n_samples)[rows if len(rows) else rows.astype(np.intp)]


def with_parameters(estimator, params):
    """A clone with these parameters, or the ValueError that says why they are not allowed."""
    candidate = clone(estimator).set_params(**clone(params, safe=False))
    try:
        candidate._check_parameters()
    except ValueError as error:
        return error
    return candidate


def accepts_sample_weight(scorer):
    """Whether a scorer may be called with weights. Scorers of scikit-learn take any argument and pass it on."""
    if hasattr(scorer, "_accept_sample_weight"):
        return scorer._accept_sample_weight()
    return "sample_weight" in inspect.signature(getattr(scorer, "_score_func", scorer)).parameters


def _fit_stack(candidates, task, rows):
    """Fit clones of candidates of equal stack key to rows; return them, and the problem of each, as `fit_together`."""
    weights = None if task.sample_weight is None else task.sample_weight[rows]
    estimators = [member(candidate, task) for candidate in candidates]
    labels = np.unique(task.valid_y[rows])
    if task.classes is not None and len(labels) == 1:
        n_features, dtype = task.valid_X.shape[1], computed_in(task.valid_X)
        estimators = [fit_to_one_class(estimator, labels[0], n_features, dtype) for estimator in estimators]
        return estimators, [None] * len(estimators)
    try:
        return estimators, fit_together(estimators, task.valid_X, task.valid_y, rows, weights)
    except Exception as error:
        if len(candidates) == 1:
            return estimators, [error]
    # One of them may have ended the training of all.
    alone = [_fit_stack([candidate], task, rows) for candidate in candidates]
    return [estimator for (estimator,), _ in alone], [problem for _, (problem,) in alone]


def _evaluate(candidates, task, train, test):
    """Fit candidates of equal stack key to the rows `train`, score them on the rows `test`; return their Outcomes."""
    start = time.perf_counter()
    estimators, problems = _fit_stack(candidates, task, train)
    fit_time = (time.perf_counter() - start) / len(estimators)
    for_test = _scoring_arguments(task, test)
    for_train = _scoring_arguments(task, train) if task.with_train_scores else None
    outcomes = []
    for estimator, problem in zip(estimators, problems):
        if isinstance(problem, Exception):
            outcomes.append(Outcome(fit_error=problem, fit_time=fit_time))
            continue
        scored = estimator if task.classes is None else widened(estimator, task.classes)
        start = time.perf_counter()
        test_scores = _scores(task.scorer, scored, for_test)
        score_time = time.perf_counter() - start
        train_scores = None if for_train is None else _scores(task.scorer, scored, for_train)
        kept = estimator if task.with_estimators else None
        outcomes.append(Outcome(kept, problem, None, test_scores, train_scores, fit_time, score_time))
    return outcomes


def _evaluate_elsewhere(*arguments):
    """`_evaluate` in another process, to which not every error can come back as it is."""
    outcomes = _evaluate(*arguments)
    for i, outcome in enumerate(outcomes):
        errors = {name: value for name, value in outcome._asdict().items() if isinstance(value, Exception)}
        outcomes[i] = outcome._replace(**{name: _portable(error) for name, error in errors.items()})
    return outcomes


def _portable(error):
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _scoring_arguments(task, rows):
    n_samples = task.valid_X.shape[0]
    params = {
        name: rows_of(value, rows) if hasattr(value, "__len__") and len(value) == n_samples else value
        for name, value in task.score_params.items()
    }
    return rows_of(task.X, rows), rows_of(task.y, rows), params


def _scores(scorer, estimator, arguments):
    """What the scorer returns or raises."""
    X, y, params = arguments
    try:
        return scorer(estimator, X, y, **params)
    except Exception as error:
        return error


def member(candidate, task):
    """A clone of a candidate, with the attributes of validation."""
    estimator = clone(candidate)
    vars(estimator).update(task.input_attributes)
    return estimator


def _stacks(candidates, task):
    """Lists of the places of candidates that train together. They depend on the candidates only, so that results do not
    depend on the number of jobs."""
    groups = {}
    for i, candidate in enumerate(candidates):
        if not isinstance(candidate, Exception):
            groups.setdefault(hyperparameters.stack_key(candidate), []).append(i)
    stacks = []
    for group in groups.values():
        first = candidates[group[0]]
        hidden, _ = first._hidden_shape()
        sizes = (task.valid_X.shape[1], *hidden, len(np.unique(task.valid_y)))
        n_models = max(1, STACK_BYTES // (Parameters.count(sizes) * computed_in(task.valid_X).itemsize))
        if first.solver == "lbfgs":
            # Each model has steps of its own.
            n_models = 1
        stacks += [part.tolist() for part in np.array_split(group, ceil(len(group) / n_models))]
    return stacks


def cross_fit(candidates, task, splits, n_jobs=None, pre_dispatch="2*n_jobs", verbose=0):
    """Evaluate candidates on splits.

    Parameters
    ----------
    candidates : list of unfitted estimators or, where parameters are not allowed, the ValueError that says so
    task : Task
    splits : list of (train, test), row numbers
    n_jobs, pre_dispatch, verbose : of joblib

    Returns
    -------
    list, for each candidate, of the list of its Outcomes, one for each split
    """
    outcomes = [[Outcome(fit_error=candidate)] * len(splits) for candidate in candidates]
    stacks = _stacks(candidates, task)
    places = [(split, stack) for split in range(len(splits)) for stack in stacks]
    evaluate = _evaluate if effective_n_jobs(n_jobs) == 1 else _evaluate_elsewhere
    jobs = (delayed(evaluate)([candidates[i] for i in stack], task, *splits[split]) for split, stack in places)
    parallel = Parallel(n_jobs=n_jobs, pre_dispatch=pre_dispatch, verbose=verbose)
    for (split, stack), results in zip(places, parallel(jobs)):
        for i, outcome in zip(stack, results):
            outcomes[i][split] = outcome
    return outcomes


def warn_of(outcomes):
    """One warning for all fits that have not converged."""
    advice = [outcome.advice for row in outcomes for outcome in row if outcome.advice]
    if advice:
        n_fits = sum(map(len, outcomes))
        warnings.warn(f"{len(advice)} of {n_fits} fits warn. The first: {advice[0]}", ConvergenceWarning, stacklevel=3)
