# SPDX-License-Identifier: BSD-3-Clause
"""Pipelines whose last step is one of many: the steps before it are fitted, and transform the samples, once for all."""

import copy
from collections import deque

from joblib import hash as hash_of
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from sksoftmax._validation import shown

# Samples that a step remembers: those that a split is scored on, for training and for testing.
REMEMBERED = 2


def last_step(estimator):
    """The last step of a pipeline, or of the pipeline that this is; any other estimator is its own."""
    while isinstance(estimator, Pipeline) and estimator.steps:
        estimator = estimator.steps[-1][1]
    return estimator


def last_of_kind(kinds, estimator, names, fitted=False):
    """The last step of an estimator that must be of some kinds, which have these names, and perhaps be fitted."""
    last = last_step(estimator)
    if not isinstance(last, kinds):
        what, which = (f"== {shown(estimator)}", "fitted ") if fitted else (f"is a {type(last).__name__}", "")
        raise TypeError(f"estimator {what}, must be a {which}{names}, or a Pipeline that ends in one.")
    if fitted:
        check_is_fitted(last)
    return last


def path_to_last_step(estimator):
    """Its name among the parameters of the pipeline; "" of what is none."""
    names = []
    while isinstance(estimator, Pipeline) and estimator.steps:
        name, estimator = estimator.steps[-1]
        names.append(name)
    return "__".join(names)


def with_last_step(estimator, last):
    """A copy of a pipeline that has the same steps but for the last."""
    if not isinstance(estimator, Pipeline):
        return last
    whole = copy.copy(estimator)
    *before, (name, step) = whole.steps
    whole.steps = [*before, (name, with_last_step(step, last))]
    return whole


def steps_before(estimator, params):
    """Equal for candidates whose steps before the last are set alike by `params`, which the estimator has."""
    path = path_to_last_step(estimator)
    others = {name: value for name, value in params.items() if name != path and not name.startswith(f"{path}__")}
    return path, tuple(sorted((name, _token(value)) for name, value in others.items()))


def _token(value):
    try:
        return hash_of(value)
    except Exception:
        # Candidates of a grid share what cannot be pickled, such as a lambda.
        return str(id(value))


class _Recorder(ClassifierMixin, BaseEstimator):
    """Takes the place of a last step, and keeps what it would be fitted to."""

    def __init__(self, step=None):
        self.step = step

    def fit(self, X, y, sample_weight=None):
        self.X_, self.y_, self.sample_weight_ = X, y, sample_weight
        return self

    def get_metadata_routing(self):
        return self.step.get_metadata_routing()


def fit_steps_before(pipeline, X, y, params):
    """A pipeline whose steps before the last are fitted, and what the last would be fitted to: X, y, sample_weight."""
    recorder = _Recorder(last_step(pipeline))
    fitted = with_last_step(pipeline, recorder).fit(X, y, **params)
    return fitted, recorder.X_, recorder.y_, recorder.sample_weight_


def remembering(pipeline):
    """A copy of a fitted pipeline, whose steps before the last do not transform the same samples again."""
    if not isinstance(pipeline, Pipeline):
        return pipeline
    whole = copy.copy(pipeline)
    *before, (name, last) = whole.steps
    whole.steps = [*((name, _remembers(step)) for name, step in before), (name, remembering(last))]
    return whole


def _remembers(step):
    if step is None or isinstance(step, str):
        return step
    remembers = copy.copy(step)
    remembers.transform = _Remembered(step.transform)
    return remembers


class _Remembered:
    """The `transform` of a fitted step."""

    def __init__(self, transform):
        self._transform, self._latest = transform, deque(maxlen=REMEMBERED)

    def __call__(self, X, **params):
        if params:
            return self._transform(X, **params)
        for samples, transformed in self._latest:
            if samples is X:
                return transformed
        transformed = self._transform(X)
        self._latest.append((X, transformed))
        return transformed
