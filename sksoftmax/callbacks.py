# SPDX-License-Identifier: BSD-3-Clause
"""Callbacks for ``set_callbacks``, which estimators have from scikit-learn 1.9 on."""

import time

from sklearn.metrics import check_scoring, log_loss

from sksoftmax._cross_fit import SCORER_NAME, number_of_score
from sksoftmax._validation import CALLABLE, NONE, InvalidParameterError, real, shown

__all__ = ["StopAt", "ValidationMonitor"]


class _EpochCallback:
    """A callback that is told of the epochs of a fit."""

    def setup(self, estimator, context):
        """Begin a fit.

        Parameters
        ----------
        estimator : estimator
            That is about to be fitted.
        context : CallbackContext
            Of the fit, from scikit-learn.
        """
        self._begin(estimator)

    def on_fit_task_begin(self, estimator, context):
        """Nothing happens before an epoch.

        Parameters
        ----------
        estimator : estimator
            That is being fitted.
        context : CallbackContext
            Of the task, from scikit-learn.
        """

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        """Take notice of an epoch.

        Parameters
        ----------
        estimator : estimator
            That is being fitted.
        context : CallbackContext
            Of the task, from scikit-learn.
        fitted_estimator : estimator, default=None
            A copy of it as if it had ended now.

        Returns
        -------
        stop : bool
            Whether training shall stop.
        """
        if context.task_name != "epoch" or fitted_estimator is None:
            return False
        return self._take(fitted_estimator)

    def teardown(self, estimator, context):
        """End a fit.

        Parameters
        ----------
        estimator : estimator
            That was fitted.
        context : CallbackContext
            Of the fit, from scikit-learn.
        """


class ValidationMonitor(_EpochCallback):
    """Scores a model on samples of your own after each epoch.

    The model does not see them. :class:`~sksoftmax.plotting.LossCurveDisplay` draws the curves that this records.

    Parameters
    ----------
    X_val : {array-like, sparse matrix} of shape (n_val, n_features)
        Features, as the estimator takes them.
    y_val : array-like of shape (n_val,)
        Class labels.
    scoring : str, callable or None, default=None
        What `validation_scores_` are, the greater the better. None means accuracy.

    Attributes
    ----------
    validation_loss_curve_ : list of float
        Mean cross-entropy after each epoch of the latest fit.
    validation_scores_ : list of float
        Score after each of these epochs.

    Raises
    ------
    ValueError
        In `fit`, if the samples do not match the estimator, or `scoring` is something else or returns no number.

    See Also
    --------
    sksoftmax.SoftmaxRegression.fit : Takes `X_val` and `y_val` with weights, at less cost, and without a callback.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxRegression
    >>> from sksoftmax.callbacks import ValidationMonitor
    >>> X, y = load_iris(return_X_y=True)
    >>> monitor, clf = ValidationMonitor(X[::2], y[::2]), SoftmaxRegression(random_state=0)
    >>> if hasattr(clf, "set_callbacks"):  # from scikit-learn 1.9 on
    ...     _ = clf.set_callbacks(monitor).fit(X[1::2], y[1::2])
    ...     assert len(monitor.validation_scores_) == clf.n_iter_
    """

    def __init__(self, X_val, y_val, *, scoring=None):
        self.X_val, self.y_val, self.scoring = X_val, y_val, scoring

    def _begin(self, estimator):
        if not any(constraint.allows(self.scoring) for constraint in (SCORER_NAME, CALLABLE, NONE)):
            raise InvalidParameterError(f"scoring == {shown(self.scoring)}, must be {SCORER_NAME}, a callable or None.")
        self._scorer = check_scoring(estimator, self.scoring)
        self.validation_loss_curve_, self.validation_scores_ = [], []

    def _take(self, fitted):
        try:
            loss = log_loss(self.y_val, fitted.predict_proba(self.X_val), labels=fitted.classes_)
        except (TypeError, ValueError) as error:
            raise ValueError(f"X_val, y_val: {error}") from error
        self.validation_loss_curve_.append(float(loss))
        score = self._scorer(fitted, self.X_val, self.y_val)
        self.validation_scores_.append(number_of_score(score, self.scoring))
        return False


class StopAt(_EpochCallback):
    """Stops training at the end of the first epoch after a time, or that is good enough.

    The model is fitted as if the epoch had been its last; there is no warning that it has not converged.

    Parameters
    ----------
    seconds : float or None, default=None
        Time after the beginning of the fit, >= 0.
    loss : float or None, default=None
        Objective that is low enough.
    score : float or None, default=None
        Accuracy on the validation samples that is high enough. It needs some: ``early_stopping=True`` or `X_val`.

    Raises
    ------
    ValueError
        If none is given or one is out of its range; in `fit`, if `score` is given and there are no validation samples.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxRegression
    >>> from sksoftmax.callbacks import StopAt
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = SoftmaxRegression(random_state=0)
    >>> if hasattr(clf, "set_callbacks"):  # from scikit-learn 1.9 on
    ...     _ = clf.set_callbacks(StopAt(loss=0.5)).fit(X, y)
    ...     assert clf.loss_ <= 0.5 < clf.loss_curve_[-2]
    """

    def __init__(self, *, seconds=None, loss=None, score=None):
        allowed = {"seconds": real(0), "loss": real(0), "score": real(0, 1, "both")}
        values = {"seconds": seconds, "loss": loss, "score": score}
        for name, constraint in allowed.items():
            if not (NONE.allows(values[name]) or constraint.allows(values[name])):
                raise InvalidParameterError(f"{name} == {shown(values[name])}, must be {constraint} or None.")
        if all(value is None for value in values.values()):
            raise InvalidParameterError("StopAt needs one of seconds, loss and score.")
        self.seconds, self.loss, self.score = seconds, loss, score

    def _begin(self, estimator):
        self._start = time.perf_counter()

    def _take(self, fitted):
        if self.score is not None:
            if not hasattr(fitted, "validation_scores_"):
                raise ValueError(
                    f"StopAt(score={self.score}) needs validation samples: early_stopping=True, or X_val and y_val."
                )
            if fitted.validation_scores_[-1] >= self.score:
                return True
        if self.loss is not None and fitted.loss_ <= self.loss:
            return True
        return self.seconds is not None and time.perf_counter() - self._start >= self.seconds
