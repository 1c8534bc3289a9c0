# SPDX-License-Identifier: BSD-3-Clause
"""scikit-learn's searches over hyperparameters, whose candidates are fitted by `cross_fit`."""

import copy
import re
import time
import warnings
from numbers import Real

import numpy as np
import sklearn
from joblib import parallel_backend
from sklearn import get_config
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import check_scoring
from sklearn.model_selection import GridSearchCV, ParameterGrid, ParameterSampler, RandomizedSearchCV
from sklearn.utils import indexable
from sklearn.utils.metadata_routing import process_routing

from sksoftmax._attributes import all_or_nothing, publish
from sksoftmax._base import BaseSoftmaxClassifier
from sksoftmax._callbacks import CallbackSupportMixin, SearchTask, with_callbacks
from sksoftmax._cross_fit import (
    CV,
    N_JOBS,
    SCORER_NAME,
    SCORER_NAMES,
    Interrupted,
    accepts_sample_weight,
    checked,
    cross_fit,
    prepare,
    split_rows,
    warn_of,
    with_parameters,
)
from sksoftmax._docstrings import shared_docstring
from sksoftmax._methods import public
from sksoftmax._pipelines import last_step, path_to_last_step, steps_before
from sksoftmax._progress import SearchProgress
from sksoftmax._rare_classes import warn_of_unseen_classes
from sksoftmax._validation import BOOLEAN, CALLABLE, NONE, SEED, STRING, Kind, check_parameters, integer, options, shown

# What the table of scikit-learn finds.
FOUND = ("cv_results_", "best_index_", "best_params_", "best_score_", "multimetric_", "n_splits_")
PUBLISHED = (*FOUND, "best_estimator_", "refit_time_", "feature_names_in_", "scorer_")

# Rows of the table's data.
TRAIN, TEST = 0, 1

# scikit-learn passes weights on to scorers, without being asked by metadata routing, from 1.7 on.
WEIGHTED_SCORES = tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 7)

SCORERS = Kind(
    "a list, tuple or set of such names, a dict of scorers",
    lambda value: isinstance(value, (list, tuple, set, dict)) and len(value) > 0,
)
CONSTRAINTS = {
    "scoring": [SCORER_NAME, CALLABLE, SCORERS, NONE],
    "n_jobs": N_JOBS,
    "refit": [BOOLEAN, STRING, CALLABLE],
    "cv": CV,
    "verbose": [integer(0), BOOLEAN],
    "pre_dispatch": [
        integer(1),
        options("all"),
        Kind(
            "a product of n_jobs such as '2*n_jobs'",
            lambda value: (
                isinstance(value, str) and bool(re.fullmatch(r"[\d.*+/() -]*(n_jobs|\d)[\d.*+/() -]*", value))
            ),
        ),
    ],
    "error_score": [options("raise"), Kind("a number", lambda value: isinstance(value, Real))],
    "return_train_score": [BOOLEAN],
}


class _Recorded(BaseEstimator):
    """Stands for the candidates in scikit-learn's GridSearchCV, which fits it once for each outcome, in their order."""

    def __init__(self, outcomes=()):
        # Raising an error lengthens its traceback, and scikit-learn counts errors of equal tracebacks together.
        self.outcomes = iter([(outcome, getattr(outcome.fit_error, "__traceback__", None)) for outcome in outcomes])

    def __sklearn_clone__(self):
        return self

    def set_params(self, **params):
        return self

    def fit(self, X, y):
        # It is fitted once more for the refit, which is none of its business.
        self.outcome, traceback = next(self.outcomes, (None, None))
        if self.outcome is not None and self.outcome.fit_error is not None:
            raise self.outcome.fit_error.with_traceback(traceback)
        return self


class _RecordedScores:
    """The scorer of a _Recorded."""

    def __init__(self, scoring, error_score):
        self._scoring, self._error_score = scoring, error_score

    def __repr__(self):
        return repr(self._scoring)

    def __call__(self, recorded, X, y):
        ((kind,),) = X
        scores = recorded.outcome.train_scores if kind == TRAIN else recorded.outcome.test_scores
        if isinstance(scores, Exception):
            raise scores
        if not isinstance(scores, dict) or callable(self._scoring):
            return scores
        # Of several metrics, scikit-learn's scorer gives the traceback of one that fails.
        failed = {name: text for name, text in scores.items() if isinstance(text, str)}
        for name, text in failed.items():
            message = f"Scoring failed: the score by {name!r} is set to {self._error_score}. Details:\n{text}"
            warnings.warn(message, UserWarning, stacklevel=2)
        return {**scores, **dict.fromkeys(failed, self._error_score)}


