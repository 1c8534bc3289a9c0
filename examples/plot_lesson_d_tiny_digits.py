# SPDX-License-Identifier: BSD-3-Clause
"""
=========================
Lesson D: ten tiny digits
=========================

Ten images of 5 x 5 pixels, ten outputs, no intercepts: a model that can be written down. It learns online, an image
after the other in order, with a learning rate of 0.1 and a momentum of 0.1.
"""

# %%
# The data
# --------

import time

import matplotlib.pyplot as plt
import numpy as np
from lesson import FOLDER, print_table, save

from sksoftmax import SoftmaxRegression
from sksoftmax.datasets import load_tiny_digits
from sksoftmax.plotting import (
    CoefficientImagesDisplay,
    ModelMatricesDisplay,
    SampleGridDisplay,
    animate_coefficients,
    save_animation,
    training_snapshots,
)

X, y = load_tiny_digits(return_X_y=True)
figures = {"digits": SampleGridDisplay.from_predictions(X, y, n_samples=10).figure_}

# %%
# Data, model and output
# ----------------------
# Twenty epochs, with a look at the model every two.

online = SoftmaxRegression(
    l2=0.0,
    batch_size=1,
    learning_rate="constant",
    learning_rate_init=0.1,
    momentum=0.1,
    nesterovs_momentum=False,
    shuffle=False,
    fit_intercept=False,
    tol=None,
)
snapshots = training_snapshots(online, X, y, epochs=range(0, 21, 2))
print(f"{'epoch':>5} {'right of 10':>12} {'mean loss':>10}")
for snapshot in snapshots:
    loss = -snapshot.predict_log_proba(X)[np.arange(10), y].mean()
    print(f"{snapshot.n_iter_:5} {10 * snapshot.score(X, y):12.0f} {loss:10.4f}")
figures["matrices"] = ModelMatricesDisplay.from_estimator(snapshots[-1], X, y).figure_

# %%
# All snapshots
# -------------

figures["snapshots"] = ModelMatricesDisplay.from_estimators(snapshots, X).figure_

# %%
# A learning rate of 1
# --------------------

fast = training_snapshots(
    SoftmaxRegression(**{**online.get_params(), "learning_rate_init": 1.0}),
    X,
    y,
    epochs=[20],
)[0]

# %%
# Fifty epochs as an animation
# ----------------------------

animation = animate_coefficients(training_snapshots(online, X, y, epochs=range(51)))

# %%
# A hundred thousand epochs
# -------------------------
# A million steps. The rows of the weight matrix are images again.

started = time.perf_counter()
long = SoftmaxRegression(**{**online.get_params(), "max_iter": 100_000}).fit(X, y)
seconds = time.perf_counter() - started
figures["weights"] = CoefficientImagesDisplay.from_estimator(long, limit=10).figure_

# %%
# One pixel
# ---------
# Pixel 17, in row 3 and column 2, is all that tells an 8 from a 9, and a 6 from a 5; the coefficients say so.

for a, b in ((8, 9), (6, 5)):
    (differs,) = np.flatnonzero(X[a] != X[b])
    gap = long.coef_[a] - long.coef_[b]
    print(
        f"{a} and {b} differ in pixel {differs}; coefficient of {a} less that of {b}: "
        f"{gap[differs]:.2f}",
        end="; ",
    )
    print(f"the largest of the others: {np.abs(np.delete(gap, differs)).max():.2f}")
figures["pixel_17"] = CoefficientImagesDisplay.from_estimator(
    long, difference=(8, 9), percentile=100
).figure_


def mean_loss(model):
    return -model.predict_log_proba(X)[np.arange(10), y].mean()


first_perfect = next(s.n_iter_ for s in snapshots if s.score(X, y) == 1)
rows = [
    ("digits right of 10 at epoch 0", "3", f"{10 * snapshots[0].score(X, y):.0f}"),
    (
        "epoch from which all are right (looked at every second)",
        "12",
        str(first_perfect),
    ),
    ("mean loss at epoch 20", 0.63, mean_loss(snapshots[-1])),
    ("mean loss at epoch 20 with a learning rate of 1", None, mean_loss(fast)),
    ("mean loss after 100,000 epochs", 1.45e-4, mean_loss(long)),
    ("seconds for 100,000 epochs", None, seconds),
]
print()
print_table("Ten tiny digits", rows)
save(figures, "d")
save_animation(animation, FOLDER / "lesson_d_learning.gif")
plt.show()
