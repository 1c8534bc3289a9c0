# SPDX-License-Identifier: BSD-3-Clause
"""Time of tuning the penalty by cross-validation beside the peers, and how near it comes to the processor's peak.

Each comparison has one recipe: the same grid of 10 penalties (5 with hidden units), 5 stratified folds, epochs, batch
size, constant learning rate, float32, no refit, scored by accuracy; "reached" is the best mean score. The searches have
two jobs of one BLAS thread each; "one core" is one job. JAX trains all 50 models in one compiled scan over all samples,
those held out with a weight of 0, so it multiplies 5 samples where ours multiplies 4; its warm time is that of a second
call. "default settings" is SoftmaxRegression() and LogisticRegressionCV() with the same penalties, as it is and with as
many iterations as the fit of ours has epochs.

"peak" is the multiply-adds of the products that the training of 10 models needs, over its time, as a part of the speed
of one large product, on one core; an epoch is what one more takes.
"""

from functools import partial

import numpy as np
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from sksoftmax import SoftmaxRegression, VectorizedGridSearchCV
from tests.benchmarks import peers
from tests.benchmarks.data import N_CLASSES, digits
from tests.benchmarks.measure import interleaved, seconds, timed
from tests.benchmarks.peers.scikit_learn import mlp_classifier
from tests.benchmarks.recipe import Recipe, estimator
from tests.benchmarks.report import Row
from tests.benchmarks.threads import one_core

N_FOLDS = 5
L2S = np.logspace(-6, -1, 10)
L2S_HIDDEN = np.logspace(-6, -2, 5)
N_SAMPLES = 10_000
OURS = "sksoftmax"


def rows(conditions):
    """Rows of each comparison, the peers as multiples of ours."""
    repeats = conditions.repeats
    yield from on_digits(repeats)
    yield from beside_jax(repeats)
    yield from on_images(conditions.data.first(N_SAMPLES), repeats)
    yield from peak(conditions.data.first(N_SAMPLES), repeats)


def on_digits(repeats, n_epochs=50):
    """Searches on scikit-learn's digits, without and with hidden units."""
    X, y = digits()
    runs = contestants(L2S, Recipe(32), n_epochs)
    yield from compare(
        f"digits, batch 32, {n_epochs} epochs", runs, X, y, repeats, {"GridSearchCV(MLPClassifier)": ">= 20"}
    )
    runs = contestants(L2S_HIDDEN, Recipe(32, (64,)), n_epochs)
    yield from compare(f"digits, 64 tanh units, {n_epochs} epochs", runs, X, y, repeats)


def beside_jax(repeats, n_epochs=50):
    """Ours and JAX on one core."""
    X, y = digits()
    recipe, folds = Recipe(32), list(StratifiedKFold(N_FOLDS).split(X, y))
    runs = {OURS: search(VectorizedGridSearchCV, estimator(recipe, max_iter=n_epochs), "l2", L2S, n_jobs=None)}
    for module in peers.installed("JAX").values():
        runs["JAX vmap, warm"] = module.search(recipe, n_epochs, L2S, folds, warm=True)
        runs["JAX vmap, with compilation"] = module.search(recipe, n_epochs, L2S, folds, warm=False)
    targets = {"JAX vmap, warm": ">= 1.1", "JAX vmap, with compilation": ">= 4"}
    with one_core():
        # What JAX compiles is for this number of samples.
        yield from compare("digits, one core", runs, X, y, repeats, targets, n_warm_up=len(y))


