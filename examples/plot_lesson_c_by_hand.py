# SPDX-License-Identifier: BSD-3-Clause
"""
=============================
Lesson C: a network by hand
=============================

A network of 50 relu units, weights drawn from a normal distribution times 0.1, raw pixels from 0 to 255, a learning
rate of 0.001, batches of 128: 20 epochs, then 20 more from where it stopped. The lesson derives its gradients twice.
"""

# %%
# Two gradients that are one
# --------------------------
# The derivative of the cross-entropy by the logits, in two steps: by the probabilities, -1 / p of the true class, and
# through the Jacobian of the softmax, diag(p) - p p'. Or in one: p less one for the true class. The two are equal; the
# first divides by a probability that may have been rounded to zero.

import matplotlib.pyplot as plt
import numpy as np
from lesson import load_images, print_table, save

from sksoftmax import TinyMLPClassifier
from sksoftmax.plotting import CoefficientImagesDisplay

rng = np.random.RandomState(0)
largest = 0.0
for _ in range(100):
    z, true = rng.normal(scale=3, size=10), rng.randint(10)
    p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    by_probability = np.where(np.arange(10) == true, -1 / p, 0.0)
    through_jacobian = (np.diag(p) - np.outer(p, p)) @ by_probability
    fused = p - (np.arange(10) == true)
    largest = max(largest, np.abs(through_jacobian - fused).max())
print(f"largest difference of the two gradients, 100 draws: {largest:.1e}")
z, true = np.array([800.0, 0.0]), 1
p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
with np.errstate(divide="ignore", invalid="ignore"):
    separate = (np.diag(p) - np.outer(p, p)) @ np.array([0.0, -1 / p[1]])
print(
    f"logits 800 and 0, the second is true: separate {separate}, fused {p - [0, 1]}\n"
)

# %%
# The recipe
# ----------
# ``partial_fit`` is an epoch that goes on from the last.

X_train, y_train, X_test, y_test, is_mnist = load_images()
recipe = TinyMLPClassifier(
    (50,),
    "relu",
    l2=0.0,
    batch_size=128,
    learning_rate="constant",
    learning_rate_init=0.001,
    momentum=0.0,
    init_scale=0.1,
    max_iter=20,
    tol=None,
    random_state=0,
)
accuracies = []
for _ in range(40):
    recipe.partial_fit(X_train, y_train, classes=np.unique(y_train))
    accuracies.append(recipe.score(X_test, y_test))

# %%
# Accuracy by epoch
# -----------------

figure, ax = plt.subplots(layout="constrained")
ax.plot(range(1, 41), accuracies)
ax.axvline(20, color="grey", linestyle=":")
ax.set(xlabel="epoch", ylabel="test accuracy")
figures = {"accuracy": figure}

# %%
# The default settings
# --------------------
# On the same raw pixels, with nothing chosen.

default = TinyMLPClassifier((50,), "relu", random_state=0).fit(X_train, y_train)
figures["units"] = CoefficientImagesDisplay.from_estimator(default, units=20).figure_
rows = [
    ("the recipe, test accuracy after 20 epochs", 0.893, accuracies[19]),
    ("the recipe, test accuracy after 40 epochs", 0.921, accuracies[39]),
    ("the lesson's variant with a separate Jacobian", 0.949, None),
    (
        f"the default settings, test accuracy, {default.n_iter_} epochs",
        None,
        default.score(X_test, y_test),
    ),
]
print_table(
    "MNIST" if is_mnist else "scikit-learn's digits; the lesson has MNIST", rows
)
save(figures, "c")
plt.show()