def _tabulated(search, candidates, outcomes):
    """A GridSearchCV of scikit-learn that was fitted to the outcomes: it knows what to do with errors, makes the table,
    and chooses the best."""

    def complete(results):
        """Overwrite the table with the same, with the times of training and parameters in the order of candidates."""
        for name in ("fit_time", "score_time"):
            times = np.array([[getattr(outcome, name) for outcome in row] for row in outcomes])
            results[f"mean_{name}"], results[f"std_{name}"] = times.mean(axis=1), times.std(axis=1)
        names = list(dict.fromkeys(f"param_{name}" for params in candidates for name in params))
        of_params, others = {name: results.pop(name) for name in names}, dict(results)
        results.clear()
        for name, column in others.items():
            if name == "params":
                results.update(of_params)
                column = candidates
            results[name] = column
        return results

    refit = search.refit
    # One after the other: the outcomes come in order.
    with parallel_backend("sequential"):
        table = GridSearchCV(
            _Recorded([outcome for row in outcomes for outcome in row]),
            [{name: [value] for name, value in params.items()} for params in candidates],
            scoring=_RecordedScores(search.scoring, search.error_score),
            n_jobs=1,
            refit=(lambda results: refit(complete(results))) if callable(refit) else refit,
            cv=[([TRAIN], [TEST])] * len(outcomes[0]),
            error_score=search.error_score,
            return_train_score=search.return_train_score,
        ).fit([[TRAIN], [TEST]], [0, 0])
    complete(table.cv_results_)
    return table


