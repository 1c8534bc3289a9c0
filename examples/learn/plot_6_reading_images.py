# SPDX-License-Identifier: BSD-3-Clause
"""
==================================
6. Reading images of coefficients
==================================

The weights of a classifier can be looked at as images. That is a way to understand it, and a way to fool oneself. What
do the images say, and what do they not say?
"""

# %%
# One image for each class
# ------------------------
# Weights are also called *coefficients*. Red pixels speak for the digit, blue ones against it, white ones do not
# matter. The model is trained with 8 x 8 pixels of real handwriting.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits, load_wine
from sklearn.model_selection import train_test_split
from sklearn.utils import resample

from sksoftmax import SoftmaxRegression
from sksoftmax.plotting import (
    CoefficientImagesDisplay,
    CoefficientsDisplay,
    EvidenceDisplay,
)

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
settings = {"l2": 0.1, "solver": "lbfgs", "tol": 1e-6, "max_iter": 1000}
clf = SoftmaxRegression(**settings).fit(X_train, y_train)
print(f"test images right: {clf.score(X_test, y_test):.1%}")
CoefficientImagesDisplay.from_estimator(clf)

# %%
# An image is no picture of the digit
# -----------------------------------
# Does the red of the 3 look like a 3? Only a little. The images do not show what a digit looks like: they show what
# *tells it apart* from the other nine. Ink that all digits share is white. On the left is the mean of all images of a
# 3, on the right are its coefficients.

figure = plt.figure(figsize=(6, 3), layout="constrained")
left, right = figure.subfigures(1, 2)
ax = left.subplots()
ax.imshow(X_train[y_train == 3].mean(axis=0).reshape(8, 8), cmap="Greys")
ax.set(title="mean image of a 3", xticks=[], yticks=[])
CoefficientImagesDisplay.from_estimator(clf, classes=[3], ax=right)
alike = np.corrcoef(X_train[y_train == 3].mean(axis=0), clf.coef_[3])[0, 1]
print(f"correlation of the two (1: alike, 0: nothing in common): {alike:.2f}")
assert 0 < alike < 0.5

# %%
# Only differences count
# ----------------------
# Paint any pattern over all ten images at once. All scores of an image change by the same number, and the softmax
# does not notice: not one probability changes. So "this pixel is red in the 4" means little alone. Is it *redder*
# than in the other digits?

pattern = np.zeros((8, 8))
pattern[2:6, 2:6] = 0.5
painted = clf.coef_ + pattern.ravel()


def softmax(Z):
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


assert np.allclose(
    softmax(X_test @ painted.T + clf.intercept_), clf.predict_proba(X_test)
)
images = np.stack([clf.coef_[4], painted[4]]).reshape(2, 8, 8)
CoefficientImagesDisplay(images, ["the 4", "a 4 of the same probabilities"]).plot(
    percentile=100
)

# %%
# The difference of two classes is what the model really says. Paint cancels in it. What makes a 4 rather than a 9?

CoefficientImagesDisplay.from_estimator(clf, difference=(4, 9))
assert np.allclose(painted[4] - painted[9], clf.coef_[4] - clf.coef_[9])

# %%
# The penalty keeps the paint away, too: with it, the ten coefficients of each pixel add up to 0.

print("largest sum over the ten classes:", f"{np.abs(clf.coef_.sum(axis=0)).max():.0e}")
assert np.abs(clf.coef_.sum(axis=0)).max() < 1e-6

# %%
# White is not "unimportant"
# --------------------------
# Some pixels are 0 in all training images. Nothing can be learned from them, and their coefficients are 0, too. If
# one day there is ink, the model ignores it. White here means: never seen.

never = (X_train == 0).all(axis=0)
print("pixels that never had ink:", np.flatnonzero(never))
assert (clf.coef_[:, never] == 0).all()
figure, ax = plt.subplots(figsize=(2.6, 2.8), layout="constrained")
ax.imshow(never.reshape(8, 8), cmap="Greys")
ax.set(title="never seen with ink", xticks=[], yticks=[])

# %%
# Pixels that go together share
# -----------------------------
# Neighbours in an image are often black together. How does the model divide the credit? Take the extreme: give the
# model a pixel twice. Which pixel? The most important one for the 4. Each copy gets the same coefficient, smaller
# than the one that the pixel has alone: they share. (Together they get more, since two small squares cost less
# penalty than a large one.)

