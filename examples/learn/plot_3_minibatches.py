# SPDX-License-Identifier: BSD-3-Clause
"""
========================
3. Minibatches and noise
========================

A step of gradient descent looks at all images before it moves. With thousands of images that is slow. Looking at a few
of them gives a direction that is nearly as good, and costs a fraction.
"""

# %%
# Two thousand images
# -------------------
# They are noisy copies of the ten tiny digits: each pixel is flipped by chance, one in ten.

import matplotlib.pyplot as plt
import numpy as np

from sksoftmax import SoftmaxRegression
from sksoftmax.datasets import make_noisy_digits
from sksoftmax.plotting import LossCurveDisplay, SampleGridDisplay

X, y = make_noisy_digits(2000, flip_probability=0.1, random_state=0)
n, truth = len(y), np.eye(10)[y]
SampleGridDisplay.from_predictions(X, y, n_samples=10)

# %%
# A poll among the images
# -----------------------
# The gradient is a mean over all images (page 2). A mean can be estimated from a few, as in a poll. Those few are
# called a *minibatch*, and their number is the *batch size*.
#
# We start with zero weights and look at one slope only: that of pixel 17 in class 8. Each dot is the poll of one
# minibatch, drawn by chance. The line is the slope over all images.


def softmax(Z):
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def gradient(W, rows):
    return (softmax(X[rows] @ W.T) - truth[rows]).T @ X[rows] / len(rows)


rng = np.random.RandomState(0)
W, sizes, n_polls = np.zeros((10, 25)), [1, 4, 16, 64, 256], 400
polls = {
    b: [gradient(W, rng.randint(n, size=b))[8, 17] for _ in range(n_polls)]
    for b in sizes
}
exact = gradient(W, np.arange(n))[8, 17]

figure, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
for place, b in enumerate(sizes):
    ax.plot(
        place + rng.uniform(-0.25, 0.25, n_polls),
        polls[b],
        ".",
        markersize=2,
        color="C0",
    )
ax.axhline(exact, color="C3", label="all images")
ax.set(
    xlabel="batch size",
    ylabel="slope in the minibatch",
    xticks=range(len(sizes)),
    xticklabels=sizes,
)
ax.legend()

# %%
# The polls are right on average, whatever the batch size. But they scatter: that is the *noise*. How much does a larger
# batch help? Measure the scatter by the *standard deviation*: as a rule two thirds of the dots are no further than that
# from their mean. Four times as many images halve it, and no more. (In the picture below, both axes go by factors: from
# 1 to 4 is as far as from 4 to 16.)

scatter = np.array([np.std(polls[b]) for b in sizes])
for b, deviation in zip(sizes, scatter):
    print(
        f"batch size {b:3}: mean of the polls {np.mean(polls[b]):+.4f}, standard "
        f"deviation {deviation:.4f}"
    )
print(f"all images:     slope {exact:+.4f}")
assert np.allclose(scatter[:-1] / scatter[1:], 2, atol=0.35)

figure, ax = plt.subplots(figsize=(5, 3), layout="constrained")
ax.loglog(sizes, scatter, "o-", label="measured")
ax.loglog(
    sizes,
    scatter[0] / np.sqrt(sizes),
    ":",
    color="grey",
    label="one over the root of the batch size",
)
heights = [0.02, 0.05, 0.1, 0.2]
ax.set(xlabel="batch size", xticks=sizes, xticklabels=sizes)
ax.set(ylabel="standard deviation", yticks=heights, yticklabels=heights)
ax.minorticks_off()
ax.legend()

# %%
# So a batch of 256 costs 256 times as much as a single image, and is only 16 times as exact. Many small steps get
# further than a few exact ones.

# %%
# Downhill in a wobble
# --------------------
# Here are paths with the same learning rate and three batch sizes. Two weights are drawn: those of pixel 17 in class
# 8 and in class 9. Each path has seen 2000 images at its end. (One pass over all images is an *epoch*.)


