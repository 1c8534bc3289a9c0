# SPDX-License-Identifier: BSD-3-Clause
"""
============================================
2. Gradient descent and the learning rate
============================================

Page 1 ended with a landscape: weights are places, the loss is the height. Learning is going downhill. How steep is it,
and how large should a step be?
"""

# %%
# The landscape of one weight
# ---------------------------
# We start from the hand-made weights of page 1: the weights of a digit are its own image. Then we change a single
# weight, that of pixel 17 in class 8, and look at the loss.

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation

from sksoftmax import SoftmaxRegression, find_learning_rate
from sksoftmax.datasets import load_tiny_digits, make_noisy_digits
from sksoftmax.plotting import (
    LearningRateDisplay,
    animate_coefficients,
    training_snapshots,
)

X, y = load_tiny_digits(return_X_y=True)
W0, b0, PIXEL = X.copy(), -X.sum(axis=1) / 2, 17
truth = np.eye(10)[y]


def softmax(z):
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def mean_loss(W, b):
    return -np.log(softmax(X @ W.T + b)[np.arange(10), y]).mean()


def with_weights(of_8, of_6=1.0):
    W = W0.copy()
    W[8, PIXEL], W[6, PIXEL] = of_8, of_6
    return W


grid = np.linspace(-5, 9, 100)
curve = [mean_loss(with_weights(w), b0) for w in grid]
figure, ax = plt.subplots(figsize=(5, 3), layout="constrained")
ax.plot(grid, curve, color="grey")
ax.set(xlabel="weight of pixel 17 in class 8", ylabel="loss")

# %%
# The slope
# ---------
# Stand at the weight 4. Which way is down? Take a tiny step to the right and look how the loss changes. The change
# divided by the length of the step is the *slope*. A positive slope means: it goes up to the right, so go left.

here, tiny = 4.0, 1e-6
slope = (
    mean_loss(with_weights(here + tiny), b0) - mean_loss(with_weights(here), b0)
) / tiny
print(f"the slope at 4 is {slope:.4f}")
figure, ax = plt.subplots(figsize=(5, 3), layout="constrained")
ax.plot(grid, curve, color="grey")
ax.plot(here, mean_loss(with_weights(here), b0), "o", color="C3")
near = np.array([here - 2.5, here + 2.5])
ax.plot(
    near, mean_loss(with_weights(here), b0) + slope * (near - here), "--", color="C3"
)
ax.set(
    xlabel="weight of pixel 17 in class 8",
    ylabel="loss",
    title=f"at 4 the slope is {slope:.2f}",
)

# %%
# The slope without trying
# ------------------------
# Trying costs two losses for each weight. There are 260 numbers to learn, so that would be slow. For the softmax
# there is a short formula for all slopes at once. Look at one image and one class:
#
# - Take the probability of the class, and subtract 1 if the class is the right one. Call that number the *error*: it
#   is negative where the probability is too small, and positive where it is too large.
# - Multiply the error by the pixel. That is the slope for the weight of that pixel. (For the intercept the "pixel" is
#   1.)
# - Take the mean over the images.
#
# Why the error? It is the slope of the loss along the *score*. Try it with the three scores of page 1, where B is the
# right class.

z, right = np.array([2.0, 1.0, 0.0]), np.array([0, 1, 0])


def loss_of_scores(z):
    return -np.log(softmax(z)[1])


tried = [
    (loss_of_scores(z + tiny * step) - loss_of_scores(z)) / tiny for step in np.eye(3)
]
print("slopes by trying:      ", np.round(tried, 3))
print("probability less truth:", np.round(softmax(z) - right, 3))
assert np.allclose(tried, softmax(z) - right, atol=1e-5)

# %%
# Why times the pixel? The score is weight times pixel, added up. Where the pixel is 0 the weight changes nothing. Where
# it is 1, the score moves as far as the weight does.
#
# Why the mean? The loss is a mean, so its slope is the mean of the slopes. A sum would be ten times as large for ten
# times as many images, and so would be the step that we are going to take.
#
# In mathematics:
#
# .. math:: \frac{\partial\,\mathrm{loss}}{\partial w_{kj}} = \mathrm{mean}\,\big((p_k - [k = y])\,x_j\big)
#
# The fraction with the round d's is read "slope of the loss along :math:`w_{kj}`", the weight of pixel j in class k.
# The square bracket is 1 if the class k is the right one, and else 0. In the code the table ``truth`` holds these
# brackets: a row for each image, with a 1 in the column of its digit. The list of all slopes is called the *gradient*.


def gradient(W, b):
    error = softmax(X @ W.T + b) - truth
    return error.T @ X / 10, error.mean(axis=0)


by_formula = gradient(with_weights(here), b0)[0][8, PIXEL]
print(f"by trying: {slope:.4f}   by the formula: {by_formula:.4f}")
assert np.isclose(slope, by_formula, atol=1e-4)

error = softmax(X @ W0.T + b0) - truth
figure, ax = plt.subplots(figsize=(5.6, 4.6), layout="constrained")
picture = ax.imshow(error, cmap="RdBu_r", vmin=-0.8, vmax=0.8)
figure.colorbar(picture, label="error: probability less truth")
ax.set(xlabel="class", ylabel="image", xticks=range(10), yticks=range(10))

# %%
# Blue: this probability should be larger. Red: it should be smaller. The errors of each row add up to 0.

assert np.allclose(error.sum(axis=1), 0)

