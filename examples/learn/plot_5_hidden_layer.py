# SPDX-License-Identifier: BSD-3-Clause
"""
=================
5. A hidden layer
=================

Softmax regression adds up evidence, pixel by pixel. Some things cannot be said that way. A *hidden layer* first makes
new features, and the softmax then adds up those.
"""

# %%
# Two pixels that must differ
# ---------------------------
# Take images of two pixels only. The class is "same" if both are black or both are white, and "different" if they are
# not. A little noise makes clouds of the four points.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.model_selection import train_test_split

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from sksoftmax.plotting import CoefficientImagesDisplay, LossCurveDisplay

rng = np.random.RandomState(0)
corners = rng.randint(0, 2, size=(400, 2))
X = corners + 0.12 * rng.normal(size=corners.shape)
y = np.where(corners[:, 0] == corners[:, 1], "same", "different")


def draw(ax, points, title, axis_names=("first pixel", "second pixel")):
    for name, color in (("different", "C0"), ("same", "C1")):
        ax.plot(*points[y == name].T, ".", color=color, markersize=4, label=name)
    ax.set(title=title, xlabel=axis_names[0], ylabel=axis_names[1])
    ax.legend()


figure, ax = plt.subplots(figsize=(3.8, 3.6), layout="constrained")
draw(ax, X, "same, or different?")

# %%
# No straight line does it
# ------------------------
# Softmax regression draws a straight line between two classes. No straight line has both blue clouds on one side and
# both orange ones on the other. The best it can do is to shrug: one half, one half. Its loss stays near log 2 = 0.69.

linear = SoftmaxRegression(random_state=0).fit(X, y)
loss = -linear.predict_log_proba(X)[np.arange(400), (y == "same").astype(int)].mean()
print(f"right: {linear.score(X, y):.0%}, loss {loss:.2f}, log 2 = {np.log(2):.2f}")
assert loss > 0.68

figure, ax = plt.subplots(figsize=(4.4, 3.6), layout="constrained")
DecisionBoundaryDisplay.from_estimator(
    linear,
    X,
    response_method="predict_proba",
    class_of_interest="same",
    ax=ax,
    cmap="PuOr_r",
    vmin=0,
    vmax=1,
    alpha=0.6,
)
draw(ax, X, "softmax regression: a shrug")

# %%
# Two hidden units
# ----------------
# A *hidden unit* makes one new number from the pixels. It multiplies each pixel by a weight and adds up, as a score
# does. Then it bends the result with a function called tanh: large numbers become 1, very negative ones become -1.

grid = np.linspace(-4, 4, 100)
figure, ax = plt.subplots(figsize=(4.5, 2.6), layout="constrained")
ax.plot(grid, np.tanh(grid))
ax.set(xlabel="sum of weights times pixels", ylabel="output of the unit")
ax.grid(alpha=0.3)

# %%
# The bend matters. Without it the new numbers would be sums, and sums of sums are sums: still a straight line.
#
# ``TinyMLPClassifier((2,))`` has two hidden units in front of its softmax. All its weights are learned together,
# downhill on the same loss. The slopes of the last layer are error times input, as before. Those of the hidden units
# come from the same errors, carried back through the weights between: that is *backpropagation*.

network = TinyMLPClassifier(
    (2,), "tanh", l2=0.001, solver="lbfgs", max_iter=500, random_state=1
).fit(X, y)
print(f"right: {network.score(X, y):.0%}")
assert network.score(X, y) == 1

figure, ax = plt.subplots(figsize=(4.4, 3.6), layout="constrained")
DecisionBoundaryDisplay.from_estimator(
    network,
    X,
    response_method="predict_proba",
    class_of_interest="same",
    ax=ax,
    cmap="PuOr_r",
    vmin=0,
    vmax=1,
    alpha=0.6,
)
draw(ax, X, "two hidden units")

# %%
# What the hidden units see
# -------------------------
# Compute the two new numbers of each image by hand, and draw each image at its new place. Now a straight line does
# it. That is what a hidden layer is for: it moves things until the softmax has an easy task.

