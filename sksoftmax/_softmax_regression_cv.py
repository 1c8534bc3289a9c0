# SPDX-License-Identifier: BSD-3-Clause
"""Softmax regression that chooses its penalty by cross-validation."""

import warnings
from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import check_scoring

from sksoftmax import _hyperparameters as hyperparameters
from sksoftmax._attributes import all_or_nothing, publish
from sksoftmax._callbacks import CallbackSupportMixin, SearchTask, with_callbacks
from sksoftmax._cross_fit import (
    CV,
    N_JOBS,
    SCORER_NAME,
    Interrupted,
    accepts_sample_weight,
    checked,
    cross_fit,
    number_of_score,
    prepare,
    split_rows,
    warn_of,
    with_parameters,
)
from sksoftmax._docstrings import shared_docstring
from sksoftmax._methods import public
from sksoftmax._one_standard_error import standard_error
from sksoftmax._predictions import SoftmaxPredictions
from sksoftmax._progress import SearchProgress
from sksoftmax._rare_classes import scorer_of_all
from sksoftmax._softmax_regression import LinearCoefficients, SoftmaxRegression
from sksoftmax._stacks import fit_alone, member
from sksoftmax._validation import (
    CALLABLE,
    MOST_VALUES,
    NONE,
    Kind,
    check_parameters,
    integer,
    numbers_of,
    options,
    real,
    shown,
)
from sksoftmax._versions import Versioned
from sksoftmax._weights import of_all_classes

# Exponents of ten of the smallest and of the largest penalty of a grid that is given as a number.
WEAKEST, STRONGEST = -6, 1

# Up to so many samples L-BFGS takes less time: beyond, an epoch has ever more steps, and fewer epochs do.
MOST_SAMPLES = 20_000


def _is_grid(values):
    numbers = numbers_of(values)
    return numbers is not None and numbers.ndim == 1 and len(numbers) > 0 and all(map(real(0).allows, values))