# %%
# A step downhill
# ---------------
# Now walk: new weight = old weight - *learning rate* x slope. The minus makes it go down. The learning rate, written
# :math:`\eta` ("eta"), says how far. Where the slope is small the steps become small by themselves.
#
# Here are 15 steps along two weights, with three learning rates. The other 258 numbers stay as they are.

RATES = {"too small": 2, "about right": 20, "too large": 50}


def walk(rate, n_steps=15):
    place, path = np.array([-3.0, 7.0]), []
    for _ in range(n_steps + 1):
        path.append(place.copy())
        slopes = gradient(with_weights(*place), b0)[0]
        place = place - rate * slopes[[8, 6], PIXEL]
    return np.array(path)


paths = {name: walk(rate) for name, rate in RATES.items()}
losses = {
    name: [mean_loss(with_weights(*place), b0) for place in path]
    for name, path in paths.items()
}
for name, rate in RATES.items():
    print(
        f"rate {rate:4} ({name:11}): loss {losses[name][0]:.3f}, after 15 steps "
        f"{losses[name][-1]:.3f}"
    )

# %%
# Press play. Too small: it arrives, but late. About right: it arrives in a few steps. Too large: it jumps over the
# valley, again and again.

steps = np.linspace(-9, 10, 60)
surface = [[mean_loss(with_weights(w8, w6), b0) for w8 in steps] for w6 in steps]
figure, axes = plt.subplots(1, 3, figsize=(9, 3.4), sharey=True, layout="constrained")
walkers = []
for ax, (name, rate) in zip(axes, RATES.items()):
    ax.contour(steps, steps, surface, 20, cmap="viridis", alpha=0.5)
    ax.set(
        title=f"{name}: {rate}",
        xlabel="weight in class 8",
        xlim=(-9, 10),
        ylim=(-9, 10),
    )
    walkers.append(ax.plot([], [], "o-", color="C3", markersize=4)[0])
axes[0].set_ylabel("weight in class 6")
title = figure.suptitle("step 0")


def draw(step):
    title.set_text(f"step {step}")
    for walker, path in zip(walkers, paths.values()):
        walker.set_data(path[: step + 1].T)


animation = FuncAnimation(figure, draw, frames=16, interval=400)

# %%
# The loss of each step shows the same. A curve that jumps up and down is the sign of a rate that is too large.

assert losses["about right"][-1] < losses["too small"][-1] < losses["too large"][-1]
figure, ax = plt.subplots(figsize=(6, 3.3), layout="constrained")
for name, values in losses.items():
    ax.plot(values, "o-", markersize=3, label=f"{name}: {RATES[name]}")
ax.set(xlabel="step", ylabel="loss")
figure.legend(loc="outside upper center", ncols=3)

# %%
# All weights at once
# -------------------
# The same loop learns all 260 numbers. Start with zeros, so that all probabilities are 1/10.

W, b, rate, losses = np.zeros((10, 25)), np.zeros(10), 1.0, []
for _ in range(100):
    losses.append(mean_loss(W, b))
    slopes_W, slopes_b = gradient(W, b)
    W, b = W - rate * slopes_W, b - rate * slopes_b
print(f"loss before: {losses[0]:.3f} = log 10, after 100 steps: {mean_loss(W, b):.3f}")
print(
    "digits that are right:",
    int((softmax(X @ W.T + b).argmax(axis=1) == y).sum()),
    "of 10",
)
assert np.isclose(losses[0], np.log(10))

# %%
# ``SoftmaxRegression`` does just that if it is told to: all ten images in each step (``batch_size=10``), a constant
# rate, no momentum, no penalty. (*Momentum* lets a step keep a part of the one before, as a rolling ball does.) An
# *epoch* is one pass over all images, so here it is one step. Its weights are ours.

plain = {
    "batch_size": 10,
    "learning_rate": "constant",
    "momentum": 0,
    "l2": 0,
    "tol": None,
}
clf = SoftmaxRegression(learning_rate_init=rate, max_iter=100, **plain).fit(X, y)
print(f"largest difference to our loop: {np.abs(clf.coef_ - W).max():.0e}")
assert np.allclose(clf.coef_, W)
assert np.allclose(clf.loss_curve_, losses)

# %%
# Watch it learn. Red pixels come to speak for a digit, blue ones against it.

snapshots = training_snapshots(
    clf, X, y, epochs=[0, 1, 2, 3, 5, 10, 20, 40, 60, 80, 100]
)
learning = animate_coefficients(snapshots, interval=500)

# %%
# Finding a rate
# --------------
# A thousand noisy copies of the digits, with a pixel in ten flipped, are a harder problem. ``find_learning_rate``
# takes 30 steps with each of many rates. The picture is the loss that each one reached. On the left, the rate is too
# small to get far. On the right, it is too large to settle. The mark is a good choice. (The height is called
# *objective*: the loss plus a penalty, which page 4 is about and which is 0 here.)

X_noisy, y_noisy = make_noisy_digits(1000, random_state=0)
clf = SoftmaxRegression(batch_size=1000, momentum=0, l2=0)
found = find_learning_rate(
    clf, X_noisy, y_noisy, learning_rates=np.logspace(-2, 2, 25), n_epochs=30
)
print(f"a good rate here: {found.best:.2g}")
LearningRateDisplay.from_learning_rates(found)

# %%
# You need not do this each time. By default (``learning_rate_init="auto"``) the classifier finds a rate from the data
# itself.
#
# In one sentence
# ---------------
# The gradient is error times pixel, a step goes against it, and the learning rate must be small enough not to jump
# over the valley. Real data has more than ten images; the next page shows why a step need not look at all of them.

plt.show()
