# SPDX-License-Identifier: BSD-3-Clause
"""scikit-learn's callbacks, for which each epoch of a fit and each stack of a search is a task. They came with its
version 1.9; before, there are none."""

from contextlib import nullcontext
from functools import wraps

from sksoftmax._watching import Watcher


class _NoContext:
    """Stands for the context of callbacks where there are none."""

    def call_on_fit_task_begin(self, **_):
        return self

    def call_on_fit_task_end(self, **_):
        return False

    def subcontext(self, **_):
        return self

    def propagate_callback_context(self, _):
        return nullcontext()


try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:

    class CallbackSupportMixin:
        """Stands for the class of that name, without `set_callbacks`."""

        def _init_callback_context(self, **_):
            return _NoContext()

    def with_callbacks(method):
        """Stands for the decorator of that name."""

        @wraps(method)
        def unmanaged(estimator, *args, **kwargs):
            return method(estimator, *args, **kwargs)

        return unmanaged


__all__ = ["CallbackSupportMixin", "EpochTasks", "SearchTask", "calls_back", "with_callbacks"]


def calls_back(estimator):
    """Whether an estimator has callbacks."""
    return bool(getattr(estimator, "_skl_callbacks", None))


class SearchTask:
    """A task of a search, which begins and ends with a ``with`` statement.

    Parameters
    ----------
    search : estimator that tells of it, or None where nobody listens
    context : of the task
    **data : X, y and metadata, or functions that return them
    """

    def __init__(self, search=None, context=None, **data):
        self.search, self._context, self._data = search, _NoContext() if context is None else context, data

    def about(self, **data):
        """The same task with other data."""
        return SearchTask(self.search, self._context, **data)

    def subtask(self, name, **numbers):
        """A task that is a part of this one; `numbers` are those of scikit-learn's `subcontext`."""
        return SearchTask(self.search, self._context.subcontext(task_name=name, **numbers), **self._data)

    def fits(self, estimator):
        """A context manager in which the fit of an estimator is the task."""
        return self._context.propagate_callback_context(estimator)

    def __enter__(self):
        self._context.call_on_fit_task_begin(estimator=self.search, **self._data)
        return self

    def __exit__(self, *error):
        self._context.call_on_fit_task_end(estimator=self.search, **self._data)


class EpochTasks(Watcher):
    """Begins and ends a task for each epoch.

    Parameters
    ----------
    context : of the fit
    sample_weight : of all samples, or None
    """

    def __init__(self, context, sample_weight):
        self._context, self._sample_weight, self._task, self._estimator = context, sample_weight, None, None

    def __call__(self, epoch):
        stop, self._estimator = False, epoch.estimator
        told = {"estimator": epoch.estimator, **self._data(epoch)}
        if epoch.result.n_epochs and self._task is not None:
            task, self._task = self._task, None
            stop = task.call_on_fit_task_end(**told, reconstruction_attributes=lambda: _attributes(epoch))
        if not (stop or epoch.is_last):
            task = self._context.subcontext(task_name="epoch")
            task.call_on_fit_task_begin(**told, reconstruction_attributes=lambda: _attributes(epoch))
            self._task = task
        return stop

    def close(self):
        # The task of an epoch that did not come to its end has no model.
        if self._task is not None:
            task, self._task = self._task, None
            task.call_on_fit_task_end(estimator=self._estimator)

    def _data(self, epoch):
        """The samples that are trained on, made when a callback asks for them."""
        samples, classes = epoch.samples, epoch.estimator.classes_
        rows = slice(None) if samples.all_in_order else samples.rows
        weights = self._sample_weight
        metadata = None
        if weights is not None:
            metadata = {"sample_weight": weights[rows]}
        return {
            "X": lambda: samples.X[rows],
            "y": lambda: classes[samples.targets[rows]],
            "metadata": metadata,
        }


def _attributes(epoch):
    """The attributes in which the fitted copy differs from the estimator."""
    before = vars(epoch.estimator)
    return {name: value for name, value in vars(epoch.fitted()).items() if value is not before.get(name)}
