# SPDX-License-Identifier: BSD-3-Clause
"""The CPU time of a call of partial_fit late in an endless stream, as a multiple of that of an early one.

100,000 calls of 10 samples each, of 20 random features and 3 classes, with the loss of each step kept; the last
thousand beside the first thousand but for the first call, which begins the training. "a call" is the median of them,
"all of them" their sum, what is copied now and then included. N_CALLS is their number: a million take ten times as
long.
"""

from itertools import cycle
from statistics import median
from time import process_time

import numpy as np

from sksoftmax import SoftmaxRegression
from tests.benchmarks.report import Row

N_CALLS, N_SAMPLES, N_FEATURES, N_CLASSES = 100_000, 10, 20, 3
N_COMPARED = 1000
N_DIFFERENT = 50
TARGET = "<= 1.2"


def rows(conditions, n_calls=N_CALLS):
    """Rows of the last calls as a multiple of the first."""
    of_calls = call_seconds(n_calls)
    first, last = of_calls[1 : N_COMPARED + 1], of_calls[-N_COMPARED:]
    case = f"calls up to {n_calls:,}"
    yield Row(case, "partial_fit, a call", "times early ones", median(last) / median(first), TARGET)
    yield Row(case, "partial_fit, all of them", "times early ones", sum(last) / sum(first), TARGET)


def call_seconds(n_calls):
    """CPU seconds of each call."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((N_DIFFERENT, N_SAMPLES, N_FEATURES), dtype=np.float32)
    y = rng.integers(N_CLASSES, size=(N_DIFFERENT, N_SAMPLES))
    model = SoftmaxRegression(random_state=0, store_minibatch_loss=True)
    classes, taken = range(N_CLASSES), []
    for block, _ in zip(cycle(zip(X, y)), range(n_calls)):
        start = process_time()
        model.partial_fit(*block, classes)
        taken.append(process_time() - start)
    return taken
