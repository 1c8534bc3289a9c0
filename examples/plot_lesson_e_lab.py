# SPDX-License-Identifier: BSD-3-Clause
"""
=====================
Lesson E: a full lab
=====================

The lab trains on the first 4,000 images by full-batch gradient descent from uniform random weights, with an L2 penalty
of 0.5 and a learning rate of 0.1 that falls by a percent with each epoch, for 2,000 epochs. Its open task: choose
penalty, batch size and learning-rate decay properly, on all images.
"""

# %%
# The recipe
# ----------
# A model that goes on from given weights: ``warm_start``, and the weights put in. The lab normalises its softmax over
# all samples at once, so that probabilities of one image depend on the others; here each image has its own.

import time

import matplotlib.pyplot as plt
import numpy as np
from lesson import load_images, print_table, save
from sklearn.model_selection import StratifiedShuffleSplit

from sksoftmax import SoftmaxRegression, VectorizedGridSearchCV
from sksoftmax.plotting import (
    CoefficientImagesDisplay,
    LossCurveDisplay,
    SampleGridDisplay,
    SearchHeatmapDisplay,
)

X_train, y_train, X_test, y_test, is_mnist = load_images()
X_train, X_test = (X.astype(np.float32) / 255 for X in (X_train, X_test))
few = slice(0, 4000)
recipe = SoftmaxRegression(
    l2=0.5,
    batch_size=len(X_train),
    learning_rate="exponential",
    decay=0.99,
    learning_rate_init=0.1,
    momentum=0.0,
    fit_intercept=False,
    max_iter=1,
    tol=None,
    warm_start=True,
)
started = time.perf_counter()
recipe.fit(X_train[few], y_train[few])
recipe.coef_ = (
    np.random.RandomState(0).uniform(size=recipe.coef_.shape).astype(np.float32)
)
recipe.set_params(max_iter=2000).fit(X_train[few], y_train[few])
seconds = time.perf_counter() - started
figures = {
    "recipe_loss": LossCurveDisplay.from_estimator(
        recipe, xscale="log", yscale="log"
    ).figure_
}

# %%
# Its weights
# -----------

figures["recipe_weights"] = CoefficientImagesDisplay.from_estimator(
    recipe, percentile=100
).figure_

# %%
# The open task: penalty and batch size
# -------------------------------------
# All candidates of a batch size train together on the same minibatches. One split into training and validation images
# is enough for so many; the test images are not looked at.

split = StratifiedShuffleSplit(1, test_size=0.2, random_state=0)
base = SoftmaxRegression(
    max_iter=15 if is_mnist else 60, tol=None, learning_rate="cosine", random_state=0
)
grid = {"l2": np.logspace(-6, -2, 9), "batch_size": [32, 128, 512]}
started = time.perf_counter()
search = VectorizedGridSearchCV(base, grid, scoring="neg_log_loss", cv=split).fit(
    X_train, y_train
)
search_seconds = time.perf_counter() - started
print(f"{len(search.cv_results_['params'])} candidates: {search.best_params_}\n")
figures["search"] = SearchHeatmapDisplay.from_estimator(search).figure_

# %%
# Learning-rate decay
# -------------------
# Watched on a tenth of the training images.

schedules = {}
for schedule in ("constant", "inverse_time", "step", "exponential", "cosine"):
    decay = {"exponential": 0.8, "step": 0.3}.get(schedule)
    model = SoftmaxRegression(
        **{
            **base.get_params(),
            **search.best_params_,
            "learning_rate": schedule,
            "decay": decay,
        }
    )
    model.set_params(decay_epochs=5, early_stopping=True)
    schedules[schedule] = model.fit(X_train, y_train)
print(f"{'schedule':14} {'validation loss':>16}")
for name, model in schedules.items():
    print(f"{name:14} {min(model.validation_loss_curve_):16.4f}")
figures["schedules"] = LossCurveDisplay.from_estimators(
    schedules, curves=["validation_loss"], yscale="log"
).figure_

# %%
# The model
# ---------

best = search.best_estimator_
figures["weights"] = CoefficientImagesDisplay.from_estimator(best).figure_
figures["errors"] = SampleGridDisplay.from_estimator(
    best, X_test, y_test, select="most_confident_errors"
).figure_
rows = [
    (
        "the recipe, accuracy on all training images",
        0.720,
        recipe.score(X_train, y_train),
    ),
    ("the recipe, test accuracy", 0.721, recipe.score(X_test, y_test)),
    ("seconds for the recipe", None, seconds),
    (
        "validated l2 and batch size, training accuracy",
        None,
        best.score(X_train, y_train),
    ),
    ("validated l2 and batch size, test accuracy", None, best.score(X_test, y_test)),
    (
        f"seconds for {len(search.cv_results_['params'])} candidates",
        None,
        search_seconds,
    ),
]
print()
print_table(
    "MNIST" if is_mnist else "scikit-learn's digits; the lesson has MNIST", rows
)
save(figures, "e")
plt.show()
