# SPDX-License-Identifier: BSD-3-Clause
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from sksoftmax._engine import interrupts, sgd, threads
from sksoftmax._engine.interrupts import quietly, surely
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.result import Settings
from sksoftmax._engine.threads import LARGE_STEP, with_blas_threads
from tests.engine.helpers import network, problem, samples

SMALL = Parameters((4, 3))
HOME = {interrupts.__file__, threads.__file__}


def blas_threads():
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


@pytest.fixture(autouse=True)
def several_threads_before_and_after():
    with_blas_threads(int, SMALL, 1)
    libraries = threads._one_thread._libraries
    before = [library.num_threads for library in libraries]
    for library in libraries:
        threads._set(library, 2)
    yield
    for library, n_threads in zip(libraries, before):
        threads._set(library, n_threads)


def interrupted_at(place, run, home=HOME):
    """run(), with KeyboardInterrupt at the `place`-th moment at which CPython may raise one in these files; whether
    there was such a moment."""
    seen = 0

    def count(frame, event, _):
        nonlocal seen
        # Where a function of Python is entered, and where a function of C has returned.
        if event in ("call", "c_return") and frame.f_code.co_filename in home:
            seen += 1
            if seen == place:
                sys.setprofile(None)
                raise KeyboardInterrupt

    sys.setprofile(count)
    try:
        run()
    except KeyboardInterrupt:
        return True
    finally:
        sys.setprofile(None)
    return False


def test_no_moment_of_an_interrupt_leaves_blas_limited_or_errors_ignored():
    def train():
        quietly(lambda: with_blas_threads(lambda: seen.append(blas_threads()), SMALL, 1), over="ignore")

    seen, place, before = [], 1, np.geterr()
    while interrupted_at(place, train):
        assert blas_threads() == [2] * len(blas_threads())
        assert not threads._one_thread._users
        assert np.geterr() == before
        place += 1
    # Entering and leaving have more moments than that, and the last run had none.
    assert place > 10
    assert seen[-1] == [1] * len(blas_threads())


def test_no_moment_of_an_interrupt_leaves_a_part_of_an_epoch(rng):
    X, y = problem(rng)

    def train(max_epochs):
        settings = [Settings(l2=0.01, learning_rate=0.5, momentum=0.9, max_epochs=max_epochs)]
        shuffle = np.random.RandomState(0)
        (result,) = sgd.train(network((6, 3)), samples(X, y), settings, batch_size=20, shuffle=shuffle)
        return result, shuffle.rand()

    wholes, seen, place, interrupted = [train(n) for n in (1, 2, 3)], set(), 1, True
    while interrupted:
        results = []
        interrupted = interrupted_at(place, lambda kept=results: kept.append(train(3)), {sgd.__file__})
        for result, next_number in results:
            whole, expected_number = wholes[result.n_epochs - 1]
            np.testing.assert_array_equal(result.parameters.flat, whole.parameters.flat)
            np.testing.assert_array_equal(result.moments[0].flat, whole.moments[0].flat)
            assert (result.data_loss, result.n_updates) == (whole.data_loss, whole.n_updates)
            assert next_number == expected_number
            assert result.stopped == (result.interrupt is not None)
            seen.add(result.n_epochs)
            interrupted = result.interrupt is not None
        place += 1
    assert seen == {1, 2, 3}


def test_an_interrupt_leaves_the_limit_to_a_fit_in_another_thread():
    entered, end = threading.Event(), threading.Event()

    def other():
        entered.set()
        assert end.wait(60)
        return blas_threads()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(with_blas_threads, other, SMALL, 1)
        assert entered.wait(60)
        place = 1
        while interrupted_at(place, lambda: with_blas_threads(int, SMALL, 1)):
            assert blas_threads() == [1] * len(blas_threads())
            place += 1
        end.set()
        assert running.result() == [1] * len(blas_threads())
    assert blas_threads() == [2] * len(blas_threads())


def test_first_fits_at_the_same_time_share_one_limit(monkeypatch):
    monkeypatch.setattr(threads, "_one_thread", threads._OneThread())
    begin = threading.Barrier(4)

    def fit(_):
        begin.wait(60)
        return with_blas_threads(blas_threads, SMALL, 1)

    with ThreadPoolExecutor(4) as pool:
        for inside in pool.map(fit, range(4)):
            assert inside == [1] * len(inside)
    assert blas_threads() == [2] * len(blas_threads())


