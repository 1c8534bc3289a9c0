# SPDX-License-Identifier: BSD-3-Clause
"""A memory map of 4 GB under a limit of 1 GB of anonymous memory.

2,000,000 x 512 random numbers in float32, of 10 classes, in a file that is made in a temporary folder. The seconds of
an epoch of softmax regression with ``shuffle="blocks"`` beside those of reading the file from its beginning to its end,
in pieces of 4 MiB; before each, the file is dropped from the memory of the process and from the cache of the system.
RLIMIT_DATA is 1 GB in the process that trains. Accuracy is that on samples beside, of ``shuffle="blocks"`` and of the
fully random order, each after one epoch over as many samples as stated.
"""

import mmap
import os
import resource
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np

from sksoftmax import SoftmaxRegression
from sksoftmax._watching import Watcher
from tests.benchmarks.measure import in_fresh_process, interleaved
from tests.benchmarks.report import Row

N_SAMPLES, N_FEATURES, N_CLASSES = 2_000_000, 512, 10
N_BESIDE, N_SAMPLE = 20_000, 200_000
LIMIT = 10**9
PIECE = 2**22
# 60 % of the speed of reading.
TARGET = "<= 1.667"


def rows(conditions, n_samples=N_SAMPLES):
    """Rows in seconds, multiples of reading, and accuracies."""
    size = n_samples * N_FEATURES * 4
    folder = Path(tempfile.mkdtemp())
    try:
        if sys.platform != "linux" or shutil.disk_usage(folder).free < 2 * size:
            return
        path = str(folder / "X.npy")
        make(path, n_samples)
        measurements = {
            "reading": partial(in_fresh_process, reading_seconds, path),
            "epoch": partial(in_fresh_process, epoch_seconds, path),
        }
        times = interleaved(measurements, conditions.repeats)
        gigabytes = size / 1e9
        yield Row("reading in order", "readinto", "GB a second", gigabytes / float(times["reading"]))
        yield Row("an epoch, blocks shuffled", "SoftmaxRegression", "GB a second", gigabytes / float(times["epoch"]))
        yield Row(
            "an epoch, blocks shuffled", "SoftmaxRegression", "times reading", times["epoch"] / times["reading"], TARGET
        )
        for name, value in in_fresh_process(accuracies, path).items():
            yield Row("test accuracy", name, "of 1", value)
    finally:
        shutil.rmtree(folder)


def labels(X):
    """The class of the largest of some linear functions."""
    return (X @ np.random.default_rng(1).standard_normal((N_FEATURES, N_CLASSES), dtype=np.float32)).argmax(axis=1)


def make(path, n_samples):
    """Write X to a file, and y to another beside it."""
    X = np.lib.format.open_memmap(path, "w+", np.float32, (n_samples, N_FEATURES))
    rng, y = np.random.default_rng(0), np.empty(n_samples, np.uint8)
    for start in range(0, n_samples, 10_000):
        part = rng.standard_normal((min(10_000, n_samples - start), N_FEATURES), dtype=np.float32)
        X[start : start + len(part)] = part
        y[start : start + len(part)] = labels(part)
    # What is not on the disk yet cannot be dropped.
    X.flush()
    np.save(f"{path}.y.npy", y)


def reading_seconds(path):
    """Seconds of reading a file of which nothing is in memory."""
    drop(path)
    buffer = bytearray(PIECE)
    with open(path, "rb", buffering=0) as file:
        start = perf_counter()
        while file.readinto(buffer):
            pass
    return perf_counter() - start


class Dropping(Watcher):
    """Drops a file from memory before each epoch, and takes the seconds of each."""

    def __init__(self, path, X):
        self._path, self._X, self._begun, self.seconds = path, X, None, []

    def __call__(self, epoch):
        if self._begun is not None:
            self.seconds.append(perf_counter() - self._begun)
        drop(self._path, self._X)
        self._begun = perf_counter()


def epoch_seconds(path):
    """Seconds of an epoch under the limit."""
    resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))
    X, y = np.load(path, mmap_mode="r"), np.load(f"{path}.y.npy")
    watch = Dropping(path, X)
    model = SoftmaxRegression(shuffle="blocks", max_iter=1, tol=None, random_state=0)
    model._fit(X, y, watchers=[watch])
    return watch.seconds[0]


def accuracies(path):
    """Test accuracies of one epoch: of all samples in blocks, and of some of them in both orders."""
    rng = np.random.default_rng(2)
    X_test = rng.standard_normal((N_BESIDE, N_FEATURES), dtype=np.float32)
    X, y = np.load(path, mmap_mode="r"), np.load(f"{path}.y.npy")
    n = min(N_SAMPLE, len(y))
    cases = {
        f"blocks, all {len(y):,}": (X, y, "blocks"),
        f"blocks, {n:,}": (X[:n], y[:n], "blocks"),
        f"random, {n:,} in memory": (np.array(X[:n]), y[:n], True),
    }
    found = {}
    for name, (X, y, shuffle) in cases.items():
        model = SoftmaxRegression(shuffle=shuffle, max_iter=1, tol=None, random_state=0).fit(X, y)
        found[name] = model.score(X_test, labels(X_test))
    return found


def drop(path, X=None):
    """Drop a file, and a map of it, from memory."""
    if X is not None:
        X.base.madvise(mmap.MADV_DONTNEED)
    with open(path, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
