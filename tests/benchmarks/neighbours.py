# SPDX-License-Identifier: BSD-3-Clause
"""Training beside two busy processes, as a multiple of training alone.

In a process whose numbers of threads nobody limits, as users run it. A fit needs one core; with m busy processes on c
cores its fair share is min(1, c / (m + 1)) of one, so the wall time may grow by max(1, (m + 1) / c). The CPU time of
all its threads should hardly grow, but for caches that are shared. MLPClassifier with the same recipe stands beside.
"""

import time
from functools import partial
from statistics import median

from tests.benchmarks.busy import busy_neighbours
from tests.benchmarks.data import load
from tests.benchmarks.measure import in_fresh_process, timed
from tests.benchmarks.peers import scikit_learn
from tests.benchmarks.recipe import Recipe, ours
from tests.benchmarks.report import Row
from tests.benchmarks.threads import environment_of_users, n_cores

N_NEIGHBOURS = 2
N_SAMPLES = 20_000
N_EPOCHS = 10
TRAIN = {"sksoftmax": ours, "MLPClassifier": scikit_learn.train}


def rows(conditions):
    """Rows of wall and of CPU time."""
    alone, beside = {name: [] for name in TRAIN}, {name: [] for name in TRAIN}
    for _ in range(conditions.repeats):
        for name in TRAIN:
            measured = partial(
                in_fresh_process, wall_and_cpu, conditions.data.origin, name, environment=environment_of_users()
            )
            alone[name].append(measured())
            with busy_neighbours(N_NEIGHBOURS):
                beside[name].append(measured())
    share = max(1.0, (N_NEIGHBOURS + 1) / n_cores())
    for name in TRAIN:
        wall, cpu = (
            median(pair[number] for pair in beside[name]) / median(pair[number] for pair in alone[name])
            for number in (0, 1)
        )
        case = f"{N_NEIGHBOURS} neighbours"
        yield Row(case, name, "times alone, wall time", wall, f"<= {share:.3g}" if name == "sksoftmax" else "")
        yield Row(case, name, "times alone, CPU time", cpu, "<= 1.1" if name == "sksoftmax" else "")


def wall_and_cpu(origin, name):
    """Seconds of wall and of CPU time of a fit, after one of one epoch that warms up."""
    data = load(*origin).first(N_SAMPLES)
    run = TRAIN[name](data.X, data.y, Recipe())
    run(1)
    start = time.process_time()
    wall, _ = timed(run, N_EPOCHS)
    return [wall, time.process_time() - start]