hidden = np.tanh(X @ network.coefs_[0] + network.intercepts_[0])
scores = hidden @ network.coefs_[1] + network.intercepts_[1]
answers = network.classes_[scores.argmax(axis=1)]
assert (answers == network.predict(X)).all()

figure, ax = plt.subplots(figsize=(4.2, 3.8), layout="constrained")
draw(
    ax, hidden, "as the softmax sees them", ("first hidden unit", "second hidden unit")
)
difference = network.coefs_[1][:, 0] - network.coefs_[1][:, 1]
offset = network.intercepts_[1][0] - network.intercepts_[1][1]
ends = np.array([-1.1, 1.1])
if abs(difference[1]) > abs(difference[0]):
    ax.plot(ends, -(offset + difference[0] * ends) / difference[1], color="grey")
else:
    ax.plot(-(offset + difference[1] * ends) / difference[0], ends, color="grey")
ax.set(xlim=(-1.2, 1.2), ylim=(-1.2, 1.2))

# %%
# No bowl any more
# ----------------
# Softmax regression has one valley, so every start leads to the same end. With hidden layers there are many valleys,
# and where one ends depends on the random start. Here are twenty starts. Some are stuck with a loss that is far too
# high.

ends = [
    TinyMLPClassifier(
        (2,), "tanh", l2=0.001, solver="lbfgs", max_iter=500, random_state=seed
    )
    .fit(X, y)
    .loss_
    for seed in range(20)
]
print(
    f"of 20 starts, {np.sum(np.array(ends) < 2 * min(ends))} end near the lowest "
    f"objective, {min(ends):.3f}"
)
assert max(ends) > 2 * min(ends)

figure, ax = plt.subplots(figsize=(5.5, 2.6), layout="constrained")
ax.plot(sorted(ends), "o")
ax.set(
    xlabel="start, the luckiest first",
    ylabel="objective at the end",
    ylim=0,
    xticks=range(0, 20, 5),
)

# %%
# Two remedies: try a few starts and keep the best, or use more hidden units. With eight, twenty of twenty arrive.

more = [
    TinyMLPClassifier(
        (8,), "tanh", l2=0.001, solver="lbfgs", max_iter=500, random_state=seed
    )
    .fit(X, y)
    .score(X, y)
    for seed in range(20)
]
print(f"eight units: {np.sum(np.array(more) == 1)} of 20 starts get all images right")
assert min(more) == 1

# %%
# Digits
# ------
# Real digits, 8 x 8 pixels. Thirty-two hidden units make fewer mistakes than softmax regression does. Their bend is
# "relu" here: what is below zero becomes 0, the rest stays as it is. The curves are the losses on the training images,
# without the penalty. There both come down equally far; the network is better on images that it has not seen.

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
softmax = SoftmaxRegression(l2=0.01, random_state=0).fit(X_train, y_train)
network = TinyMLPClassifier((32,), "relu", l2=0.01, random_state=0).fit(
    X_train, y_train
)
for name, model in (("softmax regression", softmax), ("32 hidden units", network)):
    print(
        f"{name:18} mistakes among {len(y_test)} test images: "
        f"{(model.predict(X_test) != y_test).sum()}"
    )
assert network.score(X_test, y_test) > softmax.score(X_test, y_test)
LossCurveDisplay.from_estimators(
    {"softmax regression": softmax, "32 hidden units": network},
    yscale="log",
    curves=["data_loss"],
)

# %%
# Each hidden unit has an image of weights: what it looks for. Some find a stroke, some an edge. There is no unit for
# a digit: a digit is a combination.

CoefficientImagesDisplay.from_estimator(network, units=16)

# %%
# In one sentence
# ---------------
# A hidden layer makes features of its own, so that a softmax on top can do what no straight line does; it costs the
# guarantee of a single valley, and images that are easy to read. How to read them is the next page.

plt.show()
