# SPDX-License-Identifier: BSD-3-Clause
"""
=============================================
4. The penalty and what it does to the images
=============================================

A classifier can learn too much: not only the digits, but also the accidents of its few training images. The penalty
holds it back.
"""

# %%
# A hundred noisy images
# ----------------------
# A hundred tiny digits to train with, and two thousand others to test with. Each pixel was flipped by chance, one in
# ten. Nobody can read all of them.

import matplotlib.pyplot as plt
import numpy as np

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV
from sksoftmax.datasets import make_noisy_digits
from sksoftmax.plotting import (
    CoefficientImagesDisplay,
    SampleGridDisplay,
    SearchCurveDisplay,
)

X, y = make_noisy_digits(100, flip_probability=0.1, random_state=1)
X_test, y_test = make_noisy_digits(2000, flip_probability=0.1, random_state=2)
SampleGridDisplay.from_predictions(X, y, n_samples=10)

# %%
# Without a penalty the weights grow
# ----------------------------------
# The training images can be told apart without a mistake. Then larger weights make every answer surer, and each sure
# and right answer lowers the loss a little more. So there is no end: the longer we train, the larger the weights.

iterations = [1, 2, 4, 8, 16, 32]
free = {"solver": "lbfgs", "l2": 0.0, "tol": None}
models = [SoftmaxRegression(max_iter=n, **free).fit(X, y) for n in iterations]


def mean_loss(model, X, y):
    return -model.predict_log_proba(X)[np.arange(len(y)), y].mean()


largest = [np.abs(model.coef_).max() for model in models]
train_losses = [mean_loss(model, X, y) for model in models]
test_losses = [mean_loss(model, X_test, y_test) for model in models]
for n, model, size in zip(iterations, models, largest):
    print(
        f"{n:4} iterations: training images right {model.score(X, y):4.0%}, largest "
        f"weight {size:6.1f}"
    )

# %%
# The loss on the training images falls to nothing. The loss on the test images falls at first, and then it *rises*:
# the classifier becomes sure of accidents. That is called *overfitting*.

figure, axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
axes[0].loglog(iterations, largest, "o-", color="grey")
axes[0].set(xlabel="iterations", ylabel="largest weight")
axes[1].semilogx(iterations, train_losses, "o-", label="training images")
axes[1].semilogx(iterations, test_losses, "o-", label="test images")
axes[1].set(xlabel="iterations", ylabel="loss")
axes[1].legend()
assert models[-1].score(X, y) == 1
assert largest[-1] > 5 * largest[0]
assert test_losses[-1] > 2 * min(test_losses)

# %%
# Weights cost something
# ----------------------
# The remedy is to make weights cost something. Square all weights, add the squares up, and multiply by half of a
# number called ``l2``. That is the *penalty*. What is minimised is the sum of both:
#
# .. math:: J = \text{loss} + \frac{l_2}{2} \, (w_1^2 + w_2^2 + \dots)
#
# A weight now grows only as long as it lowers the loss by more than it costs. The intercepts cost nothing. The sum J
# is called the *objective*: what training makes small.
#
# Why squares, and why the half? The slope of the penalty along a weight is then simply ``l2`` times that weight. So
# each step of gradient descent also takes the same share off every weight, and pulls large ones harder than small ones.

clf = SoftmaxRegression(l2=0.01, solver="lbfgs", tol=1e-6).fit(X, y)
loss, penalty = mean_loss(clf, X, y), 0.01 / 2 * (clf.coef_**2).sum()
print(
    f"loss {loss:.3f} + penalty {penalty:.3f} = {loss + penalty:.3f}; the classifier "
    f"says {clf.loss_:.3f}"
)
assert np.isclose(loss + penalty, clf.loss_)

# %%
# The picture shows it for one weight, one pixel of ink and two classes. The score of the right one is ahead by the
# weight, so the loss is log(1 + exp(-weight)), and alone it goes on falling to the right. The penalty is a bowl around
# zero. Their sum has a lowest point between.