class _VectorizedSearch(CallbackSupportMixin):
    """`fit` of a search class of scikit-learn, for candidates that train together."""

    _constraints = CONSTRAINTS

    def fit(self, X, y=None, **params):
        """Fit all candidates on all splits, and the best one on all samples.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,), default=None
            Class labels. It has a default for the sake of scikit-learn's signature, and is needed.
        **params : dict of str -> object
            `groups` for the splitter; `sample_weight` for the estimator and, from scikit-learn 1.7 on, for the scorers
            that take it; for the steps of a pipeline ``step__name``, such as ``clf__sample_weight``. With
            scikit-learn's metadata routing, what was requested.

        Returns
        -------
        self : object
            The fitted search.

        Raises
        ------
        TypeError
            If the estimator is not one of this package nor a pipeline that ends in one, or a parameter is unknown.
        ValueError
            If a parameter is out of its range, `X` or `y` are not valid, or all fits fail. The search is then as it
            was before the call.
        KeyboardInterrupt
            If Ctrl-C is pressed. `cv_results_` is then the table of what was finished, with nan for the rest.
        """
        self._fit(X, y, params)
        return self

    @all_or_nothing
    @with_callbacks
    def _fit(self, X, y, params):
        self._check()
        X, y = indexable(X, y)
        scorer = self._scorer()
        fit_params, split_params, score_params = self._routed(params, scorer)
        self._check_names(fit_params)
        task = prepare(
            self.estimator, X, y, fit_params, scorer, score_params, with_train_scores=self.return_train_score
        )
        splits = split_rows(self.cv, X, y, **split_params)
        candidates = list(self._candidates())
        if not candidates:
            raise ValueError("No fits were performed: there is no candidate.")
        if self.verbose:
            print(
                f"Fitting {len(splits)} folds for each of {len(candidates)} candidates, totalling "
                f"{len(splits) * len(candidates)} fits"
            )
        context = self._init_callback_context(max_subtasks=2 if self.refit else 1)
        weights = params.get("sample_weight")
        told = {"X": X, "y": y, "metadata": None if weights is None else {"sample_weight": weights}}
        context.call_on_fit_task_begin(estimator=self, **told)
        search_task = SearchTask(self, context)
        models = [self._model(params) for params in candidates]
        before = list(map(steps_before, models, candidates))
        progress = self._progress(candidates, len(splits)) if self.verbose else None
        try:
            outcomes = cross_fit(models, task, splits, self.n_jobs, self.pre_dispatch, progress, before, search_task)
            table = self._table(candidates, outcomes)
        except Interrupted as interrupt:
            if interrupt.n_done:
                self._publish_part(candidates, interrupt.outcomes)
            return KeyboardInterrupt()
        warn_of(outcomes)
        warn_of_unseen_classes(scorer, task.labels, splits, outcomes)
        found = {name: getattr(table, name) for name in FOUND if hasattr(table, name)}
        found["scorer_"] = self._scorers() if found["multimetric_"] and not callable(self.scoring) else scorer
        if self.refit:
            found["best_params_"] = candidates[table.best_index_]
            try:
                found.update(self._refitted(found["best_params_"], told, fit_params, search_task.subtask("refit")))
            except KeyboardInterrupt as interrupt:
                publish(self, found, PUBLISHED)
                return interrupt
        publish(self, found, PUBLISHED)
        context.call_on_fit_task_end(estimator=self, **told)

    def _progress(self, candidates, n_splits):
        several = isinstance(self.scoring, (list, tuple, set, dict))
        metric = (self.refit if isinstance(self.refit, str) else False) if several else None
        return SearchProgress(list(map(_as_written, candidates)), n_splits, metric, every=self.verbose > 1)

    def _table(self, candidates, outcomes):
        try:
            return _tabulated(self, candidates, outcomes)
        except KeyboardInterrupt:
            raise Interrupted(outcomes, len(candidates)) from None

    def _publish_part(self, candidates, outcomes):
        """Keep the table of an interrupted search, in which fits that were not done have nan."""
        part = copy.copy(self)
        part.refit, part.error_score = False, np.nan
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = vars(_tabulated(part, candidates, outcomes))
        publish(self, {name: found[name] for name in ("cv_results_", "n_splits_", "multimetric_")}, PUBLISHED)

    def _refitted(self, params, told, fit_params, task):
        """The attributes of the candidate with these parameters, fitted to all samples."""
        start = time.perf_counter()
        best, task = clone(self.estimator).set_params(**clone(params, safe=False)), task.about(**told)
        with task.fits(best), task:
            best.fit(told["X"], told["y"], **fit_params)
        found = {"best_estimator_": best, "refit_time_": time.perf_counter() - start}
        if hasattr(best, "feature_names_in_"):
            found["feature_names_in_"] = best.feature_names_in_
        return found

    def _check(self):
        check_parameters(self, self._constraints)
        _check_estimator(self.estimator, type(self).__name__)
        if SCORERS.allows(self.scoring):
            _check_scorers(self.scoring, self.refit)

    def _check_names(self, fit_params):
        """Raise for the parameters of fit that no step of the estimator takes."""
        path = path_to_last_step(self.estimator)
        taken = f"{path}__sample_weight" if path else "sample_weight"
        if get_config()["enable_metadata_routing"]:
            # Splits have test samples of their own.
            unknown = [name for name in fit_params if name in ("X_val", "y_val", "sample_weight_val")]
        else:
            unknown = [name for name in fit_params if name != taken and not (path and _is_of_step(name, path))]
        if unknown:
            taken += ", those of steps before such as step__name" if path else ""
            raise TypeError(
                f"{type(self).__name__}.fit got unexpected parameters {sorted(unknown)}, takes {taken} and groups."
            )

    def _model(self, params):
        """A candidate, or the ValueError that says why its parameters are not allowed."""
        model = with_parameters(self.estimator, params)
        _check_estimator(model, type(self).__name__)
        return checked(model)

    def _scorer(self):
        if isinstance(self.scoring, (list, tuple, set, dict)):
            return check_scoring(self.estimator, self.scoring, raise_exc=self.error_score == "raise")
        return check_scoring(self.estimator, self.scoring)

    def _scorers(self):
        """The scorer of each metric."""
        scoring = self.scoring if isinstance(self.scoring, dict) else {name: name for name in self.scoring}
        return {name: check_scoring(self.estimator, metric) for name, metric in scoring.items()}

    def _routed(self, params, scorer):
        """What goes to the estimator's fit, to the splitter and to the scorer."""
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, "fit", **params)
            return routed.estimator.fit, routed.splitter.split, routed.scorer.score
        params = dict(params)
        split_params, score_params = {"groups": params.pop("groups", None)}, {}
        if params.get("sample_weight") is not None and WEIGHTED_SCORES:
            if accepts_sample_weight(scorer):
                score_params["sample_weight"] = params["sample_weight"]
            else:
                warnings.warn(
                    f"scoring == {self.scoring!r} takes no sample_weight: scores are not weighted.", stacklevel=6
                )
        return params, split_params, score_params


def _as_written(params):
    """Parameters whose numbers are Python's, which are shown without their type."""
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in params.items()}


def _is_of_step(name, path):
    """Whether a parameter of fit is one of a step before the last, whose path is given."""
    return "__" in name and not name.startswith(f"{path}__")


