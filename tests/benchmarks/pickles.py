# SPDX-License-Identifier: BSD-3-Clause
"""Size of fitted estimators when pickled, in bytes.

All fitted to the same float32 samples for two iterations. MLPClassifier has its optimiser and gradients.
"""

import pickle

from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from tests.benchmarks.report import Row

MODELS = {
    "softmax": [SoftmaxRegression(max_iter=2), LogisticRegression(max_iter=2)],
    "64 hidden units": [TinyMLPClassifier((64,), max_iter=2), MLPClassifier((64,), max_iter=2)],
}
N_TRAIN = 1_000


def rows(conditions):
    """Rows in bytes."""
    data = conditions.data.first(N_TRAIN)
    for case, models in MODELS.items():
        for model in models:
            yield Row(case, type(model).__name__, "bytes", len(pickle.dumps(model.fit(data.X, data.y))))