def on_images(data, repeats, n_epochs=10):
    """Searches on images of MNIST's shape, with a given recipe and with default settings."""
    X, y = data.X, data.y
    # Our penalties.
    Cs = [1 / (len(y) * (1 - 1 / N_FOLDS) * l2) for l2 in L2S]
    logistic = logistic_regression_cv(Cs)
    runs = contestants(L2S, Recipe(128, learning_rate=0.5), n_epochs) | {"LogisticRegressionCV": logistic}
    yield from compare(f"{data.name}, batch 128, {n_epochs} epochs", runs, X, y, repeats)
    ours = search(VectorizedGridSearchCV, SoftmaxRegression(random_state=0), "l2", L2S)
    n_iter = int(np.max(SoftmaxRegression(random_state=0).fit(X, y).n_iter_))
    runs = {OURS: ours, "LogisticRegressionCV": logistic}
    runs[f"LogisticRegressionCV(max_iter={n_iter})"] = logistic_regression_cv(Cs, max_iter=n_iter)
    yield from compare(f"{data.name}, default settings", runs, X, y, repeats)


def contestants(l2s, recipe, n_epochs):
    """Ours, and what it is compared with: names and functions of X and y that return the best mean score."""
    ours = estimator(recipe, max_iter=n_epochs)
    return {
        OURS: search(VectorizedGridSearchCV, ours, "l2", l2s),
        "GridSearchCV(MLPClassifier)": search(
            GridSearchCV, mlp_classifier(recipe, n_epochs), "alpha", [recipe.batch_size * l2 for l2 in l2s]
        ),
        f"GridSearchCV({type(ours).__name__})": search(GridSearchCV, ours, "l2", l2s),
    }


def search(cls, estimator, name, values, n_jobs=2):
    """A function of X and y: the best mean score of a search."""
    found = cls(estimator, {name: values}, cv=StratifiedKFold(N_FOLDS), n_jobs=n_jobs, refit=False)
    return lambda X, y: found.fit(X, y).cv_results_["mean_test_score"].max()


def logistic_regression_cv(Cs, max_iter=100):
    """The same of LogisticRegressionCV."""
    found = LogisticRegressionCV(Cs=Cs, cv=StratifiedKFold(N_FOLDS), n_jobs=2, refit=False, max_iter=max_iter)

    return lambda X, y: mean_scores(found.fit(X, y), N_FOLDS).max()


def mean_scores(fitted, n_folds):
    """Mean score of each penalty of a LogisticRegressionCV."""
    scores = fitted.scores_
    scores = np.array(next(iter(scores.values())) if isinstance(scores, dict) else scores)
    return scores.reshape(n_folds, -1).mean(axis=0)


def compare(case, runs, X, y, repeats, targets=None, n_warm_up=500):
    """Rows of the peers as multiples of ours, after a call for the first samples."""
    scores = {}

    def measured(name):
        duration, scores[name] = timed(runs[name], X, y)
        return duration

    # The first call starts the workers.
    for run in runs.values():
        run(X[:n_warm_up], y[:n_warm_up])
    times = interleaved({name: partial(measured, name) for name in runs}, repeats)
    for name, value in times.items():
        target = (targets or {}).get(name, "")
        yield Row(case, name, "times ours", value / times[OURS], target, {"best score": float(scores[name])})


def peak(data, repeats, n_epochs=5):
    """Rows of the speed of training 10 models as a part of that of one large product."""
    A = np.random.default_rng(0).random((2000, 2000), dtype=np.float32)
    for batch_size in (32, 128):
        searches = [
            search(VectorizedGridSearchCV, estimator(Recipe(batch_size), max_iter=n), "l2", L2S, n_jobs=None)
            for n in (1, 1 + n_epochs)
        ]

        def training(searches=searches):
            short, long = (seconds(run, data.X, data.y) for run in searches)
            return long - short

        with one_core():
            times = interleaved({"product": partial(seconds, np.matmul, A, A), "training": training}, repeats)
        n_multiply_adds = 2 * data.X.size * (N_FOLDS - 1) * len(L2S) * N_CLASSES * n_epochs
        speed, highest = n_multiply_adds / times["training"], A.size * len(A) / times["product"]
        yield Row(f"peak, batch {batch_size}", OURS, "of the peak", speed / highest, ">= 0.7")