def _check_estimator(estimator, search):
    if isinstance(estimator, type):
        raise TypeError(f"estimator must be an instance, got the class {estimator.__name__}.")
    last = last_step(estimator)
    if not isinstance(last, BaseSoftmaxClassifier):
        of_pipeline = "" if last is estimator else f"{type(estimator).__name__} that ends in a "
        name = repr(last) if isinstance(last, str) else type(last).__name__
        raise TypeError(
            f"estimator is a {of_pipeline}{name}, must be a SoftmaxRegression, a TinyMLPClassifier, or a pipeline that "
            f"ends in one.\nFor other estimators use scikit-learn's {search.removeprefix('Vectorized')}."
        )
    if getattr(type(last).fit, "__code__", None) is not BaseSoftmaxClassifier.fit.__code__:
        raise TypeError(
            f"{type(last).__name__} has a fit of its own, which training together would pass by.\n"
            f"Use scikit-learn's {search.removeprefix('Vectorized')}, or an estimator of this package as it is."
        )


def _check_scorers(scoring, refit):
    is_dict, names = isinstance(scoring, dict), list(scoring)
    for scorer in scoring.values() if is_dict else names:
        if not (SCORER_NAME.allows(scorer) or (is_dict and callable(scorer))):
            functions = " or functions" if is_dict else ""
            raise ValueError(f"scoring holds {shown(scorer)}, must hold {SCORER_NAMES}{functions}.")
    if not (refit is False or callable(refit) or refit in names):
        raise ValueError(
            f"refit == {refit!r}, must be one of {shown(names)}, a callable or False with more than one metric."
        )


@public
@shared_docstring
class VectorizedGridSearchCV(_VectorizedSearch, GridSearchCV):
    """:class:`~sklearn.model_selection.GridSearchCV` for the estimators of this package, in less time.

    Takes, does and finds what scikit-learn's search does, but trains the candidates of a split together.

    Parameters
    ----------
    estimator : SoftmaxRegression, TinyMLPClassifier or Pipeline
        Of a pipeline one of the two is the last step; the steps before it are fitted once for each split and each
        setting of theirs.
    param_grid : dict or list of dict
        Values to try of each parameter; each dict of a list is a grid of its own.
    {SEARCH_PARAMETERS}

    Attributes
    ----------
    {SEARCH_ATTRIBUTES}

    See Also
    --------
    VectorizedRandomizedSearchCV : Draws candidates from distributions.
    SoftmaxRegressionCV : Softmax regression that tunes its penalty.
    sklearn.model_selection.GridSearchCV : The same for any estimator.

    Notes
    -----
    {SEARCH_NOTES}

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxRegression, VectorizedGridSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> search = VectorizedGridSearchCV(SoftmaxRegression(random_state=0), {"l2": np.logspace(-5, 0, 6)})
    >>> bool(search.fit(X, y).best_score_ > 0.95)
    True
    >>> search.cv_results_["mean_test_score"].shape
    (6,)
    """

    def _candidates(self):
        return ParameterGrid(self.param_grid)


@public
@shared_docstring
class VectorizedRandomizedSearchCV(_VectorizedSearch, RandomizedSearchCV):
    """:class:`~sklearn.model_selection.RandomizedSearchCV` for the estimators of this package, in less time.

    Takes, does and finds what scikit-learn's search does, but trains the candidates of a split together.

    Parameters
    ----------
    estimator : SoftmaxRegression, TinyMLPClassifier or Pipeline
        Of a pipeline one of the two is the last step; the steps before it are fitted once for each split and each
        setting of theirs.
    param_distributions : dict or list of dict
        For each parameter a list of values, or a distribution with a method ``rvs``.
    {SEARCH_PARAMETERS}

    Attributes
    ----------
    {SEARCH_ATTRIBUTES}

    See Also
    --------
    VectorizedGridSearchCV : Tries all values of a grid.
    sklearn.model_selection.RandomizedSearchCV : The same for any estimator.

    Notes
    -----
    {SEARCH_NOTES}

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxRegression, VectorizedRandomizedSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> distributions = {"l2": loguniform(1e-5, 1e-1)}
    >>> search = VectorizedRandomizedSearchCV(SoftmaxRegression(random_state=0), distributions, random_state=0)
    >>> len(search.fit(X, y).cv_results_["params"])
    10
    """

    _constraints = {**CONSTRAINTS, "n_iter": [integer(1)], "random_state": SEED}  # noqa: RUF012

    def _candidates(self):
        return ParameterSampler(self.param_distributions, self.n_iter, random_state=self.random_state)
