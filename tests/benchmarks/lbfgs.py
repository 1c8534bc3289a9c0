# SPDX-License-Identifier: BSD-3-Clause
"""Time of L-BFGS beside LogisticRegression, as near to the same optimum.

Both minimise the same objective (C = 1 / (n * l2)) of the same float32 samples on one core. LogisticRegression ends
where the largest component of its gradient is below its tolerance; ours has the largest tolerance of a sequence with
which that component is no larger, and the largest with which the objective is not. Rounding in float32 ends a training
at some point, so LogisticRegression has the smallest tolerance of a sequence at which ours gets as far. Gradient and
objective are those in raw features, computed for both by one function in float64.

Then ours with two BLAS threads as a multiple of one thread, in a process whose threads are not limited, beside one
process that is busy.
"""

from functools import partial

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from sksoftmax import SoftmaxRegression
from tests.benchmarks.busy import busy_neighbours
from tests.benchmarks.data import load
from tests.benchmarks.measure import in_fresh_process, interleaved, seconds
from tests.benchmarks.recipe import reached
from tests.benchmarks.report import Row
from tests.benchmarks.threads import environment_of_users, n_cores, one_core

L2 = 1e-4
TOLERANCES = (1e-3, 2e-3, 3e-3, 5e-3, 1e-2, 2e-2)
MAX_ITER = 2_000
LOOSEST, HALVINGS = 16.0, 10
TARGETS = {"largest gradient": ">= 1.5", "objective": ""}
OURS, THEIRS = "sksoftmax", "LogisticRegression"


def rows(conditions):
    """Rows of the time to the same end, and of a second BLAS thread."""
    yield from to_one_end(conditions)
    if n_cores() > 1:
        yield two_threads(conditions)


def to_one_end(conditions, tolerances=TOLERANCES):
    """LogisticRegression as a multiple of ours, by gradient and by objective, for the smallest of its tolerances at
    which ours gets as far."""
    data = conditions.data
    with one_core():
        for tolerance in tolerances:
            theirs = LogisticRegression(C=1 / (len(data.y) * L2), tol=tolerance, max_iter=MAX_ITER)
            theirs.fit(data.X, data.y)
            bounds = end(theirs, data)
            ours = {measure: as_exact(measure, bounds, data) for measure in ("largest gradient", "objective")}
            if None not in ours.values():
                break
        else:
            return
        models = {THEIRS: theirs, **ours}
        fits = {name: partial(seconds, model.fit, data.X, data.y) for name, model in models.items()}
        times = interleaved(fits, conditions.repeats)
    for measure, model in ours.items():
        case = f"to the same {measure}"
        yield Row(case, OURS, "times ours", 1.0, reached=end(model, data))
        yield Row(case, THEIRS, "times ours", times[THEIRS] / times[measure], TARGETS[measure], bounds)


def end(model, data):
    """Where a fit has ended."""
    trained = reached(model)
    return {
        "largest gradient": trained.largest_gradient(data.X, data.y, L2),
        "objective": trained.objective(data.X, data.y, L2),
        "iterations": int(np.max(model.n_iter_)),
    }


def as_exact(measure, bounds, data):
    """Ours with the largest tolerance that brings a measure of its end to the bound, or None where none does."""
    for halvings in range(HALVINGS):
        tol = LOOSEST * bounds["largest gradient"] / 2**halvings
        model = SoftmaxRegression(solver="lbfgs", l2=L2, tol=tol, max_iter=MAX_ITER, random_state=0)
        if end(model.fit(data.X, data.y), data)[measure] <= bounds[measure]:
            return model
    return None


def two_threads(conditions, max_iter=20):
    """Ours with two BLAS threads beside a busy neighbour, as a multiple of one."""
    with busy_neighbours(1):
        one, two = in_fresh_process(
            seconds_by_threads,
            conditions.data.origin,
            conditions.repeats,
            max_iter,
            environment=environment_of_users(),
        )
    return Row("beside a busy neighbour", f"{OURS}, 2 BLAS threads", "times 1 BLAS thread", two / one, "<= 1")


def seconds_by_threads(origin, repeats, max_iter):
    """Median seconds of a fit with one and with two BLAS threads."""
    data = load(*origin)
    model = SoftmaxRegression(solver="lbfgs", l2=L2, random_state=0, tol=1e-9, max_iter=max_iter)

    def fit(n_threads):
        with threadpool_limits(n_threads, user_api="blas"):
            return seconds(model.fit, data.X, data.y)

    times = interleaved({n_threads: lambda n_threads=n_threads: fit(n_threads) for n_threads in (1, 2)}, repeats)
    return [times[1], times[2]]
