# SPDX-License-Identifier: BSD-3-Clause
"""Candidates fitted to the splits of a cross-validation and scored: those of a split train together as stacks."""

import inspect
import pickle
import time
import warnings
from difflib import get_close_matches
from numbers import Real
from typing import NamedTuple

import joblib
import numpy as np
from joblib import effective_n_jobs
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils import _safe_indexing as rows_of
from sklearn.utils import indexable
from sklearn.utils.parallel import Parallel, delayed

from sksoftmax._callbacks import SearchTask, calls_back
from sksoftmax._methods import called_here
from sksoftmax._pipelines import fit_steps_before, last_step, remembering, with_last_step
from sksoftmax._rare_classes import widened
from sksoftmax._stacks import Fold, fit_stack, fold_of, grouped, stacks_of
from sksoftmax._validated import features_and_labels
from sksoftmax._validation import NONE, Kind, check_several, integer, shape_of, shown

# From joblib 1.3 on.
AS_THEY_COME = {"return_as": "generator"} if "return_as" in inspect.signature(joblib.Parallel).parameters else {}

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


class Interrupted(KeyboardInterrupt):
    """An interrupt of `cross_fit`, which had done so many fits; the Outcomes of the others have an error."""

    def __init__(self, outcomes, n_done):
        super().__init__()
        self.outcomes, self.n_done = outcomes, n_done


class Task(NamedTuple):
    """What every split is evaluated with.

    X, y : as the user gave them, for the scorer and for the steps of pipelines
    labels : y as the estimators validate it
    fit_params : what fit takes beside X and y
    scorer, score_params : the scorer, and what it takes beside estimator, X and y
    whole : the Fold of all samples, or None for pipelines, whose steps make one of each split
    with_train_scores, with_estimators : bool, what the Outcomes should have
    classes : (K,) that every fit is scored on, with probability zero for those that its samples lack; or None to score
        fits as they are
    """

    X: object
    y: object
    labels: np.ndarray
    fit_params: dict
    scorer: object
    score_params: dict
    whole: Fold | None
    with_train_scores: bool = False
    with_estimators: bool = False
    classes: np.ndarray | None = None


def prepare(estimator, X, y, fit_params, scorer, score_params, *, fitted=None, **wanted):
    """The Task of evaluating candidates that are like `estimator`; `wanted` is what its Outcomes should have.

    What is wrong with y is told in the name of `fitted`, or of the last step of `estimator`.
    """
    X, y = indexable(X, y)
    last = clone(last_step(estimator))
    if last_step(estimator) is estimator:
        whole = fold_of(last, X, y, fit_params.get("sample_weight"))
        labels = whole.y
    else:
        # Only the steps know which samples are valid.
        whole, n_samples = None, X.shape[0] if hasattr(X, "shape") else len(X)
        _, labels, _ = features_and_labels(last, np.zeros((n_samples, 1)), y, reset=True)
    check_several(np.unique(labels), last if fitted is None else fitted)
    return Task(X, y, labels, fit_params, scorer, score_params, whole, **wanted)


def _fold(task, candidate, rows):
    """The Fold of the rows; its steps before, if any, are those of the candidate."""
    if task.whole is not None:
        return task.whole._replace(rows=rows)
    params = _of_rows(task.fit_params, task, rows)
    pipeline, *samples = fit_steps_before(clone(candidate), rows_of(task.X, rows), rows_of(task.y, rows), params)
    return fold_of(clone(last_step(candidate)), *samples)._replace(pipeline=remembering(pipeline))


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
    """A clone with these parameters."""
    candidate = clone(estimator)
    try:
        return candidate.set_params(**clone(params, safe=False))
    except ValueError as error:
        known = candidate.get_params()
        unknown = [name for name in params if name not in known]
        if not unknown:
            raise
        # scikit-learn's message shows the whole estimator.
        name = unknown[0]
        close = get_close_matches(name, known, 1, 0)
        advice = [f"Take one of its get_params(), such as {close[0]!r}, or leave it out."]
        advice = called_here([name.split("__")[-1]], last_step(candidate).get_params()) or advice
        said = f"Invalid parameter {name!r} for estimator {type(estimator).__name__}."
        raise ValueError("\n".join([said, *advice])) from error


