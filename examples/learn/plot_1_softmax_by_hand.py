# SPDX-License-Identifier: BSD-3-Clause
"""
==================
1. Softmax by hand
==================

A softmax classifier looks at an image and says how probable each digit is. Here we build one for ten tiny digits,
with numbers small enough to check with a pencil.
"""

# %%
# Ten images
# ----------
# Each digit is an image of 5 x 5 pixels. A pixel is 1 where there is ink and 0 elsewhere.

import matplotlib.pyplot as plt
import numpy as np

from sksoftmax import SoftmaxRegression
from sksoftmax.datasets import load_tiny_digits
from sksoftmax.plotting import (
    CoefficientImagesDisplay,
    ProbabilityBarsDisplay,
    SampleGridDisplay,
)

X, y = load_tiny_digits(return_X_y=True)
SampleGridDisplay.from_predictions(X, y, n_samples=10)

# %%
# To the computer an image is a list of 25 numbers: row after row. The list is called **x**. All ten lists together
# are the table **X**, one row for each image. The list **y** says which digit each row is.

print("the 7 as a list:", X[7].astype(int))
print("shape of X:", X.shape, "  y:", y)

# %%
# A score for each class
# ----------------------
# The possible answers are called *classes*: here the digits 0 to 9. We give each class a *score*: a number that is
# large if the image looks like the class.
#
# To make scores we need a *weight* for each pixel. Multiply each pixel by its weight, and add up. In mathematics the
# score of class k is written :math:`z_k = w_k \cdot x + b_k`. The dot means "multiply one by one and add up".
# The extra number :math:`b_k` is called the *intercept*. It is added whatever the image is.
#
# Let us choose weights by hand. The weights of class k are the image of the digit k itself. Then the sum counts the
# pixels that have ink in both. How much ink do the 8 and the 9 share?

shared = X[8] * X[9]
print(
    "ink in the 8:",
    int(X[8].sum()),
    "  ink in the 9:",
    int(X[9].sum()),
    "  in both:",
    int(X[8] @ X[9]),
)
figure, axes = plt.subplots(1, 3, figsize=(6, 2.4), layout="constrained")
for ax, values, title in zip(
    axes, (X[8], X[9], shared), ("image: an 8", "weights: a 9", "product")
):
    ax.imshow(values.reshape(5, 5), cmap="Greys")
    ax.set(title=title, xticks=[], yticks=[])

# %%
# There is a problem. An 8 has a lot of ink, so it shares ink with everything. The image of a 9 gets as high a score
# from the 8 as from the 9:

print(
    "image of a 9: score of class 8 is",
    X[9] @ X[8],
    "and score of class 9 is",
    X[9] @ X[9],
)
assert X[9] @ X[8] == X[9] @ X[9]

# %%
# The intercept can repair that. Take away half a point for each pixel of ink that the class expects. Now the 9 wins,
# by half a point. In fact each digit now has its highest score in its own class.
#
# All hundred scores are computed at once, as a table **Z** with a row for each image and a column for each class. The
# sign ``@`` stands for "multiply one by one and add up", for each row of the table on its left and each column of the
# table on its right. W has a row for each class, so it is turned on its side first: ``W.T``. And ``axis=1`` means
# "along each row": ``Z.argmax(axis=1)`` is, for each row, the column of its largest number.

W = X.copy()
b = -X.sum(axis=1) / 2
Z = X @ W.T + b
print("image of a 9: score of class 8 is", Z[9, 8], "and score of class 9 is", Z[9, 9])
assert (Z.argmax(axis=1) == y).all()

figure, ax = plt.subplots(figsize=(5.6, 4.8), layout="constrained")
picture = ax.imshow(Z, cmap="Blues")
for i in range(10):
    for k in range(10):
        ax.text(
            k,
            i,
            f"{Z[i, k]:.1f}",
            ha="center",
            va="center",
            size=8,
            color="white" if Z[i, k] > 3 else "black",
        )
ax.set(
    xlabel="class",
    ylabel="image",
    xticks=range(10),
    yticks=range(10),
    title="scores: each row is an image",
)

# %%
# From scores to probabilities
# ----------------------------
# Scores are not probabilities. Probabilities are never negative, and they add up to 1. The softmax makes them in two
# steps. Take three scores: 2, 1 and 0.
#
# **Step 1: exp.** The function exp raises the number e = 2.718... to a power: exp(1) = e, exp(2) = e times e, and
# exp(0) = 1. A negative score divides: exp(-1) = 1 / e. The result is always positive.

z = np.array([2.0, 1.0, 0.0])
powers = np.exp(z)
print("exp of 2, 1, 0:", powers.round(2))