def limit_to_three():
    return threadpool_limits(3, user_api="blas")


def test_a_limit_that_somebody_else_lifts_during_a_fit_stays_lifted():
    with_blas_threads(limit_to_three().restore_original_limits, SMALL, 1)
    assert blas_threads() == [2] * len(blas_threads())


@pytest.mark.parametrize("then", [int, lambda: with_blas_threads(int, SMALL, 1)], ids=["", "before another fit begins"])
def test_a_limit_that_somebody_else_sets_during_a_fit_stays(then):
    with_blas_threads(lambda: (limit_to_three(), then()), SMALL, 1)
    assert blas_threads() == [3] * len(blas_threads())


def test_a_fit_has_its_limit_beside_a_living_thread_that_has_set_one():
    with ThreadPoolExecutor(1) as pool:
        pool.submit(limit_to_three).result(60)
        assert with_blas_threads(blas_threads, SMALL, 1) == [1] * len(blas_threads())
        assert blas_threads() == [3] * len(blas_threads())


def test_a_limit_to_one_thread_from_before_a_fit_stays_after_it():
    with_blas_threads(int, SMALL, 1)
    with threadpool_limits(1, user_api="blas"):
        with_blas_threads(int, SMALL, 1)
        assert blas_threads() == [1] * len(blas_threads())


def test_large_steps_may_use_all_threads_but_for_sparse_products():
    assert with_blas_threads(blas_threads, SMALL, LARGE_STEP) == [2] * len(blas_threads())
    wide = Parameters((LARGE_STEP // 100, 2), is_by_feature=True)
    assert with_blas_threads(blas_threads, wide, 100) == [1] * len(blas_threads())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("changes", [False, True], ids=["trains", "changes the limit"])
def test_a_child_that_forks_during_a_fit_of_another_thread_is_not_limited(changes):
    inside, end = threading.Event(), threading.Event()

    def fit():
        if changes:
            with threads._one_thread._lock:
                inside.set()
                assert not end.wait(0.1)
        inside.set()
        assert end.wait(60)

    thread = threading.Thread(target=with_blas_threads, args=(fit, SMALL, 1))
    thread.start()
    assert inside.wait(60)
    child = os.fork()
    if not child:
        # The child reports by its exit status, and an alarm ends it if it hangs.
        signal.alarm(30)
        limited = blas_threads() != [2] * len(blas_threads())
        inner = with_blas_threads(blas_threads, SMALL, 1)
        os._exit(limited or inner != [1] * len(inner) or bool(threads._one_thread._users))
    _, status = os.waitpid(child, 0)
    end.set()
    thread.join(60)
    assert status == 0
    assert blas_threads() == [2] * len(blas_threads())


class OpenMP(threading.local):
    """A library whose limit is each thread's own."""

    threading_layer = "openmp"
    num_threads = 4

    def set_num_threads(self, n_threads):
        self.num_threads = n_threads


def test_limits_of_each_thread_are_each_given_back():
    library, inside, end = OpenMP(), threading.Event(), threading.Event()
    limit = threads._OneThread(lambda: [library])

    def other():
        limit.enter("other")
        seen = [library.num_threads]
        inside.set()
        assert end.wait(60)
        limit.leave("other")
        return [*seen, library.num_threads]

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(other)
        assert inside.wait(60)
        limit.enter("outer")
        limit.enter("inner")
        limit.leave("inner")
        assert library.num_threads == 1
        limit.leave("outer")
        assert library.num_threads == 4
        end.set()
        assert running.result() == [1, 4]


def test_undoing_is_tried_again_and_its_last_interrupt_raised():
    undone = []

    def undo():
        undone.append(len(undone))
        if len(undone) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        surely(lambda: "result", undo)
    assert undone == [0, 1]


def test_what_is_undone_lets_results_and_errors_pass():
    assert surely(lambda: 3, int) == 3
    with pytest.raises(ZeroDivisionError):
        surely(lambda: 1 / 0, int)


def test_what_cannot_be_undone_is_given_up_after_a_few_attempts():
    def undo():
        attempts.append(len(attempts))
        raise OSError(len(attempts))

    attempts = []
    with pytest.raises(OSError, match=str(interrupts.ATTEMPTS)):
        surely(lambda: "result", undo)
    assert len(attempts) == interrupts.ATTEMPTS
