# SPDX-License-Identifier: BSD-3-Clause
"""Fitted attributes come all at once: whenever an error or Ctrl-C falls, an estimator has those before or those after.

Python raises an interrupt where a function is entered or a loop goes back (`_engine.interrupts`), not in an assignment.
"""

from functools import wraps

from sksoftmax import _curves as curves


def all_or_nothing(method):
    """Decorate a method so that its estimator is as it was where it raises.

    A KeyboardInterrupt that it returns, since there is something to keep, is raised too.
    """

    @wraps(method)
    def run(self, *args, **kwargs):
        before, lengths = vars(self).copy(), curves.lengths(self)
        try:
            result = method(self, *args, **kwargs)
        except BaseException:
            self.__dict__ = before
            curves.shorten(self, lengths)
            raise
        if isinstance(result, KeyboardInterrupt):
            raise result
        return result

    return run


def publish(estimator, attributes, instead_of):
    """Set attributes, a dict, in the place of those with the names `instead_of`."""
    others = {name: value for name, value in vars(estimator).items() if name not in instead_of}
    estimator.__dict__ = {**others, **attributes}