# %%
# **Step 2: divide by the sum.** The three numbers then add up to 1.

p = powers / powers.sum()
print("their sum:", powers.sum().round(2))
print("divided by it:", p.round(3), "  which add up to", p.sum().round(10))

figure, axes = plt.subplots(1, 3, figsize=(8, 2.8), layout="constrained")
titles = ("scores z", "step 1: exp(z)", "step 2: divided by the sum")
for ax, values, title in zip(axes, (z, powers, p), titles):
    bars = ax.bar(["A", "B", "C"], values, color=["C0", "C1", "C2"])
    ax.bar_label(bars, [f"{value:.3g}" for value in values])
    ax.set(title=title, ylim=(0, 1.15 * values.max()))

# %%
# In mathematics the two steps are one formula:
#
# .. math:: p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}
#
# Here :math:`p_k` is the probability of class k, and the sign :math:`\sum_j` says "add up over all classes j".

# %%
# What exp does
# -------------
# A score that is higher by 1 makes exp larger by the same *factor*, e = 2.718..., wherever you are. So the softmax
# looks at differences between scores: one point more means 2.718 times as probable.

assert np.allclose([p[0] / p[1], p[1] / p[2]], np.e)

figure, ax = plt.subplots(figsize=(5, 3.2), layout="constrained")
grid = np.linspace(-2, 2.3, 100)
ax.plot(grid, np.exp(grid), color="grey")
for score, name in zip(z, "ABC"):
    ax.plot(
        [score, score, -2], [0, np.exp(score), np.exp(score)], ":", color="lightgrey"
    )
    ax.plot(score, np.exp(score), "o")
    ax.annotate(
        f"{name}: exp({score:.0f}) = {np.exp(score):.2f}",
        (score, np.exp(score)),
        (-8, 4),
        **{"textcoords": "offset points", "ha": "right"},
    )
ax.set(xlabel="score", ylabel="exp(score)", xlim=(-2, 2.4), ylim=(0, 10))

# %%
# Add 100 to all scores. The differences are the same, so the probabilities are the same, too.


def softmax(z):
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


print("of  2,  1,  0 :", softmax(z).round(3))
print("of 102, 101, 100:", softmax(z + 100).round(3))
assert np.allclose(softmax(z), softmax(z + 100))

# %%
# The function above uses that: it first takes the largest score away from all. Then no power is larger than 1, and
# none is too large for the computer. (``axis=-1`` makes it work for one list of scores and for a table: there each row
# has its own largest score and its own sum. With ``keepdims=True`` these stand beside the rows that they belong to.)
#
# Multiply all scores by a number, and the differences change. Small scores make the softmax doubtful, large ones make
# it sure.

figure, axes = plt.subplots(1, 3, figsize=(8, 2.6), sharey=True, layout="constrained")
for ax, factor in zip(axes, (0.1, 1, 5)):
    bars = ax.bar(["A", "B", "C"], softmax(factor * z), color=["C0", "C1", "C2"])
    ax.bar_label(bars, fmt="%.2f")
    ax.set(title=f"scores times {factor}", ylim=(0, 1.15))

# %%
# Our ten digits
# --------------
# The scores of our hand-made weights are turned into probabilities, row by row. All ten digits are right, but most
# are not sure. The 9 is half a point ahead of the 8, so it is only exp(0.5) = 1.65 times as probable.

P = softmax(Z)
print("probability of the right class, digit by digit:", P[y, y].round(2))
print("image of a 9: probability of 8:", P[9, 8].round(3), " of 9:", P[9, 9].round(3))
assert np.isclose(P[9, 9] / P[9, 8], np.exp(0.5))
ProbabilityBarsDisplay.from_predictions(X[[1, 4, 9]], y[[1, 4, 9]], P[[1, 4, 9]])

# %%
# The loss: how wrong is a probability?
# -------------------------------------
# We want one number that says how good the classifier is. Look at the probability p that it gives to the *right*
# class. The loss of an image is :math:`-\log p`. The logarithm "log" undoes exp: log(exp(3)) = 3. (It is the natural
# logarithm. The key of a calculator is often called "ln".) What matters is its shape:
#
# - p = 1, sure and right: the loss is 0.
# - p = 0.5: the loss is 0.69.
# - p = 0.01, nearly sure and wrong: the loss is 4.6.
# - p = 0 would be an infinite loss. Never be completely sure of something wrong.
#
# Half the probability always costs the same 0.69 more: from 1 to 0.5, or from 0.02 to 0.01.

figure, ax = plt.subplots(figsize=(5, 3), layout="constrained")
grid = np.linspace(0.004, 1, 300)
ax.plot(grid, -np.log(grid), color="grey")
for value in (1.0, 0.5, 0.1, 0.01):
    print(f"p = {value:<4}  loss = {-np.log(value) + 0:.2f}")
    ax.plot(value, -np.log(value), "o")
