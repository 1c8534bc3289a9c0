# SPDX-License-Identifier: BSD-3-Clause
"""State of the process that must be as before after a fit, whenever Ctrl-C falls.

CPython raises an interrupt where a function of Python is entered, after a function of C returns, and where a loop goes
back. A ``with`` statement is left through a function of its own, and a signal at its entry would skip what it restores.
"""

import numpy as np

ATTEMPTS = 3


def surely(run, undo):
    """Return run(), and undo() whatever happens, also where an interrupt falls into undo, which may be repeated."""
    try:
        return run()
    finally:
        # Nothing is called between here and the inner try, so that no interrupt can fall there.
        interrupt, attempts = None, ATTEMPTS
        while attempts:
            try:
                undo()
                attempts = 0
            except BaseException as error:
                interrupt, attempts = error, attempts - 1
        if interrupt is not None:
            raise interrupt


def quietly(run, **errors):
    """Return run() with NumPy's handling of floating-point errors set as by `numpy.seterr`; what underflows is zero."""
    before = np.geterr()

    def with_errors_set():
        np.seterr(**{"under": "ignore", **errors})
        return run()

    return surely(with_errors_set, lambda: np.seterr(**before))
