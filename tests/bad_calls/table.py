# SPDX-License-Identifier: BSD-3-Clause
"""Tables of bad calls: a row is a call, one of its arguments, what is allowed, and bad values of the argument.

Each value is a call of its own; all other arguments are good ones.
"""

import copy
import inspect
import pickle
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from sksoftmax import SoftmaxRegression
from sksoftmax._validation import shape_of

LONGEST_MESSAGE, LONGEST_VALUE = 400, 60
ERRORS = (ValueError, TypeError, NotFittedError, FileNotFoundError, AttributeError)
# What scikit-learn says of splits, as a part of our messages.
THEIR_NAMES = {"n_splits", "n_samples"}


class Said(str):
    """Part of a message that need not name the argument and show the value, as it is of something else or no value."""


class Theirs(Said):
    """Part of a message of scikit-learn's, which counts as it is."""


class Call:
    """A public call with good arguments; a bad one takes the place of one of them.

    Parameters
    ----------
    owner : a function, or Call, that makes what has the method, such as a fitted estimator; a class that has it; or,
        without a method, the function or class to call
    method : str
    good : the arguments, or functions that make them
    """

    def __init__(self, owner, method="", **good):
        self.owner, self.method, self.good = owner, method, good
        self.__name__ = f"{owner.__name__}.{method}" if method else owner.__name__

    def __call__(self, **bad):
        subject = copy.copy(self._subject())
        good = {name: value() if callable(value) else value for name, value in self.good.items()}
        arguments, before = {**good, **bad}, _states_of(subject, good)
        if hasattr(subject, "set_params") and not inspect.isclass(subject):
            parameters = [name for name in arguments if name in subject.get_params(deep=False)]
            subject.set_params(**{name: arguments.pop(name) for name in parameters})
        try:
            return self._function(subject)(**arguments)
        finally:
            assert _states_of(subject, good) == before

    def parameters(self):
        """Names of all parameters that a user of the call may give, to it or to the training before it."""
        subject = self._subject()
        functions = [self._function(subject), getattr(subject, "plot", subject.__init__), SoftmaxRegression]
        return {name for function in functions for name in inspect.signature(function).parameters}

    def _subject(self):
        return self.owner() if self.method and not inspect.isclass(self.owner) else self.owner

    def _function(self, subject):
        return getattr(subject, self.method) if self.method else subject


def _states_of(subject, good):
    return [_state_of(value) for value in (subject, *good.values())]


def _state_of(subject):
    """Equal where nothing has changed but parameters, which a call sets."""
    if hasattr(subject, "get_params") and not inspect.isclass(subject):
        parameters = subject.get_params(deep=False)
        return pickle.dumps({name: value for name, value in vars(subject).items() if name not in parameters})
    # Displays hold figures, which are not compared.
    return {name: id(value) for name, value in getattr(subject, "__dict__", {}).items()}


def rows(table):
    """The parameters of a test: a call, its argument, what is allowed, and bad values."""
    return [
        pytest.param(call, argument, allowed, values, id=f"{call.__name__}-{argument}")
        for calls, argument, allowed, values in table
        for call in (calls if isinstance(calls, list) else [calls])
    ]


def assert_clear(call, argument, allowed, values):
    """With each of the values, the call raises an error that says so, and what is allowed; nothing else happens."""
    for value in values:
        try:
            _assert_one_is_clear(call, argument, allowed, value)
        except Exception as error:
            error.add_note(f"{call.__name__}({argument}={value!r})")
            raise


def _assert_one_is_clear(call, argument, allowed, value):
    figures = plt.get_fignums()
    with pytest.raises(ERRORS) as caught:
        call(**{argument: value})
    message = str(caught.value)
    assert allowed in message
    assert not re.search(r"(?<![\w.])(Base[A-Z]|_[A-Za-z])\w+", message), "names something private"
    if not isinstance(allowed, Theirs):
        recommended = set(re.findall(r"\b([a-z_]\w*)=", message.replace(repr(value), "")))
        assert recommended <= call.parameters() | THEIR_NAMES, "recommends what is not there"
        assert len(message) <= LONGEST_MESSAGE
    if not isinstance(allowed, Said):
        assert _has(message, argument), "names the argument"
        assert any(_has(message, text) for text in _texts_of(value)), "shows the value"
    assert plt.get_fignums() == figures


def _has(message, text):
    """Whether the text stands in the message, not as part of a longer word or number."""
    return re.search(rf"(?<![\w.]){re.escape(text)}(?![\w]|\.\d)", message)


def _texts_of(value):
    """What shows a value: how it or an element of it is written, or its type, shape or length."""
    elements = [value]
    if isinstance(value, dict):
        elements += [*value, *value.values()]
    elif isinstance(value, (list, tuple)):
        elements += value
    elif isinstance(value, np.ndarray):
        elements += value.ravel().tolist()
    written = [repr(element) for element in elements if len(repr(element)) <= LONGEST_VALUE]
    shape = str(shape_of(value)) if shape_of(value) else ""
    length = f"== {len(value)}" if shape or isinstance(value, str) else ""
    return [type(value).__name__, *written, *filter(None, [shape, length])]
