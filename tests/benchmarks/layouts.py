# SPDX-License-Identifier: BSD-3-Clause
"""Samples of any layout and type: peak memory beside X, and the time of an epoch.

60,000 x 784 numbers that all types can hold, in each layout and type. Memory is that of a fit of two epochs, and of
predict_proba without its result, beyond what is resident before it, X included, in a process of its own; a memory map
counts as resident. The time of an epoch is a multiple of that of a C-ordered array of the type that is computed in:
float32, or float64 for the wider types.
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from tests.benchmarks.data import load
from tests.benchmarks.measure import epoch_seconds, in_fresh_process, interleaved, peak_memory, ratios
from tests.benchmarks.report import Row
from tests.benchmarks.threads import one_core

N_WARM_UP = 500
N_EPOCHS = 2
LEVELS = 100
MEMORY = "< 20"
MODELS = {"softmax": SoftmaxRegression, "64 hidden units": TinyMLPClassifier}


def _sliced(X):
    wide = np.zeros((len(X), 2 * X.shape[1]), X.dtype)
    wide[:, ::2] = X
    return wide[:, ::2]


def _every_second(X):
    tall = np.zeros((2 * len(X), X.shape[1]), X.dtype)
    tall[::2] = X
    return tall[::2]


def _mapped(X):
    path = Path(tempfile.mkdtemp()) / "X.npy"
    np.save(path, X)
    return np.load(path, mmap_mode="r")


# Name: the function that makes it of integers below LEVELS, and whether it is computed in float64.
LAYOUTS = {
    "float32": (lambda X: X.astype(np.float32), False),
    "float32, Fortran order": (lambda X: np.asfortranarray(X, np.float32), False),
    "float32, every second row": (lambda X: _every_second(X.astype(np.float32)), False),
    "float32, every second column": (lambda X: _sliced(X.astype(np.float32)), False),
    "float32, bytes swapped": (lambda X: X.astype(np.dtype(np.float32).newbyteorder()), False),
    "float16": (lambda X: X.astype(np.float16), False),
    "bool": (lambda X: X > LEVELS // 2, False),
    "int8": (lambda X: X.astype(np.int8), False),
    "int16": (lambda X: X.astype(np.int16), False),
    "uint8, memory map": (lambda X: _mapped(X.astype(np.uint8)), False),
    "float64": (lambda X: X.astype(np.float64), True),
    "float64, Fortran order": (lambda X: np.asfortranarray(X, np.float64), True),
    "int32": (lambda X: X.astype(np.int32), True),
    "int64": (lambda X: X.astype(np.int64), True),
}
TIMES = {"float32, Fortran order": "<= 1.5", "float64, Fortran order": "<= 1.5"}


def samples(layout, origin):
    """X in a layout, and y."""
    data = load(*origin)
    return LAYOUTS[layout][0]((data.X * LEVELS).astype(np.uint8)), data.y


def rows(conditions):
    """Rows in MB, and in multiples of the plain layout's time."""
    origin = conditions.data.origin
    if sys.platform == "linux":
        measurements = {
            (case, layout, method): partial(in_fresh_process, megabytes, layout, case, method, origin)
            for case in MODELS
            for layout in LAYOUTS
            for method in ("fit", "predict_proba")
        }
        for (case, layout, method), value in interleaved(measurements, 1).items():
            yield Row(f"{case}, {method}", layout, "MB", value, MEMORY)
    for case in MODELS:
        for plain in ("float32", "float64"):
            yield from _times(case, plain, conditions.repeats, origin)


def _times(case, plain, repeats, origin):
    layouts = [name for name, (_, is_wide) in LAYOUTS.items() if is_wide == (plain == "float64")]
    with one_core():
        runs = {name: _training(case, *samples(name, origin)) for name in layouts}
        times = interleaved({name: lambda run=run: epoch_seconds(run)[0] for name, run in runs.items()}, repeats)
    for name, value in ratios(times, plain).items():
        yield Row(f"{case}, an epoch", name, f"times {plain}", value, TIMES.get(name, "<= 1.1"))


def _training(case, X, y):
    model = MODELS[case](tol=None, random_state=0)
    return lambda n_epochs: model.set_params(max_iter=n_epochs).fit(X, y)


def megabytes(layout, case, method, origin):
    """Peak memory of a method in this process."""
    X, y = samples(layout, origin)
    X.sum()
    model = MODELS[case](max_iter=N_EPOCHS, random_state=0).fit(X[:N_WARM_UP], y[:N_WARM_UP])
    if method == "fit":
        return peak_memory(lambda: model.fit(X, y))
    result = model.predict_proba(X[:N_WARM_UP])
    return peak_memory(lambda: model.predict_proba(X)) - len(X) * result[0].nbytes / 1e6
