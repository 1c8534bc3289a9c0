# SPDX-License-Identifier: BSD-3-Clause
"""The number of BLAS threads for the products of one step."""

import os
import threading

from sksoftmax._engine.blas import libraries
from sksoftmax._engine.interrupts import surely

# Multiply-adds of a step below which waking a second thread costs more than it saves.
LARGE_STEP = 50_000_000


def _is_per_thread(library):
    """Whether each thread has a limit of its own; that of other libraries is the process's."""
    return getattr(library, "threading_layer", None) == "openmp"


def _set(library, n_threads):
    # From 3.8 on threadpoolctl ignores, without a word, all threads but the first that set a limit.
    hand_over = getattr(library, "clear_controlling_thread", None) or (lambda force: None)
    hand_over(force=True)
    library.set_num_threads(n_threads)
    hand_over(force=True)


class _OneThread:
    """Limits BLAS to one thread while any fit asks for it.

    Of fits that overlap in several threads the first sets the limit of the process and the last lifts it; one that
    somebody else has set meanwhile stays. Who reads the number meanwhile, to set it again later, reads 1, and nothing
    here learns of it. Each step of `enter` and `leave` may be the last before an interrupt; `leave` then does what is
    left to do.

    Parameters
    ----------
    find_libraries : called once, returns the controllers of threadpoolctl
    """

    def __init__(self, find_libraries=libraries):
        # The thread that holds it may fork.
        self._lock = threading.RLock()
        self._locked_for_fork = False
        # For the token of each fit that asks, its thread, and the numbers of threads of the libraries before.
        self._users = {}
        self._find, self._libraries, self._before = find_libraries, None, None

    def enter(self, user):
        with self._lock:
            if self._libraries is None:
                # Looking for them takes milliseconds, and which BLAS NumPy and SciPy use does not change.
                self._libraries = self._find()
            before = [library.num_threads for library in self._libraries]
            self._users[user] = threading.get_ident(), before
            if self._before is not None:
                before = [earlier if now == 1 else now for earlier, now in zip(self._before, before)]
            self._before = before
            for library in self._libraries:
                _set(library, 1)

    def leave(self, user):
        with self._lock:
            if user not in self._users:
                return
            is_last = len(self._users) == 1
            thread, own = self._users[user]
            for library, of_thread, of_process in zip(self._libraries, own, self._before or own):
                if not _is_per_thread(library):
                    if is_last and library.num_threads == 1:
                        _set(library, of_process)
                elif thread == threading.get_ident():
                    _set(library, of_thread)
            if is_last:
                self._before = None
            del self._users[user]

    def before_fork(self):
        """Keep other threads from being in the middle of a change."""
        self._locked_for_fork = self._lock.acquire()

    def after_fork_in_parent(self):
        if self._locked_for_fork:
            self._locked_for_fork = False
            self._lock.release()

    def after_fork_in_child(self):
        """Leave for the threads that a fork has not copied."""
        self._lock, self._locked_for_fork = threading.RLock(), False
        for user in [user for user, (thread, _) in self._users.items() if thread != threading.get_ident()]:
            self.leave(user)


_one_thread = _OneThread()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_one_thread.before_fork,
        after_in_parent=_one_thread.after_fork_in_parent,
        after_in_child=_one_thread.after_fork_in_child,
    )


def with_blas_threads(run, parameters, batch_size):
    """Return run() with one BLAS thread, or with as many as the caller allows where each product is large."""
    # Sparse products are not those of BLAS.
    if parameters.eager.size * batch_size > LARGE_STEP:
        return run()
    user = object()

    def on_one_thread():
        _one_thread.enter(user)
        return run()

    return surely(on_one_thread, lambda: _one_thread.leave(user))
