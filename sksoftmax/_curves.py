# SPDX-License-Identifier: BSD-3-Clause
"""What a training records of its epochs, as fitted attributes."""

import numpy as np

from sksoftmax._engine.result import TrainingResult

OF_EPOCHS = ("loss_curve_", "data_loss_curve_", "penalty_curve_", "learning_rate_curve_", "n_updates_curve_")
OF_STEPS = "minibatch_loss_curve_"
OF_VALIDATION = ("validation_loss_curve_", "validation_scores_", "best_validation_score_", "best_epoch_")


class GrowingCurves:
    """An estimator whose curves grow in place, so that a call costs the same however many there were before; its copies
    have curves of their own."""

    def __getstate__(self):
        state = super().__getstate__()
        return {**state, **{name: state[name].copy() for name in (*OF_EPOCHS, OF_STEPS) if name in state}}


def lengths(estimator):
    """How long each curve that grows in place is."""
    return {name: len(getattr(estimator, name)) for name in OF_EPOCHS if hasattr(estimator, name)}


def shorten(estimator, earlier):
    """Undo what has been added to the curves since `lengths` were these."""
    for name, length in earlier.items():
        del getattr(estimator, name)[length:]


def recorded(estimator):
    """The TrainingResult of a fitted estimator's curves."""
    of_steps = getattr(estimator, OF_STEPS, None)
    return TrainingResult(
        data_loss=list(estimator.data_loss_curve_),
        penalty=list(estimator.penalty_curve_),
        learning_rate=list(estimator.learning_rate_curve_),
        updates=list(estimator.n_updates_curve_),
        validation_loss=list(getattr(estimator, "validation_loss_curve_", [])),
        validation_accuracy=list(getattr(estimator, "validation_scores_", [])),
        minibatch_loss=[] if of_steps is None else np.split(of_steps, estimator.n_updates_curve_[:-1]),
        n_updates=estimator.n_updates_,
        best_epoch=getattr(estimator, "best_epoch_", estimator.n_iter_) - 1,
    )


def begin(estimator):
    """Set the attributes of a training without epochs."""
    vars(estimator).update({name: [] for name in OF_EPOCHS})
    estimator.loss_ = estimator.best_loss_ = np.inf
    estimator.n_iter_ = estimator.n_updates_ = 0
    vars(estimator).pop(OF_STEPS, None)


def extend(estimator, result, n_updates_before=0):
    """Add the epochs of a TrainingResult, whose own counts of updates begin with n_updates_before."""
    offset = estimator.n_updates_ - n_updates_before
    losses = [data_loss + penalty for data_loss, penalty in zip(result.data_loss, result.penalty)]
    updates = [offset + n_updates for n_updates in result.updates]
    for name, latest in zip(OF_EPOCHS, (losses, result.data_loss, result.penalty, result.learning_rate, updates)):
        getattr(estimator, name).extend(latest)
    estimator.loss_ = losses[-1] if losses else estimator.loss_
    estimator.best_loss_ = min([estimator.best_loss_, *losses])
    estimator.n_iter_ = len(estimator.loss_curve_)
    estimator.n_updates_ = offset + result.n_updates
    _extend_minibatch_losses(estimator, result.minibatch_loss)
    for name in OF_VALIDATION:
        vars(estimator).pop(name, None)
    if result.validation_loss:
        estimator.validation_loss_curve_ = result.validation_loss
        estimator.validation_scores_ = result.validation_accuracy
        estimator.best_validation_score_ = max(result.validation_accuracy)
        if estimator.early_stopping:
            estimator.best_epoch_ = result.best_epoch + 1


def _extend_minibatch_losses(estimator, epochs):
    """Steps whose loss was not kept have nan."""
    if not estimator.store_minibatch_loss and not hasattr(estimator, OF_STEPS):
        return
    earlier = getattr(estimator, OF_STEPS, np.empty(0))
    latest = np.concatenate([np.empty(0), *epochs])
    curve = _grown(earlier, estimator.n_updates_)
    curve[len(earlier) :] = np.nan
    curve[len(curve) - len(latest) :] = latest
    estimator.minibatch_loss_curve_ = curve


def _grown(curve, length):
    """An array that begins with `curve`, in its memory where there is room."""
    room = curve.base
    if not isinstance(room, np.ndarray) or room.shape < (length,):
        room = np.empty(2 * length)
        room[: len(curve)] = curve
    return room[:length]