def checked(candidate):
    """The candidate, or the ValueError that says why its parameters are not allowed."""
    try:
        last_step(candidate)._check_parameters()
    except ValueError as error:
        return error
    return candidate


def accepts_sample_weight(scorer):
    """Whether a scorer may be called with weights. Scorers of scikit-learn take any argument and pass it on."""
    if hasattr(scorer, "_accept_sample_weight"):
        return scorer._accept_sample_weight()
    return "sample_weight" in inspect.signature(getattr(scorer, "_score_func", scorer)).parameters


def _evaluate(candidates, task, train, test, search_task):
    """Fit candidates whose steps before are set alike to the rows `train`, score them on the rows `test`; return their
    Outcomes."""
    weights = {name: value for name, value in task.fit_params.items() if name == "sample_weight" and value is not None}
    search_task = search_task.about(
        X=lambda: rows_of(task.X, train),
        y=lambda: rows_of(task.y, train),
        metadata=(lambda: _of_rows(weights, task, train)) if weights else None,
    )
    with search_task:
        return _fitted_and_scored(candidates, task, train, test, search_task)


def _fitted_and_scored(candidates, task, train, test, search_task):
    """The Outcomes of `_evaluate`."""
    start = time.perf_counter()
    try:
        fold = _fold(task, candidates[0], train)
    except Exception as error:
        return [Outcome(fit_error=error, fit_time=_since(start) / len(candidates))] * len(candidates)
    share_of_steps = _since(start) / len(candidates)
    for_test = _scoring_arguments(task, test)
    for_train = _scoring_arguments(task, train) if task.with_train_scores else None
    last_steps, outcomes = list(map(last_step, candidates)), [None] * len(candidates)
    # Without steps before they are one already.
    for stack in [range(len(candidates))] if fold.pipeline is None else stacks_of(last_steps, fold):
        start = time.perf_counter()
        fitted = fit_stack([last_steps[i] for i in stack], fold, task.classes, search_task)
        fit_time = share_of_steps + _since(start) / len(stack)
        for i, estimator, problem in zip(stack, *fitted):
            if isinstance(problem, Exception):
                outcomes[i] = Outcome(fit_error=problem, fit_time=fit_time)
                continue
            scored = estimator if task.classes is None else widened(estimator, task.classes)
            scored = with_last_step(fold.pipeline, scored)
            start = time.perf_counter()
            test_scores = _scores(task.scorer, scored, for_test)
            score_time = _since(start)
            train_scores = None if for_train is None else _scores(task.scorer, scored, for_train)
            kept = estimator if task.with_estimators else None
            outcomes[i] = Outcome(kept, problem, None, test_scores, train_scores, fit_time, score_time)
    return outcomes


def _since(start):
    return time.perf_counter() - start


def _for_elsewhere(candidates, task, *others):
    """The arguments of `_evaluate_elsewhere`: joblib sends to a Dask worker once what is an argument by itself."""
    whole = task.whole and task.whole._replace(X=None)
    return task.X, task.whole and task.whole.X, candidates, task._replace(X=None, whole=whole), *others


def _evaluate_elsewhere(X, validated, candidates, task, *others):
    """`_evaluate` in another process, to which not every error can come back as it is."""
    whole = task.whole and task.whole._replace(X=validated)
    outcomes = _evaluate(candidates, task._replace(X=X, whole=whole), *others)
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
    return rows_of(task.X, rows), rows_of(task.y, rows), _of_rows(task.score_params, task, rows)


def _of_rows(params, task, rows):
    """Parameters of which those that have a value for each sample have those of the rows."""
    n_samples = len(task.labels)
    return {
        name: rows_of(value, rows) if hasattr(value, "__len__") and len(value) == n_samples else value
        for name, value in params.items()
    }


def _scores(scorer, estimator, arguments):
    """What the scorer returns or raises."""
    X, y, params = arguments
    try:
        return scorer(estimator, X, y, **params)
    except Exception as error:
        return error