def walk(batch_size, rate=0.5, seed=1):
    order = np.random.RandomState(seed).permutation(n)
    W, path = np.zeros((10, 25)), [(0, 0)]
    for rows in np.array_split(order, n // batch_size):
        W = W - rate * gradient(W, rows)
        path.append(W[[8, 9], 17])
    loss = -np.log(softmax(X @ W.T)[np.arange(n), y]).mean()
    return np.array(path), loss


figure, axes = plt.subplots(
    1, 3, figsize=(9, 3.2), sharex=True, sharey=True, layout="constrained"
)
losses = {}
for ax, b in zip(axes, (4, 40, 400)):
    path, losses[b] = walk(b)
    ax.plot(*path.T, ".-", linewidth=0.8, markersize=3)
    ax.plot(*path[-1], "*", color="C3", markersize=12)
    ax.set(title=f"batch size {b}: {len(path) - 1} steps", xlabel="weight in class 8")
    print(
        f"batch size {b:3}: {len(path) - 1:3} steps, loss of all images at the end "
        f"{losses[b]:.2f}"
    )
axes[0].set_ylabel("weight in class 9")
assert losses[4] < losses[40] < losses[400]

# %%
# All have seen the same images. The path with small batches wobbles, and gets much further.

# %%
# The loss of each step, too, is a poll
# -------------------------------------
# ``SoftmaxRegression`` trains with minibatches. With ``store_minibatch_loss`` it keeps the loss of each step: the dots.
# The line is their moving mean: at each step that of the last 25 dots. Do not be alarmed by a step whose loss is higher
# than the one before. Look at the line.

plain = {
    "learning_rate": "constant",
    "momentum": 0,
    "l2": 0,
    "tol": None,
    "random_state": 0,
}
clf = SoftmaxRegression(
    batch_size=20,
    learning_rate_init=0.5,
    max_iter=10,
    store_minibatch_loss=True,
    **plain,
).fit(X, y)
LossCurveDisplay.from_estimator(clf, curves=["minibatch_loss"])
print(
    f"{clf.n_updates_} steps; in {np.mean(np.diff(clf.minibatch_loss_curve_) > 0):.0%} "
    "of them the loss went up"
)

# %%
# Noise sets a floor
# ------------------
# Near the lowest point the true slope is almost zero, and the noise is not. So a constant rate never comes to rest:
# it jitters around the lowest point. A smaller rate jitters less, but comes down later. Hence the *schedule*: start
# with large steps, and make them smaller on the way.

trainings = {
    "constant, 2": SoftmaxRegression(
        batch_size=20, learning_rate_init=2.0, max_iter=40, **plain
    ),
    "constant, 0.1": SoftmaxRegression(
        batch_size=20, learning_rate_init=0.1, max_iter=40, **plain
    ),
    "from 2 to 0, cosine": SoftmaxRegression(
        batch_size=20,
        learning_rate_init=2.0,
        max_iter=40,
        **{**plain, "learning_rate": "cosine"},
    ),
}
lowest = (
    SoftmaxRegression(solver="lbfgs", l2=0, tol=1e-6, max_iter=1000).fit(X, y).loss_
)
above = {}
for name, training in trainings.items():
    training.fit(X, y)
    above[name] = -training.predict_log_proba(X)[np.arange(n), y].mean() - lowest
    print(f"{name:20} ends {above[name]:.4f} above the lowest loss, {lowest:.3f}")
assert (
    above["from 2 to 0, cosine"] < min(above["constant, 2"], above["constant, 0.1"]) / 5
)

figure, ax = plt.subplots(figsize=(5.5, 3.2), layout="constrained")
for name, training in trainings.items():
    ax.semilogy(np.array(training.loss_curve_) - lowest, label=name)
ax.set(xlabel="epoch", ylabel="loss above the lowest")
ax.legend()

# %%
# By default the classifier does something else against the noise: when the loss falls no more, it takes the *mean* of
# the weights of all steps since. The jitter cancels in a mean. Batch size and rate follow from the data.

default = SoftmaxRegression(l2=0, random_state=0).fit(X, y)
reached = -default.predict_log_proba(X)[np.arange(n), y].mean()
print(f"the default ends {reached - lowest:.4f} above the lowest loss")
print(f"after {default.n_iter_} epochs, {default.n_updates_} steps")

# %%
# In one sentence
# ---------------
# A minibatch is a poll: cheap, right on average, noisy; many small steps get further, and at the end the noise has to
# be calmed, by smaller steps or by a mean. Next: what it means to learn too much.

plt.show()
