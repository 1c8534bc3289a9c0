# SPDX-License-Identifier: BSD-3-Clause
"""Time of predict_proba for one sample and for the test samples, beside scikit-learn.

Each beside the estimator of scikit-learn that makes the same products, trained for two iterations on the same float32
samples, on one core. A measurement for one sample is the median of many calls.
"""

from functools import partial
from statistics import median

from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from tests.benchmarks.measure import interleaved, seconds
from tests.benchmarks.report import Row
from tests.benchmarks.threads import one_core

N_TRAIN = 1_000
PAIRS = {
    "LogisticRegression": (SoftmaxRegression(max_iter=2), LogisticRegression(max_iter=2)),
    "MLPClassifier": (TinyMLPClassifier((64,), max_iter=2), MLPClassifier((64,), max_iter=2)),
}


def rows(conditions, n_calls=300):
    """Rows of scikit-learn's estimators as multiples of ours."""
    data = conditions.data.first(N_TRAIN)
    cases = {"1 sample": (data.X_test[:1], n_calls, ">= 1")}
    cases[f"{len(data.X_test)} samples"] = data.X_test, 3, ">= 1.2"
    with one_core():
        for name, pair in PAIRS.items():
            ours, theirs = (model.fit(data.X, data.y) for model in pair)
            for case, (X, calls, target) in cases.items():
                times = interleaved(
                    {"ours": partial(call_seconds, ours, X, calls), name: partial(call_seconds, theirs, X, calls)},
                    conditions.repeats,
                )
                value = times[name] / times["ours"]
                yield Row(f"{type(ours).__name__}, {case}", name, "times ours", value, target)


def call_seconds(model, X, n_calls):
    """Median seconds of a call."""
    return median(seconds(model.predict_proba, X) for _ in range(n_calls))
