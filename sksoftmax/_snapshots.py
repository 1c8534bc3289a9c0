# SPDX-License-Identifier: BSD-3-Clause
"""Fitted copies of an estimator as it was after some epochs of its training."""

import warnings

from sklearn.base import clone

from sksoftmax._base import BaseSoftmaxClassifier
from sksoftmax._pipelines import fit_steps_before, last_of_kind, with_last_step
from sksoftmax._validation import integer, shown
from sksoftmax._watching import Watcher


def training_snapshots(estimator, X, y, *, epochs=(0, 1, 2, 5, 10, 20, 50), sample_weight=None):
    """Train a clone of an estimator and return it as it was after some epochs.

    Each snapshot is what `fit` would make if its training ended after as many epochs: it predicts, has the curves so
    far, and can go on training by `partial_fit`. With early stopping it has the coefficients that were best until then.
    All come from one training, which costs no more than the longest.

    Parameters
    ----------
    estimator : SoftmaxRegression, TinyMLPClassifier, or a Pipeline that ends in one
        Not fitted by this. Its ``max_iter`` is not used, training ends after the last of `epochs`; a cosine schedule
        ends there too. Transformers of a pipeline are fitted once, and the snapshots share them.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Features.
    y : array-like of shape (n_samples,)
        Class labels.
    epochs : int or sequence of int, default=(0, 1, 2, 5, 10, 20, 50)
        Epochs, or iterations of "lbfgs", to return the model after, >= 0. 0 is the untrained model.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples.

    Returns
    -------
    snapshots : list of fitted estimators
        In ascending order of epochs, which are their ``n_iter_``. If training reaches its end by ``tol`` or
        ``n_iter_no_change`` earlier than the last of `epochs`, the last snapshot is of that end, with a warning.

    Raises
    ------
    TypeError
        If the estimator is of another kind.
    ValueError
        If `epochs` holds no or other numbers, or the fit fails.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sksoftmax import SoftmaxRegression
    >>> from sksoftmax.plotting import training_snapshots
    >>> X, y = load_digits(return_X_y=True)
    >>> snapshots = training_snapshots(SoftmaxRegression(random_state=0), X, y, epochs=[0, 1, 10])
    >>> [snapshot.n_iter_ for snapshot in snapshots]
    [0, 1, 10]
    >>> bool(snapshots[-1].score(X, y) > snapshots[1].score(X, y) > snapshots[0].score(X, y))
    True
    """
    wanted = _checked(epochs)
    model = last_of_kind(BaseSoftmaxClassifier, estimator, "SoftmaxRegression, a TinyMLPClassifier")
    model = clone(model).set_params(max_iter=max(1, wanted[-1]))
    whole, X, y, _ = fit_steps_before(clone(estimator), X, y, {})
    taken = _Taken(wanted)
    model._fit(X, y, sample_weight, watchers=[taken])
    snapshots = taken.snapshots
    missing = [epoch for epoch in wanted if epoch > model.n_iter_]
    if missing:
        warnings.warn(
            f"Training ended after {model.n_iter_} epochs; there are no snapshots of the epochs {missing}. tol=None "
            "trains for all of them.",
            UserWarning,
            stacklevel=2,
        )
        if model.n_iter_ not in wanted:
            snapshots.append(model)
    return [with_last_step(whole, snapshot) for snapshot in snapshots]


class _Taken(Watcher):
    def __init__(self, epochs):
        self._epochs, self.snapshots = epochs, []

    def __call__(self, epoch):
        if epoch.result.n_epochs in self._epochs:
            self.snapshots.append(epoch.fitted())


def _checked(epochs):
    try:
        wanted = list(epochs)
    except TypeError:
        wanted = [epochs]
    if not wanted or not all(map(integer(0).allows, wanted)):
        raise ValueError(f"epochs == {shown(epochs)}, must be an int >= 0 or a sequence of them.")
    return sorted({int(epoch) for epoch in wanted})
