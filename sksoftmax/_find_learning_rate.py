# SPDX-License-Identifier: BSD-3-Clause
"""Which learning rate to set, where it is not left to follow from the data."""

from typing import NamedTuple

import numpy as np
from sklearn.base import clone

from sksoftmax._base import BaseSoftmaxClassifier
from sksoftmax._fit_together import fit_together, raise_interrupt
from sksoftmax._pipelines import fit_steps_before, last_of_kind
from sksoftmax._stacks import fold_of, member
from sksoftmax._validation import integer, numbers_of, shown


class LearningRates(NamedTuple):
    """Objectives (n,) that training reaches with learning rates (n,), infinite where it diverges; and the best rate."""

    learning_rates: np.ndarray
    objectives: np.ndarray
    best: float


def find_learning_rate(estimator, X, y, *, learning_rates=None, n_epochs=1, sample_weight=None):
    """Train with each of many learning rates for an epoch, all at once, and see how far each of them gets.

    An epoch with a small rate hardly lowers the objective, with a large one it diverges or swings; the rate in between
    whose objective is lowest is a good start, the more so with a schedule that lowers it. All models see the same
    batches and train as one stack. With ``learning_rate_init="auto"`` there is nothing to find.

    Objectives are those of just before the steps. A full batch makes one step in an epoch, before the first of which
    all models are alike: there `n_epochs` must be larger, and better is some tens.

    Parameters
    ----------
    estimator : SoftmaxRegression, TinyMLPClassifier, or a Pipeline that ends in one
        Not fitted by this. Its solver is "sgd" or "adam"; its `learning_rate_init`, `learning_rate`, `max_iter`, `tol`
        and `early_stopping` are not used. Transformers of a pipeline are fitted once.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Features.
    y : array-like of shape (n_samples,)
        Class labels.
    learning_rates : array-like of shape (n_learning_rates,), default=None
        Rates to try, > 0. None means 31 from 1e-5 to 10, evenly spaced in logarithms.
    n_epochs : int, default=1
        Epochs of each training, >= 1, or >= 2 where a batch holds all samples.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples.

    Returns
    -------
    found : LearningRates
        A named tuple of ``learning_rates`` of shape (n_learning_rates,), in ascending order; ``objectives`` of the same
        shape, the mean over the last epoch, infinite where training diverges; and ``best`` (float), the rate of the
        lowest.

    Raises
    ------
    TypeError
        If the estimator is of another kind.
    ValueError
        If `learning_rates` or `n_epochs` is out of range, the solver is "lbfgs", all trainings diverge, or the data
        cannot be fitted.

    See Also
    --------
    sksoftmax.plotting.LearningRateDisplay : A picture of what is found.

    References
    ----------
    L. N. Smith (2017). Cyclical Learning Rates for Training Neural Networks, section 3.3. WACV. The test there raises
    the rate from step to step of one training; here each rate has a training of its own.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sksoftmax import SoftmaxRegression, find_learning_rate
    >>> X, y = load_digits(return_X_y=True)
    >>> found = find_learning_rate(SoftmaxRegression(random_state=0), X, y)
    >>> bool(1e-4 < found.best < 1e-2)
    True
    >>> clf = SoftmaxRegression(learning_rate_init=found.best, random_state=0).fit(X, y)
    """
    rates = _checked_rates(learning_rates)
    if not integer(1).allows(n_epochs):
        raise ValueError(f"n_epochs == {shown(n_epochs)}, must be an int >= 1.")
    model = last_of_kind(BaseSoftmaxClassifier, estimator, "SoftmaxRegression, a TinyMLPClassifier")
    if model.solver == "lbfgs":
        raise ValueError("solver == 'lbfgs', must be 'sgd' or 'adam': it has no learning rate.")
    settings = {"learning_rate": "constant", "max_iter": n_epochs, "tol": None, "early_stopping": False}
    candidates = [clone(model).set_params(**settings, learning_rate_init=float(rate)) for rate in rates]
    for candidate in candidates:
        candidate._check_parameters()
    _, X, y, _ = fit_steps_before(clone(estimator), X, y, {})
    fold = fold_of(clone(model), X, y, sample_weight)
    models = [member(candidate, fold) for candidate in candidates]
    problems = fit_together(models, fold.X, fold.y, sample_weight=fold.sample_weight, to_compare=True)
    raise_interrupt(problems)
    trained = [each for each, problem in zip(models, problems) if not isinstance(problem, Exception)]
    if trained and max(each.n_updates_ for each in trained) == 1:
        raise ValueError(
            f"n_epochs == {n_epochs}, must be larger where a batch holds all samples: before its only step all "
            "learning_rates have the same objective."
        )
    objectives = np.array(
        [np.inf if isinstance(problem, Exception) else each.loss_ for each, problem in zip(models, problems)]
    )
    if not np.isfinite(objectives).any():
        raise ValueError(f"Training diverges with all learning_rates, from {rates[0]:.3g} on: try smaller ones.")
    return LearningRates(rates, objectives, float(rates[objectives.argmin()]))


def _checked_rates(learning_rates):
    if learning_rates is None:
        return np.logspace(-5, 1, 31)
    rates = numbers_of(learning_rates)
    if rates is None or rates.ndim != 1 or not len(rates) or not (np.isfinite(rates) & (rates > 0)).all():
        raise ValueError(f"learning_rates == {shown(learning_rates)}, must be a sequence of finite numbers > 0.")
    return np.unique(rates)
