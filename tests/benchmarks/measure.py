# SPDX-License-Identifier: BSD-3-Clause
"""Time, taken in turns, and memory."""

import ctypes
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.benchmarks.data import Data

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Conditions:
    """What a comparison is measured on, how often, and the folder for its figures (or None)."""

    data: Data
    repeats: int = 5
    output: Path | None = None


def timed(run, *args):
    """(seconds, value) of a call."""
    start = perf_counter()
    value = run(*args)
    return perf_counter() - start, value


def seconds(run, *args):
    """Seconds of a call."""
    return timed(run, *args)[0]


def interleaved(measurements, repeats):
    """Median of each measurement, a function that returns a number. Each repeat makes every one of them once, so that
    whatever else the machine does meets all alike."""
    taken = {name: [] for name in measurements}
    for _ in range(repeats):
        for name, measurement in measurements.items():
            taken[name].append(measurement())
    return {name: median(values) for name, values in taken.items()}


def ratios(values, reference):
    """Each value as a multiple of that of the reference, which is left out."""
    return {name: value / values[reference] for name, value in values.items() if name != reference}


def epoch_seconds(run):
    """Half of what three epochs take longer than one: what comes once in a fit does not count.

    Returns (seconds, value of the run of three epochs).
    """
    one = seconds(run, 1)
    three, value = timed(run, 3)
    return (three - one) / 2, value


def in_fresh_process(function, *args, environment=None):
    """What a function of a module returns in an interpreter of its own; arguments and value go through JSON."""
    code = (
        f"import json, sys; from {function.__module__} import {function.__name__} as function; "
        "print(json.dumps(function(*json.loads(sys.argv[1]))))"
    )
    return json.loads(output_of(code, json.dumps(args), environment=environment).splitlines()[-1])


def output_of(code, *args, environment=None):
    """What a new interpreter prints."""
    command = [sys.executable, "-W", "ignore", "-c", code, *args]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, text=True, stdout=subprocess.PIPE).stdout


def peak_memory(run):
    """Largest resident memory during a call, in MB beyond that before it. Only on Linux."""
    _give_free_memory_back()
    # Makes the peak start anew.
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    run()
    return max(0, _status("VmHWM") - before) / 1e3


def _give_free_memory_back():
    """What is kept after a free would serve the call unseen; the C library of GNU can return it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _status(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1.024 for line in lines if line.startswith(f"{name}:"))
