# SPDX-License-Identifier: BSD-3-Clause
"""The number of BLAS threads for the products of one step."""

import threading
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController

# Multiply-adds of a step below which waking a second thread costs more than it saves.
LARGE_STEP = 50_000_000


class _OneThread:
    """Limits BLAS to one thread while any fit asks for it.

    The limit is the process's: of fits that overlap in several threads the first sets it and the last lifts it.
    """

    def __init__(self):
        # Looking for the loaded libraries takes milliseconds, and which BLAS NumPy and SciPy use does not change.
        self._controller = ThreadpoolController()
        self._lock, self._users, self._limiter = threading.Lock(), 0, None

    @contextmanager
    def __call__(self):
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._limiter = self._controller.limit(limits=1, user_api="blas")
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    self._limiter.restore_original_limits()


_one_thread = cache(_OneThread)


@contextmanager
def blas_threads(parameters, batch_size):
    """A context with one BLAS thread, or with as many as the caller allows where each product is large."""
    if parameters.flat.size * batch_size > LARGE_STEP:
        yield
    else:
        with _one_thread()():
            yield