star = np.abs(clf.coef_[4]).argmax()
twice = SoftmaxRegression(**settings).fit(
    np.column_stack([X_train, X_train[:, star]]), y_train
)
alone, copies = clf.coef_[4, star], twice.coef_[4, [star, 64]]
print(
    f"pixel {star}, coefficient alone: {alone:.3f};  two copies: {copies[0]:.3f} and "
    f"{copies[1]:.3f}"
)
assert np.isclose(copies[0], copies[1], atol=1e-5)
assert 0.5 * alone < copies[0] < 0.8 * alone

figure, ax = plt.subplots(figsize=(4.5, 2.8), layout="constrained")
bars = ax.bar(
    ["alone", "first copy", "second copy"], [alone, *copies], color=["grey", "C0", "C0"]
)
ax.bar_label(bars, fmt="%.3f")
ax.set(ylabel="coefficient in class 4")
ax.margins(y=0.15)

# %%
# So a small coefficient does not mean that the pixel tells little. Perhaps its neighbours say the same, and share.
# Nor would the model miss it much: take the pixel with the largest coefficient of the 4 away, train again, and others
# stand in for it.

without = SoftmaxRegression(**settings).fit(np.delete(X_train, star, axis=1), y_train)
score_without = without.score(np.delete(X_test, star, axis=1), y_test)
print(
    f"test images right with pixel {star}: {clf.score(X_test, y_test):.1%}, without: "
    f"{score_without:.1%}"
)
assert abs(score_without - clf.score(X_test, y_test)) < 0.02

# %%
# The unit counts
# ---------------
# A coefficient is "score per unit". Say a length in metres or in millimetres: the number is 1000 times larger, so the
# coefficient must be 1000 times smaller to say the same. So coefficients of features with different units must not be
# compared. On the left are the wines as they are measured: proline (in mg/l, around 700) seems to count for nothing.
# On the right, each coefficient is multiplied by the standard deviation of its feature, the size of a usual
# difference between two wines. Now proline is on top.

wine = load_wine(as_frame=True)
model = SoftmaxRegression(random_state=0).fit(wine.data, wine.target)
figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
CoefficientsDisplay.from_estimator(model, kind="heatmap", n_features=13, ax=axes[0])
CoefficientsDisplay.from_estimator(
    model, X=wine.data, kind="heatmap", n_features=13, ax=axes[1]
)
proline = list(wine.data).index("proline")
raw, per_deviation = (
    np.abs(model.coef_).max(axis=0),
    np.abs(model.coef_ * wine.data.std().to_numpy()).max(axis=0),
)
print(
    f"rank of proline among 13, raw: {(raw > raw[proline]).sum() + 1}, "
    f"times the deviation: {(per_deviation > per_deviation[proline]).sum() + 1}"
)
assert raw.argmin() == proline
assert per_deviation.argmax() == proline

# %%
# Would it look the same with other data?
# ---------------------------------------
# Coefficients are learned from a sample, and another sample gives others. Draw the training images anew (with
# repetitions), train again, ten times. In the right picture only those coefficients have a colour that have the same
# sign in all ten. The others are not to be relied on.

repeats = np.stack(
    [
        SoftmaxRegression(**settings)
        .fit(*resample(X_train, y_train, random_state=i))
        .coef_[4]
        for i in range(10)
    ]
)
steady = (np.sign(repeats) == np.sign(repeats[0])).all(axis=0)
images = np.stack([clf.coef_[4], np.where(steady, clf.coef_[4], 0)]).reshape(2, 8, 8)
CoefficientImagesDisplay(images, ["the 4", "with the same sign ten times"]).plot(
    percentile=100
)
print(
    f"of {np.sum(clf.coef_[4] != 0)} coefficients that are not 0, "
    f"{np.sum(steady & (repeats[0] != 0))} kept their sign"
)

# %%
# From the model to one image
# ---------------------------
# The images say what would count. For one image, look at what did: coefficient *times* pixel. Where there is no ink,
# there is no evidence. The sum of the evidence, plus the intercept, is the score.

image = X_test[y_test == 4][0]
display = EvidenceDisplay.from_estimator(clf, image, n_classes=2)
assert np.isclose(
    (clf.coef_[4] * image).sum() + clf.intercept_[4],
    clf.decision_function([image])[0, 4],
)

# %%
# In one sentence
# ---------------
# An image of coefficients shows what tells a class apart from the others, given all other pixels, in units of score
# per unit of the pixel; compare differences, mind what goes together, and see whether it holds with other data.

plt.show()
