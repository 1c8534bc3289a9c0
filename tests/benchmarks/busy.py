# SPDX-License-Identifier: BSD-3-Clause
"""Processes that keep a core busy each."""

import os
import subprocess
import sys
from contextlib import contextmanager

from tests.benchmarks.threads import ONE_THREAD

SPIN = """
import numpy as np
A, total = np.ones((200, 200)), 0
print("ready", flush=True)
while True:
    A = (A @ A) / A.size
    for number in range(10_000):
        total += number
"""


@contextmanager
def busy_neighbours(n_processes):
    """A context beside so many processes that multiply matrices and count, on one thread each."""
    environment = {**os.environ, **ONE_THREAD}
    processes = [
        subprocess.Popen([sys.executable, "-c", SPIN], stdout=subprocess.PIPE, env=environment)
        for _ in range(n_processes)
    ]
    try:
        for process in processes:
            process.stdout.readline()
        yield
    finally:
        for process in processes:
            process.kill()
            process.communicate()
