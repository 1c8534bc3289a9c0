# SPDX-License-Identifier: BSD-3-Clause
"""
===============================
Lesson A: softmax on 500 digits
===============================

A well-known first lesson: 500 images of digits, softmax regression by full-batch gradient descent from zero weights,
without intercepts, an L2 penalty of 1, a learning rate of 1e-5 on raw pixels, 1,000 iterations. Here are its recipe,
and the default settings on the same images.
"""

# %%
# The data
# --------
# The first 500 training images and the first 100 test images; one of them in the lesson's colours.

import matplotlib.pyplot as plt
import numpy as np
from lesson import load_images, print_table, save
from sklearn.base import clone

from sksoftmax import SoftmaxRegression
from sksoftmax.plotting import (
    CoefficientImagesDisplay,
    LossCurveDisplay,
    SampleGridDisplay,
)

X, y, X_all_test, y_all_test, is_mnist = load_images()
X_train, y_train, X_test, y_test = X[:500], y[:500], X_all_test[:100], y_all_test[:100]
figures = {
    "sample": SampleGridDisplay.from_predictions(X_train, y_train, n_samples=1)
    .plot(cmap="jet")
    .figure_
}

# %%
# The recipe
# ----------
# The penalty is that of the mean loss, as in the lesson, so that nothing needs to be converted. A batch that holds all
# samples makes it gradient descent.

recipe = SoftmaxRegression(
    l2=1.0,
    batch_size=500,
    learning_rate="constant",
    learning_rate_init=1e-5,
    momentum=0.0,
    fit_intercept=False,
    max_iter=1000,
    tol=None,
).fit(X_train, y_train)
figures["loss"] = LossCurveDisplay.from_estimator(recipe).figure_

# %%
# Weights as images
# -----------------
# The classes that the lesson shows.

figures["weights"] = CoefficientImagesDisplay.from_estimator(
    recipe, classes=[3, 0, 1]
).figure_

# %%
# Ten draws
# ---------
# 100 test images are few: one of them is a percent. Ten draws of 500 training images, tested on all test images, tell
# more, and their standard deviation how much hangs on the draw. The default settings need no learning rate and no
# number of iterations.


def accuracies(estimator):
    scores = []
    for seed in range(10):
        rows = np.random.RandomState(seed).permutation(len(X))[:500]
        scores.append(
            clone(estimator).fit(X[rows], y[rows]).score(X_all_test, y_all_test)
        )
    return np.array(scores)


default = SoftmaxRegression(random_state=0).fit(X_train, y_train)
of_recipe, of_default = accuracies(recipe), accuracies(default)
rows = [
    ("the recipe, training accuracy", 0.902, recipe.score(X_train, y_train)),
    ("the recipe, test accuracy, 100 images", 0.85, recipe.score(X_test, y_test)),
    (
        "the default settings, test accuracy, 100 images",
        None,
        default.score(X_test, y_test),
    ),
    ("the recipe, test accuracy, all images, mean of 10 draws", None, of_recipe.mean()),
    ("their standard deviation", None, of_recipe.std()),
    ("the default settings, likewise", None, of_default.mean()),
    ("their standard deviation", None, of_default.std()),
]
print_table(
    "500 images of MNIST"
    if is_mnist
    else "500 of scikit-learn's digits; the lesson has MNIST",
    rows,
)

# %%
# The same images with the default settings
# -----------------------------------------

figures["weights_default"] = CoefficientImagesDisplay.from_estimator(default).figure_
save(figures, "a")
plt.show()
