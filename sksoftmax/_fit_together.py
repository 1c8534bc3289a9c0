# SPDX-License-Identifier: BSD-3-Clause
"""One training of one estimator, or of several on one stream of minibatches."""

import numpy as np

from sksoftmax import _hyperparameters as hyperparameters
from sksoftmax._diagnosis import advice, divergence, shortfall, start_of
from sksoftmax._engine.result import TrainingResult
from sksoftmax._held_out import train_and_validation
from sksoftmax._resuming import with_course
from sksoftmax._training import advance, begin, keep_state, own_stream
from sksoftmax._validation import check_several
from sksoftmax._watching import Epoch


def fit_together(
    estimators,
    X,
    y,
    rows=None,
    sample_weight=None,
    layers=None,
    own=None,
    watch=None,
    earlier=None,
    extremes=None,
    to_compare=False,
):
    """Fit estimators on one stream of minibatches, as each would be by `fit` alone.

    Parameters
    ----------
    estimators : list, with the attributes of `_validate`, and checked parameters that differ in STACKABLE ones only
    X, y : validated
    rows : (m,) to fit to, or None for all
    sample_weight : (m,) or None
    layers : list of (W, b) in raw features to start from, or None
    own : HeldOut, validation samples of the caller's own, or None
    watch : called before the first epoch and after each with the Epoch of the first estimator; returns whether to stop.
        Or None
    earlier : Earlier, the training of the only estimator to go on with, or None
    extremes : the smallest and the largest value (2, d) of each feature over all of X, or None
    to_compare : whether the fits are those of a search, which is told by scores how good they are

    Returns
    -------
    list of what there is to say of each: None, a str to warn with, the ValueError of one that diverged and is not
    fitted, or the KeyboardInterrupt of one that is, as its last finished epoch left it
    """
    first = estimators[0]
    rows = np.arange(len(y)) if rows is None else rows
    if not len(rows):
        raise ValueError("There is no sample to train on.")
    classes, targets = np.unique(y[rows], return_inverse=True)
    random_state, validation_seed = own_stream(first.random_state)
    for estimator in estimators:
        estimator.classes_ = classes
        if layers is None or not hasattr(estimator, "_validation_seed"):
            estimator._validation_seed = validation_seed
    check_several(classes, first)
    samples, validation = train_and_validation(first, X, rows, targets, sample_weight, own)
    for estimator in estimators:
        estimator.l2_ = hyperparameters.penalty(estimator, samples.n_equal)
    if earlier is None:
        begun = begin(estimators, samples, layers, random_state, extremes=extremes)
    else:
        begun = [earlier.begun]
    state, network = begun[0]

    def tell(results, parameters):
        return watch(Epoch(first, samples, state, results[0], parameters))

    if watch is not None:
        tell([TrainingResult() if earlier is None else earlier.result], network.parameters)
    starts = [start_of(estimator, network) for estimator, (_, network) in zip(estimators, begun)]
    results, coordinates = advance(
        estimators, begun, samples, validation, watch=watch and tell, earlier=earlier and earlier.result
    )
    problems = []
    for estimator, (state, _), result, start in zip(estimators, begun, results, starts):
        if result.diverged:
            problems.append(divergence(estimator, result, X))
            continue
        estimator._publish(result, coordinates)
        keep_state(estimator, with_course(state, result))
        problem = result.interrupt or advice(estimator, result, start)
        problems.append(problem if problem or to_compare else shortfall(estimator, result, samples, state))
    return problems


def raise_interrupt(problems):
    """Raise the interrupt among the problems of `fit_together`, for whom what is not trained to its end is nothing."""
    for problem in problems:
        if isinstance(problem, KeyboardInterrupt):
            raise problem
