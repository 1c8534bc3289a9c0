# SPDX-License-Identifier: BSD-3-Clause
"""Methods of the public classes: which an instance lacks, and which class errors of wrong calls name."""

import inspect
from functools import wraps
from types import FunctionType, MethodType

# What parameters of scikit-learn's classifiers stand for, and what that may be called here.
CALLED_HERE = {
    "C": ("1 / (n_samples * C)", "l2", "l2s"),
    "Cs": ("1 / (n_samples * C)", "l2s"),
    "alpha": ("alpha", "l2", "l2s"),
    "eta0": ("eta0", "learning_rate_init"),
    "l2": ("l2", "l2s"),
    "penalty": ("The weight of the penalty", "l2", "l2s"),
}


class Available:
    """A method of the instances for which `check` raises no AttributeError, which says why another has none."""

    def __init__(self, function, check):
        self.function, self.check = function, check

    def __get__(self, instance, owner=None):
        if instance is None:
            return self.function
        self.check(instance)
        return MethodType(self.function, instance)


def available_where(check):
    """Decorate a method that only instances have for which ``check(instance)`` raises no AttributeError.

    Unlike that of scikit-learn's `available_if` the error that users see is the one with the reason.
    """
    return lambda function: Available(function, check)


def public(cls):
    """Decorate a class so that errors of calls with wrong arguments name it, not a private class that it inherits from.

    An error of Python's calls a function by its `__qualname__`, so the functions of the private classes are copied.
    Pickles and skops' lists of trusted types call the class by its public module.
    """
    cls.__module__ = cls.__module__.split("._")[0]
    for name in dir(cls):
        method = inspect.getattr_static(cls, name)
        if isinstance(method, Available):
            setattr(cls, name, Available(_of(cls, method.function), method.check))
        elif isinstance(method, FunctionType) and _is_ours(method) and not name.startswith("_"):
            setattr(cls, name, _of(cls, method))
    parameters = inspect.signature(cls.__init__).parameters
    cls.__init__ = _translating(_of(cls, cls.__init__), parameters, TypeError)
    if hasattr(cls, "set_params"):
        cls.set_params = _translating(cls.set_params, parameters, ValueError)
    return cls


def _is_ours(function):
    return function.__module__.split(".")[0] == "sksoftmax"


def _of(cls, function):
    """A copy of the function that is called a method of the class."""
    copy = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__, copy.__doc__ = function.__kwdefaults__, function.__doc__
    copy.__module__, copy.__qualname__ = cls.__module__, f"{cls.__qualname__}.{function.__name__}"
    return copy


def called_here(names, parameters):
    """Sentences that tell what those of the names that other classifiers have are called among these parameters."""
    foreign = [CALLED_HERE[name] for name in names if name in CALLED_HERE and name not in parameters]
    return [f"{it} is called {own} here." for it, *owns in foreign for own in owns if own in parameters]


def _translating(method, parameters, kind):
    """Wrap a method that takes `parameters` by name so that an error of this kind tells what those of other classifiers
    are called here."""

    @wraps(method)
    def translating(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except kind as error:
            # As it only stores them, its arguments are wrong.
            hints = called_here(kwargs, parameters)
            if not hints:
                raise
            # From Python 3.13 on it guesses a name.
            said, *_ = str(error).removesuffix(".").split(". Did you mean")
            raise kind(" ".join([f"{said}.", *hints])) from None

    return translating
