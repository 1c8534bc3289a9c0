# SPDX-License-Identifier: BSD-3-Clause
"""Time, taken in turns, and memory."""

import ctypes
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import geometric_mean, median
from time import perf_counter

from tests.benchmarks.data import Data

ROOT = Path(__file__).parent.parent.parent


# Comparisons that are soon made are repeated for so long, up to so many times: their medians are steadier.
LONG_ENOUGH, MOST_REPEATS = 5.0, 25


@dataclass(frozen=True)
class Conditions:
    """What a comparison is measured on, how often at least, the folder for its figures and that of the tables (or
    None)."""

    data: Data
    repeats: int = 5
    output: Path | None = None
    tables: Path | None = None


class Repeated(float):
    """The median of repeated measurements, or a ratio of such; `values` are those of each repeat."""

    def __new__(cls, values, value=None):
        self = super().__new__(cls, median(values) if value is None else value)
        self.values = list(values)
        return self

    def __truediv__(self, other):
        value = float(self) / float(other)
        if not isinstance(other, Repeated):
            return Repeated([own / other for own in self.values], value)
        return Repeated([own / its for own, its in zip(self.values, other.values)], value)

    @classmethod
    def mean_of(cls, ratios):
        """The geometric mean of ratios that were measured alike."""
        return cls(map(geometric_mean, zip(*(ratio.values for ratio in ratios))), geometric_mean(ratios))


def timed(run, *args):
    """(seconds, value) of a call."""
    start = perf_counter()
    value = run(*args)
    return perf_counter() - start, value


def seconds(run, *args):
    """Seconds of a call."""
    return timed(run, *args)[0]


def interleaved(measurements, repeats):
    """Each measurement, a function that returns a number, as Repeated: at least so often, and for LONG_ENOUGH. Each
    repeat makes every one of them once, so that whatever else the machine does meets all alike."""
    taken = {name: [] for name in measurements}
    start, done = perf_counter(), 0
    while done < repeats or (done < MOST_REPEATS and perf_counter() - start < LONG_ENOUGH):
        for name, measurement in measurements.items():
            taken[name].append(measurement())
        done += 1
    return {name: Repeated(values) for name, values in taken.items()}


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
