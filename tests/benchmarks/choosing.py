# SPDX-License-Identifier: BSD-3-Clause
"""Time of choosing a penalty where it is used: by default settings, in pipelines, and with L-BFGS.

"defaults": SoftmaxRegressionCV() beside LogisticRegressionCV(cv=5), each with its own ten penalties, on one core, on
raw and standardised features; "reached" is the best mean accuracy. "pipeline": ten penalties and five folds of
StandardScaler, or of PCA(50), before the classifier, with two jobs. "lbfgs": ten penalties trained as one stack, and
one by one by scikit-learn's search, on one core.
"""

from functools import partial

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, VectorizedGridSearchCV
from tests.benchmarks.threads import one_core
from tests.benchmarks.tuning import L2S, N_FOLDS, N_SAMPLES, OURS, compare, mean_scores, search

LOADERS = {"iris": load_iris, "wine": load_wine, "breast cancer": load_breast_cancer, "digits": load_digits}
THEIRS = "LogisticRegressionCV"


def rows(conditions):
    """Rows of each comparison, the peers as multiples of ours."""
    images = conditions.data.first(N_SAMPLES)
    yield from by_default(images, conditions.repeats)
    yield from in_pipelines(images, conditions.repeats)
    yield from by_lbfgs(conditions.repeats)


def by_default(images, repeats):
    """SoftmaxRegressionCV beside LogisticRegressionCV."""
    runs = {OURS: best_of_ours, THEIRS: best_of_theirs}
    with one_core():
        for name, load in LOADERS.items():
            X, y = load(return_X_y=True)
            for case, samples in ((name, X), (f"{name}, standardised", StandardScaler().fit_transform(X))):
                # Names of the classes, of which the first samples may have one only.
                yield from compare(f"defaults, {case}", runs, samples, y, repeats, {THEIRS: ">= 1"}, len(y))
        yield from compare(f"defaults, {images.name}", runs, images.X, images.y, 1, {THEIRS: ">= 1"})


def best_of_ours(X, y):
    return SoftmaxRegressionCV(random_state=0).fit(X, y).scores_.mean(axis=0).max()


def best_of_theirs(X, y):
    return mean_scores(LogisticRegressionCV(cv=N_FOLDS).fit(X, y), N_FOLDS).max()


def in_pipelines(images, repeats):
    """A search over a pipeline beside scikit-learn's of the same, and of its own network without hidden layers."""
    X, y = load_digits(return_X_y=True)
    ours = partial(in_pipeline, StandardScaler(), "clf__l2", L2S)
    network = MLPClassifier((), solver="sgd", learning_rate="adaptive", max_iter=200, random_state=0)
    targets = {"GridSearchCV(MLPClassifier)": ">= 20", "GridSearchCV(SoftmaxRegression)": ">= 4"}
    runs = {
        OURS: ours(SoftmaxRegression(random_state=0), VectorizedGridSearchCV),
        "GridSearchCV(MLPClassifier)": in_pipeline(StandardScaler(), "clf__alpha", L2S, network, GridSearchCV),
        "GridSearchCV(SoftmaxRegression)": ours(SoftmaxRegression(random_state=0), GridSearchCV),
    }
    yield from compare("pipeline, digits", runs, X, y, repeats, targets)
    ours = partial(in_pipeline, PCA(50, random_state=0), "clf__l2", L2S, SoftmaxRegression(random_state=0))
    runs = {OURS: ours(VectorizedGridSearchCV), "GridSearchCV(SoftmaxRegression)": ours(GridSearchCV)}
    targets = {"GridSearchCV(SoftmaxRegression)": ">= 5"}
    yield from compare(f"pipeline, PCA of {images.name}", runs, images.X, images.y, repeats, targets)


def in_pipeline(step, name, values, classifier, cls):
    """A function of X and y: the best mean score of a search over a step and a classifier."""
    return search(cls, Pipeline([("step", step), ("clf", classifier)]), name, values)


def by_lbfgs(repeats):
    """A stack beside fits one by one."""
    X, y = load_digits(return_X_y=True)
    runs = {
        name: search(cls, SoftmaxRegression(solver="lbfgs"), "l2", np.logspace(-4, 1, 10), n_jobs=None)
        for name, cls in ((OURS, VectorizedGridSearchCV), ("one by one", GridSearchCV))
    }
    with one_core():
        yield from compare("lbfgs, digits", runs, X, y, repeats, {"one by one": ">= 2"})
