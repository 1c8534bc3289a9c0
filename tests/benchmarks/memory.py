# SPDX-License-Identifier: BSD-3-Clause
"""Peak resident memory of a fit beyond what is resident before it, X included, in MB.

Each fit in a process of its own after one on 500 samples, so that neither the imports nor the samples count; float32
samples, two epochs (iterations). What is copied of the samples counts, for mlxtend in float64. The search trains 50
models (10 penalties in 5 folds) for one epoch.
"""

import sys
from functools import partial

from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, VectorizedGridSearchCV
from tests.benchmarks import peers
from tests.benchmarks.data import load
from tests.benchmarks.measure import in_fresh_process, interleaved, peak_memory
from tests.benchmarks.peers.scikit_learn import mlp_classifier
from tests.benchmarks.recipe import Recipe, estimator
from tests.benchmarks.report import Row
from tests.benchmarks.tuning import L2S, N_FOLDS

N_WARM_UP = 500
N_EPOCHS = 2
HIDDEN = (64,)
TARGET = "< 20"


def _peer(name, hidden):
    recipe = Recipe(hidden=hidden)
    return lambda X, y: peers.installed(name)[name].train(X, y, recipe)(N_EPOCHS)


def _search(X, y):
    model = estimator(Recipe(128), max_iter=1)
    VectorizedGridSearchCV(model, {"l2": L2S}, cv=StratifiedKFold(N_FOLDS), refit=False).fit(X, y)


FITS = {
    "softmax": {
        "SoftmaxRegression": SoftmaxRegression(max_iter=N_EPOCHS).fit,
        "LogisticRegression": LogisticRegression(max_iter=N_EPOCHS).fit,
        "MLPClassifier": mlp_classifier(Recipe(), N_EPOCHS).fit,
        **{name: _peer(name, ()) for name in peers.LIBRARIES},
    },
    "64 hidden units": {
        "TinyMLPClassifier": TinyMLPClassifier(HIDDEN, max_iter=N_EPOCHS).fit,
        "MLPClassifier": mlp_classifier(Recipe(hidden=HIDDEN), N_EPOCHS).fit,
        **{name: _peer(name, HIDDEN) for name in peers.LIBRARIES},
    },
    "search over 50 models": {"VectorizedGridSearchCV": _search},
}
TARGETS = {"SoftmaxRegression": TARGET, "TinyMLPClassifier": TARGET}


def rows(conditions):
    """Rows in MB."""
    if sys.platform != "linux":
        return
    absent = peers.missing()
    for case, fits in FITS.items():
        measurements = {
            name: partial(in_fresh_process, megabytes, conditions.data.origin, case, name)
            for name in fits
            if name not in absent
        }
        for name, value in interleaved(measurements, conditions.repeats).items():
            yield Row(case, name, "MB", value, TARGETS.get(name, ""))


def megabytes(origin, case, name):
    """Peak memory of one of FITS in this process."""
    data, fit = load(*origin), FITS[case][name]
    # Touches pages that have been read but not written.
    data.X.sum()
    fit(data.X[:N_WARM_UP], data.y[:N_WARM_UP])
    return peak_memory(lambda: fit(data.X, data.y))
