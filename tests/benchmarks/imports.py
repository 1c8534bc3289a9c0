# SPDX-License-Identifier: BSD-3-Clause
"""Time of importing the package in a process that has imported scikit-learn.

In fresh interpreters, after ``import sklearn`` alone, and after the modules of its linear models, its networks and its
model selection.
"""

import os
from functools import partial

from tests.benchmarks.measure import interleaved, output_of
from tests.benchmarks.report import Row

BEFORE = {
    "after sklearn": "sklearn",
    "after its estimators": "sklearn.linear_model, sklearn.neural_network, sklearn.model_selection",
}
CODE = """
import {before}
from time import perf_counter
start = perf_counter()
import sksoftmax
print(perf_counter() - start)
"""


def rows(conditions):
    """Rows in milliseconds."""
    for modules in BEFORE.values():
        # Reads the files, and compiles them where they have not been.
        import_seconds(modules)
    times = interleaved({case: partial(import_seconds, before) for case, before in BEFORE.items()}, conditions.repeats)
    for case, value in times.items():
        yield Row(case, "sksoftmax", "ms", 1000 * value, "< 30")


def import_seconds(before):
    """Seconds of one import."""
    # What is installed is compiled.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return float(output_of(CODE.format(before=before), environment=environment))