grid = np.linspace(-1, 8, 200)
one_loss, one_penalty = np.log1p(np.exp(-grid)), 0.05 / 2 * grid**2
figure, ax = plt.subplots(figsize=(5.5, 3), layout="constrained")
ax.plot(grid, one_loss, "--", label="loss")
ax.plot(grid, one_penalty, ":", label="penalty")
ax.plot(grid, one_loss + one_penalty, color="C3", label="sum")
lowest = (one_loss + one_penalty).argmin()
ax.plot(grid[lowest], (one_loss + one_penalty)[lowest], "*", color="C3", markersize=12)
ax.set(xlabel="weight", ylim=(0, 1.6))
ax.legend()

# %%
# What it does to the images
# --------------------------
# Here are the weights of four digits with a weak, a middling and a strong penalty. Each row has its own scale of
# colours. With a weak one, the images are full of accidents. With a stronger one, the accidents go, and the strokes
# stay.

PENALTIES = [1e-5, 1e-2, 1e-1]
figure = plt.figure(figsize=(7, 6.6), layout="constrained")
for part, l2 in zip(figure.subfigures(3, 1), PENALTIES):
    model = SoftmaxRegression(l2=l2, solver="lbfgs", tol=1e-6, max_iter=2000).fit(X, y)
    CoefficientImagesDisplay.from_estimator(
        model, classes=[0, 3, 4, 7], ax=part, n_columns=4
    )
    part.suptitle(f"l2 = {l2:g}: test images right {model.score(X_test, y_test):.0%}")

# %%
# The columns 0 and 1 have no strokes. What a model sees there is pure accident, so the weights there tell how much of
# it was learned.

for l2 in PENALTIES:
    W = (
        SoftmaxRegression(l2=l2, solver="lbfgs", tol=1e-6, max_iter=2000)
        .fit(X, y)
        .coef_.reshape(10, 5, 5)
    )
    share = (W[:, :, :2] ** 2).sum() / (W**2).sum()
    print(
        f"l2 = {l2:<7g} share of the empty columns in the squares of the weights: "
        f"{share:.0%}"
    )

# %%
# How strong should it be?
# ------------------------
# Try many, and look at images that took no part in training. Too weak: overfitting. Too strong: the weights are so
# small that all answers are doubtful. Between is a valley.

grid = np.logspace(-5, 1, 13)
paths = [
    SoftmaxRegression(l2=l2, solver="lbfgs", tol=1e-6, max_iter=2000).fit(X, y)
    for l2 in grid
]
train_losses = [mean_loss(model, X, y) for model in paths]
test_losses = [mean_loss(model, X_test, y_test) for model in paths]
best = int(np.argmin(test_losses))
print(f"lowest loss on test images: {test_losses[best]:.2f} with l2 = {grid[best]:.2g}")
assert 0 < best < len(grid) - 1

figure, ax = plt.subplots(figsize=(5.5, 3), layout="constrained")
ax.semilogx(grid, train_losses, "o-", markersize=3, label="training images")
ax.semilogx(grid, test_losses, "o-", markersize=3, label="test images")
ax.plot(grid[best], test_losses[best], "*", color="C3", markersize=12)
ax.set(xlabel="l2", ylabel="loss")
ax.legend()

# %%
# Without test images to spare
# ----------------------------
# One rarely has two thousand spare images. *Cross-validation* makes do with the training images: leave out a fifth of
# them, train with the rest, look at the fifth; five times, each fifth once. ``SoftmaxRegressionCV`` does that for a
# whole grid of penalties. Its choice is near the best. (The five losses of a penalty differ by chance: the band says
# how much. The diamond marks the strongest penalty that may be as good as the best, as far as five of them can tell.)

chosen = SoftmaxRegressionCV(l2s=grid, scoring="neg_log_loss", random_state=0).fit(X, y)
print(f"chosen with the training images alone: l2 = {chosen.l2_:.2g}")
SearchCurveDisplay.from_estimator(chosen)
assert best - 2 <= np.abs(grid - chosen.l2_).argmin() <= best + 2

# %%
# In one sentence
# ---------------
# The penalty makes large weights cost something, so that accidents are not learned; try several strengths on images
# that took no part in training. The next page gives the model more freedom instead.

plt.show()