def number_of_score(score, scoring):
    """What a scorer returned as a float; what it raised is raised."""
    if isinstance(score, Exception):
        raise score
    score = score.item() if getattr(score, "ndim", None) == 0 else score
    if not isinstance(score, Real):
        raise ValueError(f"scoring == {shown(scoring)} returned {shown(score)}, must return a number.")
    return float(score)


def cross_fit(
    candidates, task, splits, n_jobs=None, pre_dispatch="2*n_jobs", progress=None, before=None, search_task=None
):
    """Evaluate candidates on splits.

    Parameters
    ----------
    candidates : list of unfitted estimators or, where parameters are not allowed, the ValueError that says so
    task : Task
    splits : list of (train, test), row numbers
    n_jobs, pre_dispatch : of joblib
    progress : called with the places of the candidates of each job that is done, and their Outcomes; or None
    before : for pipelines, a key for each candidate, as of `steps_before`
    search_task : SearchTask of the whole call, of which each job is a part; or None

    Returns
    -------
    list, for each candidate, of the list of its Outcomes, one for each split

    Raises
    ------
    Interrupted
        At an interrupt.
    """
    outcomes = [[Outcome(fit_error=candidate)] * len(splits) for candidate in candidates]
    allowed = [i for i, candidate in enumerate(candidates) if not isinstance(candidate, Exception)]
    if task.whole is None:
        jobs = grouped(before[i] for i in allowed)
    else:
        jobs = stacks_of([candidates[i] for i in allowed], task.whole)
    places = [(split, [allowed[i] for i in job]) for split in range(len(splits)) for job in jobs]
    arguments = [([candidates[i] for i in job], task, *splits[split]) for split, job in places]
    done = set()
    try:
        with _search_of(search_task, arguments) as search:
            arguments = [(*each, part) for each, part in zip(arguments, _parts(search, arguments))]
            for (split, job), results in zip(places, _evaluated(arguments, n_jobs, pre_dispatch)):
                for i, outcome in zip(job, results):
                    outcomes[i][split] = outcome
                    done.add((i, split))
                if progress is not None:
                    progress(job, results)
    except KeyboardInterrupt:
        for split, job in places:
            for i in job:
                if (i, split) not in done:
                    outcomes[i][split] = Outcome(fit_error=RuntimeError("The search was interrupted."))
        raise Interrupted(outcomes, len(done)) from None
    finally:
        if progress is not None:
            progress.close()
    return outcomes


def _search_of(search_task, arguments):
    """The SearchTask of all jobs; one that nobody listens to where nobody would."""
    if search_task is None or not (calls_back(search_task.search) or any(map(_n_alone, arguments))):
        return SearchTask()
    return search_task.subtask("search", max_subtasks=len(arguments), sequential_subtasks=False)


def _n_alone(arguments):
    """How many candidates of a job are fitted alone."""
    return sum(calls_back(last_step(candidate)) for candidate in arguments[0])


def _parts(search, arguments):
    """The SearchTask of each job; those whose candidates are fitted alone have one for each candidate."""
    return [search.subtask("stack", task_id=i, max_subtasks=_n_alone(each)) for i, each in enumerate(arguments)]


def _evaluated(arguments, n_jobs, pre_dispatch):
    """The Outcomes of each call of `_evaluate`, in their order and where joblib can as soon as they are there."""
    if effective_n_jobs(n_jobs) == 1:
        return (_evaluate(*each) for each in arguments)
    parallel = Parallel(n_jobs=n_jobs, pre_dispatch=pre_dispatch, **AS_THEY_COME)
    return parallel(delayed(_evaluate_elsewhere)(*_for_elsewhere(*each)) for each in arguments)


def warn_of(outcomes):
    """One warning for all fits that have not converged."""
    advice = [outcome.advice for row in outcomes for outcome in row if outcome.advice]
    if advice:
        n_fits = sum(map(len, outcomes))
        warnings.warn(f"{len(advice)} of {n_fits} fits warn. The first: {advice[0]}", ConvergenceWarning, stacklevel=6)