ax.set(xlabel="probability of the right class", ylabel="loss, -log p")
assert np.allclose(-np.log([1, 0.5, 0.01]), [0, 0.69, 4.6], atol=0.01)

# %%
# The loss of the classifier is the mean over all images. It is called the *cross-entropy*. (In the code,
# ``P[np.arange(10), y]`` takes one number from each row: that in the column of the right class.) A classifier that
# knows nothing gives each digit the probability 1/10. Its loss is log 10 = 2.30. Ours is better:


def mean_loss(Z):
    P = softmax(Z)
    return -np.log(P[np.arange(10), y]).mean()


print(
    "knows nothing:",
    mean_loss(np.zeros((10, 10))).round(2),
    "  our weights:",
    mean_loss(Z).round(2),
)
assert np.isclose(mean_loss(np.zeros((10, 10))), np.log(10))

# %%
# The loss is a landscape
# -----------------------
# Our weights were a guess. Which are the best? Change two of them, and look at the loss. We take the pixel that is
# all that tells an 8 from a 9: pixel 17, in row 3 and column 2 (counted from 0). One axis is its weight in class 8,
# the other its weight in class 6. Each point of the picture is a classifier, and its height is the loss.

PIXEL = 17
steps = np.linspace(-5, 9, 57)


def loss_with(weight_of_8, weight_of_6):
    changed = W.copy()
    changed[8, PIXEL], changed[6, PIXEL] = weight_of_8, weight_of_6
    return mean_loss(X @ changed.T + b)


surface = np.array([[loss_with(w8, w6) for w8 in steps] for w6 in steps])
row, column = np.unravel_index(surface.argmin(), surface.shape)
best = steps[column], steps[row]
print(f"our guess: weights 1 and 1, loss {loss_with(1, 1):.3f}")
print(f"lowest point: weights {best[0]} and {best[1]}, loss {surface.min():.3f}")

figure = plt.figure(figsize=(9, 4), layout="constrained")
ax = figure.add_subplot(1, 2, 1, projection="3d")
ax.plot_surface(*np.meshgrid(steps, steps), surface, cmap="viridis")
ax.set(xlabel="weight in class 8", ylabel="weight in class 6", zlabel="loss")
ax.view_init(30, -120)
ax = figure.add_subplot(1, 2, 2)
lines = ax.contour(steps, steps, surface, 20, cmap="viridis")
ax.plot(1, 1, "s", color="C1", label="our guess")
ax.plot(*best, "*", color="C3", markersize=12, label="lowest point")
ax.set(
    xlabel="weight in class 8",
    ylabel="weight in class 6",
    title="the same from above: lines of equal loss",
)
ax.legend()

# %%
# The landscape is a bowl. It has one lowest point, and no other valley to get lost in. That holds for all weights of
# softmax regression, not only for these two. Mathematicians call such a bowl *convex*.

# %%
# Let the computer choose
# -----------------------
# ``SoftmaxRegression`` finds the lowest point for all 250 weights and 10 intercepts at once. (``solver="lbfgs"`` is
# the name of a way to walk there; page 2 shows the simplest one. The ``l2`` keeps the weights small; page 4 tells
# why.) Red pixels speak for a digit, blue ones against it. Look at row 3, column 2 of the
# 8 and of the 9: it has found our pixel 17.

clf = SoftmaxRegression(solver="lbfgs", l2=0.001, tol=1e-6).fit(X, y)
CoefficientImagesDisplay.from_estimator(clf)
print(
    "all right:",
    clf.score(X, y) == 1,
    "  loss:",
    mean_loss(X @ clf.coef_.T + clf.intercept_).round(3),
)
print(
    "largest difference between the 8 and the 9: pixel",
    np.abs(clf.coef_[8] - clf.coef_[9]).argmax(),
)
assert np.abs(clf.coef_[8] - clf.coef_[9]).argmax() == PIXEL

# %%
# It is the same model as ours, only with better numbers. It calls the weights ``coef_`` (*coefficients* is another word
# for them) and the intercepts ``intercept_``, and our ``softmax`` makes its probabilities from them.

assert np.allclose(clf.predict_proba(X), softmax(X @ clf.coef_.T + clf.intercept_))
ProbabilityBarsDisplay.from_estimator(clf, X[[1, 4, 9]], y[[1, 4, 9]])

# %%
# In one sentence
# ---------------
# Weights times pixels make scores, exp and dividing make probabilities, minus the logarithm of the right one is the
# loss, and learning is going down. How one goes down is the next page.

plt.show()