@public
@shared_docstring
class SoftmaxRegressionCV(
    Versioned, CallbackSupportMixin, LinearCoefficients, SoftmaxPredictions, ClassifierMixin, BaseEstimator
):
    r"""Softmax regression whose penalty is chosen by cross-validation.

    Fits a :class:`SoftmaxRegression` for each penalty on each split, those of a split together, chooses the penalty
    with the best mean score, and fits it to all samples.

    Parameters
    ----------
    l2s : int or array-like of float, default=10
        Penalties to choose from, each >= 0; a number of them stands for as many from 1e-6 to 10 with a constant ratio.
    cv : int, splitter or iterable of (train, test), default=None
        Splits into training and test samples. None means 5 stratified folds, an int another number of them.
    scoring : str, callable or None, default=None
        What to choose by, the greater the better: the name of a scorer or a function of an estimator, `X` and `y`. None
        means accuracy.
    selection : {"best", "one_standard_error"}, default="best"
        Which penalty to choose: the largest of those with the best mean score, or the largest whose mean score is
        within one standard error of the best (:func:`one_standard_error`).
    n_jobs : int or None, default=None
        Number of splits that are evaluated at the same time. None means 1, -1 as many as there are cores.
    solver : {"auto", "sgd", "adam", "lbfgs"}, default="auto"
        That of :class:`SoftmaxRegression`. "auto" is "lbfgs" up to 20,000 samples, where that is faster, as long as the
        parameters of minibatches have their defaults (`batch_size`, `learning_rate`, `momentum`, `early_stopping` and
        the like, which "lbfgs" does not have); else "sgd".
    tol : float or None, default=5e-4
        That of :class:`SoftmaxRegression`, whose default is larger: here models are compared whose objectives differ
        little.
    {PARAMETERS}

    Attributes
    ----------
    l2_ : float
        The chosen penalty.
    solver_ : str
        The solver that was used.
    l2s_ : ndarray of shape (n_l2s,)
        The penalties, from the weakest to the strongest.
    scores_ : ndarray of shape (n_splits, n_l2s)
        Score of each penalty on the test samples of each split, by probabilities of all classes of `y`: zero for those
        that are not among the training samples of the split.
    coefs_paths_ : ndarray of shape (n_splits, n_l2s, n_classes, n_features) or (..., n_features + 1)
        Coefficients of each fit, the intercept last where there is one; nan for a class that is not among the training
        samples of a split, and zeros for the only class of a split.
    coef_ : ndarray of shape (n_classes, n_features)
        Coefficients of the fit to all samples.
    intercept_ : ndarray of shape (n_classes,)
        Its intercepts.
    {ATTRIBUTES}

    See Also
    --------
    SoftmaxRegression : The same with a given penalty.
    VectorizedGridSearchCV : Tunes several parameters of either estimator.
    sklearn.linear_model.LogisticRegressionCV : The model that this class follows.

    Notes
    -----
    Sample weights count in training and, where the scorer takes them, in the scores; the mean over the splits does not
    weigh them.

    {NOTES}

    References
    ----------
    {REFERENCES}

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxRegressionCV
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = SoftmaxRegressionCV(l2s=[1e-4, 1e-2, 1.0], random_state=0).fit(X, y)
    >>> clf.scores_.shape
    (5, 3)
    >>> bool(clf.score(X, y) > 0.95)
    True
    """

    _doc_link_module = "sksoftmax"
    _doc_link_template = SoftmaxRegression._doc_link_template
    _doc_link_url_param_generator = SoftmaxRegression._doc_link_url_param_generator

    _constraints = {  # noqa: RUF012
        "l2s": [integer(1, MOST_VALUES, "both"), Kind("an array-like of floats >= 0", _is_grid)],
        "cv": CV,
        "scoring": [SCORER_NAME, CALLABLE, NONE],
        "selection": [options("best", "one_standard_error")],
        "n_jobs": N_JOBS,
        **{
            name: allowed
            for name, allowed in SoftmaxRegression._constraints.items()
            if name not in ("l2", "scoring", "solver", "warm_start")
        },
        "solver": [options("auto", "sgd", "adam", "lbfgs")],
    }

    def __init__(
        self,
        l2s=10,
        *,
        cv=None,
        scoring=None,
        selection="best",
        n_jobs=None,
        solver="auto",
        tol=5e-4,
        batch_size="auto",
        learning_rate="adaptive",
        learning_rate_init="auto",
        decay=None,
        decay_epochs=10,
        power_t=0.5,
        momentum=0.9,
        nesterovs_momentum=True,
        max_iter=200,
        n_iter_no_change=3,
        shuffle=True,
        fit_intercept=True,
        class_weight=None,
        early_stopping=False,
        validation_fraction=0.1,
        init_scale=None,
        random_state=None,
        store_minibatch_loss=False,
        verbose=False,
    ):
        self.l2s = l2s
        self.cv = cv
        self.scoring = scoring
        self.selection = selection
        self.n_jobs = n_jobs
        self.solver = solver
        self.tol = tol
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.decay = decay
        self.decay_epochs = decay_epochs
        self.power_t = power_t
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.max_iter = max_iter
        self.n_iter_no_change = n_iter_no_change
        self.shuffle = shuffle
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.init_scale = init_scale
        self.random_state = random_state
        self.store_minibatch_loss = store_minibatch_loss
        self.verbose = verbose

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def fit(self, X, y, sample_weight=None, groups=None):
        """Choose the penalty and fit the model to all samples.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,)
            Class labels, numbers or strings.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Non-negative weights; only their ratios matter. None means 1 for each sample.
        groups : array-like of shape (n_samples,), default=None
            Groups of the samples, for splitters that keep them together.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter is out of its range, or a fit fails (see :meth:`SoftmaxRegression.fit`). The estimator is
            then as it was before the call.
        """
        problem = self._fit(X, y, sample_weight, groups)
        if problem:
            warnings.warn(problem, ConvergenceWarning, stacklevel=2)
        return self

    @all_or_nothing
    @with_callbacks
    def _fit(self, X, y, sample_weight, groups):
        """Fit, and return what to warn of, or None."""
        check_parameters(self, self._constraints)
        l2s = np.logspace(WEAKEST, STRONGEST, self.l2s) if isinstance(self.l2s, Real) else self.l2s
        l2s = np.unique(np.array(l2s, dtype=np.float64))
        model = self._model()
        scorer = _accuracy if self.scoring is None else check_scoring(model, self.scoring)
        task = prepare(model, X, y, {"sample_weight": sample_weight}, scorer, {}, fitted=self, with_estimators=True)
        whole, classes = task.whole, np.unique(task.labels)
        solver = self._chosen_solver(len(task.labels))
        model.set_params(solver=solver, class_weight=of_all_classes(self.class_weight, classes))
        task = task._replace(classes=classes, scorer=scorer_of_all(scorer, classes))
        if sample_weight is not None and accepts_sample_weight(scorer):
            task = task._replace(score_params={"sample_weight": whole.sample_weight})
        candidates = [checked(with_parameters(model, {"l2": float(l2)})) for l2 in l2s]
        splits = split_rows(self.cv, task.X, whole.y, groups=groups)
        context = self._init_callback_context(max_subtasks=2)
        told = {"X": X, "y": y, "metadata": None if sample_weight is None else {"sample_weight": whole.sample_weight}}
        context.call_on_fit_task_begin(estimator=self, **told)
        search_task = SearchTask(self, context)
        progress = None
        if self.verbose:
            progress = SearchProgress([f"l2={l2:.3g}" for l2 in l2s], len(splits), every=self.verbose > 1)
        try:
            outcomes = cross_fit(candidates, task, splits, self.n_jobs, progress=progress, search_task=search_task)
        except Interrupted:
            raise KeyboardInterrupt from None
        for outcome in (outcome for row in outcomes for outcome in row):
            if outcome.fit_error is not None:
                raise outcome.fit_error
        warn_of(outcomes)
        scores = [[number_of_score(outcome.test_scores, self.scoring) for outcome in row] for row in outcomes]
        scores = np.transpose(scores)
        l2 = l2s[_chosen(scores, self.selection)]
        best = member(model.set_params(l2=float(l2)), whole)
        problem = fit_alone(best, whole, search_task.subtask("refit").about(**told))
        paths = [
            [self._path_point(outcomes[i][s].estimator, best.classes_) for i in range(len(l2s))]
            for s in range(len(scores))
        ]
        found = {name: value for name, value in vars(best).items() if name.endswith("_") or name == "_activation"}
        found.update(solver_=solver, l2_=float(l2), l2s_=l2s, scores_=scores, coefs_paths_=np.array(paths))
        publish(self, found, [name for name in vars(self) if name.endswith("_")])
        context.call_on_fit_task_end(estimator=self, **told)
        return problem

    def score(self, X, y, sample_weight=None):
        """Score by `scoring`, accuracy by default.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,)
            Class labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples.

        Returns
        -------
        score : float
            The score.
        """
        check_parameters(self, {"scoring": self._constraints["scoring"]})
        if self.scoring is None:
            return super().score(X, y, sample_weight)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        return scorer_of_all(check_scoring(self, self.scoring), self.classes_)(self, X, y, **weights)

    def _model(self):
        """The SoftmaxRegression without its penalty."""
        own = ("l2s", "cv", "scoring", "selection", "n_jobs", "solver")
        return SoftmaxRegression(
            **{name: value for name, value in self.get_params(deep=False).items() if name not in own}
        )

    def _chosen_solver(self, n_samples):
        if self.solver != "auto":
            return self.solver
        usual = vars(SoftmaxRegression())
        as_usual = all(getattr(self, name) == usual[name] for name in hyperparameters.OF_MINIBATCHES)
        return "lbfgs" if n_samples <= MOST_SAMPLES and as_usual else "sgd"

    def _path_point(self, estimator, classes):
        columns = [estimator.coef_, estimator.intercept_[:, None]] if self.fit_intercept else [estimator.coef_]
        point = np.full((len(classes), sum(column.shape[1] for column in columns)), np.nan, estimator.coef_.dtype)
        point[np.searchsorted(classes, estimator.classes_)] = np.hstack(columns)
        return point


def _accuracy(estimator, X, y, sample_weight=None):
    return np.average(estimator.predict(X) == np.ravel(y), weights=sample_weight)


def _chosen(scores, selection):
    """Place of the penalty to choose by scores (n_splits, n_l2s) of ascending penalties."""
    mean = scores.mean(axis=0)
    finite = np.isfinite(mean)
    if not finite.any():
        raise ValueError(
            f"No penalty has a score on all splits: the scores are {shown(scores.tolist())}. Use another cv or scoring."
        )
    if not finite.all():
        warnings.warn(f"One or more of the mean scores are non-finite: {mean}", UserWarning, stacklevel=6)
    best = int(np.nanargmax(np.where(finite, mean, np.nan)))
    threshold = mean[best] - (standard_error(scores[:, best]) if selection == "one_standard_error" else 0.0)
    return int(np.flatnonzero(finite & (mean >= threshold))[-1])
