# SPDX-License-Identifier: BSD-3-Clause
"""How many threads and cores a measurement may use. Imports nothing that could start threads of its own."""

import os
from contextlib import contextmanager
from pathlib import Path

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def use_one_thread():
    """Limit BLAS, OpenMP and XLA to one thread each; of effect before NumPy is imported."""
    os.environ.update(ONE_THREAD)


def environment_of_users():
    """The environment without these limits, for a process that runs as users run it."""
    return {name: value for name, value in os.environ.items() if name not in ONE_THREAD}


def n_cores():
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@contextmanager
def one_core():
    """Keep all threads of this process on one core. XLA, for one, starts threads whatever its settings."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    _keep_on({max(allowed)})
    try:
        yield
    finally:
        _keep_on(allowed)


def _keep_on(cores):
    for thread in Path("/proc/self/task").iterdir():
        try:
            os.sched_setaffinity(int(thread.name), cores)
        except ProcessLookupError:
            # It has ended meanwhile.
            continue
