# SPDX-License-Identifier: BSD-3-Clause
"""What bad calls are made of: samples, fitted models that are shared, and numbers that are none."""

from functools import cache

import numpy as np
from sklearn.datasets import load_iris

from sksoftmax import (
    SoftmaxRegression,
    SoftmaxRegressionCV,
    TinyMLPClassifier,
    VectorizedGridSearchCV,
    VectorizedRandomizedSearchCV,
)

INF, NAN = float("inf"), float("nan")
X, y = (values[::5] for values in load_iris(return_X_y=True))
N = len(y)
QUICK = {"max_iter": 2, "tol": None, "random_state": 0}


@cache
def softmax():
    return SoftmaxRegression(**QUICK).fit(X, y)


@cache
def mlp():
    return TinyMLPClassifier((3,), **QUICK).fit(X, y)


@cache
def softmax_cv():
    return SoftmaxRegressionCV([0.1, 1.0], cv=2, **QUICK).fit(X, y)


@cache
def warm():
    return SoftmaxRegression(warm_start=True, **QUICK).fit(X, y)


@cache
def warm_mlp():
    return TinyMLPClassifier((3,), warm_start=True, **QUICK).fit(X, y)


def unfitted():
    return SoftmaxRegression(**QUICK)


def unfitted_mlp():
    return TinyMLPClassifier((3,), **QUICK)


def changed(values, value):
    values = values.copy()
    values.flat[7] = value
    return values


@cache
def grid_search():
    return VectorizedGridSearchCV(SoftmaxRegression(**QUICK), {"l2": [0.1, 1.0]}, cv=2).fit(X, y)


@cache
def random_search():
    return VectorizedRandomizedSearchCV(SoftmaxRegression(**QUICK), {"l2": [0.1, 1.0]}, n_iter=1, cv=2).fit(X, y)


def table_of(scores, **params):
    """A table of a search whose two candidates have these parameters."""
    columns = {f"param_{name}": values for name, values in params.items()}
    candidates = [{name: values[i] for name, values in params.items()} for i in range(2)]
    return {"params": candidates, **columns, "mean_test_score": np.array(scores), "split0_test_score": np.array(scores)}


RESULTS = table_of([0.5, 0.4], l2=[0.1, 1.0])
