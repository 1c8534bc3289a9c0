# SPDX-License-Identifier: BSD-3-Clause
"""
==================
All pictures
==================

Every display of ``sksoftmax.plotting``, on the digits and on two photographs that come with scikit-learn.
"""

# %%
# Coefficients of the classes
# ---------------------------
# Red pixels speak for a digit, blue ones against it.

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from sklearn.datasets import load_digits, load_iris, load_sample_images
from sklearn.decomposition import PCA
from sklearn.feature_extraction.image import extract_patches_2d
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, VectorizedGridSearchCV
from sksoftmax.plotting import (
    CoefficientImagesDisplay,
    EvidenceDisplay,
    LossCurveDisplay,
    ModelMatricesDisplay,
    ProbabilityBarsDisplay,
    SampleGridDisplay,
    SearchCurveDisplay,
    SearchHeatmapDisplay,
    animate_coefficients,
    save_animation,
    training_snapshots,
)

plt.rcParams["figure.max_open_warning"] = 0
X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
clf = SoftmaxRegression(l2=0.05, random_state=0).fit(X_train, y_train)
figures = {"classes": CoefficientImagesDisplay.from_estimator(clf).figure_}

# %%
# What tells a 3 from an 8
# ------------------------

figures["difference"] = CoefficientImagesDisplay.from_estimator(
    clf, difference=(3, 8)
).figure_

# %%
# Behind a scaler
# ---------------
# The coefficients of a pipeline are those of the pixels that enter it.

scaled = make_pipeline(
    StandardScaler(), SoftmaxRegression(l2=0.05, random_state=0)
).fit(X_train, y_train)
figures["pipeline"] = CoefficientImagesDisplay.from_estimator(
    scaled, classes=range(5), percentile=95
).figure_

# %%
# Hidden units
# ------------
# The twelve most important ones, each on a scale of its own.

mlp = TinyMLPClassifier(
    (32,), l2=0.005, early_stopping=True, store_minibatch_loss=True, random_state=0
)
mlp.fit(X_train, y_train)
figures["hidden_units"] = CoefficientImagesDisplay.from_estimator(
    mlp, units=12, scale="panel"
).figure_

# %%
# Colour images
# -------------
# Patches of a photograph of a temple and of one of a flower. Grey is zero; a colour is what a class likes to see there.

photographs = load_sample_images().images
patches = [
    extract_patches_2d(image, (8, 8), max_patches=2000, random_state=0)
    for image in photographs
]
X_colour = np.concatenate(patches).reshape(-1, 8 * 8 * 3)
y_colour = np.repeat(["temple", "flower"], 2000)
colour = SoftmaxRegression(l2=1.0, random_state=0).fit(X_colour, y_colour)
display = CoefficientImagesDisplay.from_estimator(colour, image_shape=(8, 8, 3))
figures["colour"] = display.figure_
display = SampleGridDisplay.from_estimator(
    colour, X_colour, y_colour, select="random", random_state=0, image_shape=(8, 8, 3)
)
figures["colour_samples"] = display.figure_

# %%
# How training went
# -----------------
# The star marks the epoch whose parameters early stopping kept.

figures["loss"] = LossCurveDisplay.from_estimator(mlp, yscale="log").figure_

# %%
# Every minibatch, and the learning rate
# --------------------------------------

curves = ["minibatch_loss", "validation_loss", "learning_rate"]
figures["minibatches"] = LossCurveDisplay.from_estimator(
    mlp, curves=curves, yscale="log"
).figure_

# %%
# Several trainings
# -----------------

trainings = {
    f"momentum {momentum}": SoftmaxRegression(
        l2=0.05, momentum=momentum, random_state=0
    ).fit(X_train, y_train)
    for momentum in (0.0, 0.9)
}
figures["trainings"] = LossCurveDisplay.from_estimators(
    trainings, xscale="log", yscale="log"
).figure_

# %%
# Samples and predictions
# -----------------------
# The mistakes that the model is most sure of, and the predictions that it is least sure of.

worst = SampleGridDisplay.from_estimator(
    clf, X_test, y_test, select="most_confident_errors", n_samples=10
)
figures["errors"] = worst.figure_
unsure = SampleGridDisplay.from_estimator(
    clf, X_test, y_test, select="least_confident", n_samples=10
)
figures["unsure"] = unsure.figure_
per_class = SampleGridDisplay.from_estimator(
    clf, X_test, y_test, select="per_class", n_samples=50, n_columns=10
)
figures["per_class"] = per_class.figure_

# %%
# Probabilities
# -------------

few = worst.indices[:3]
figures["probabilities"] = ProbabilityBarsDisplay.from_estimator(
    clf, X_test[few], y_test[few], n_columns=3
).figure_

# %%
# Why this class and not that one
# -------------------------------
# Coefficient times pixel. The values of a panel and an intercept sum to the score above it.

figures["evidence"] = EvidenceDisplay.from_estimator(clf, X_test[few[0]]).figure_
predicted = clf.predict(X_test[few[:1]])[0]
rivals = (predicted, y_test[few[0]])
figures["rivals"] = EvidenceDisplay.from_estimator(
    clf, X_test[few[0]], difference=rivals
).figure_

# %%
# Data, coefficients, and output as matrices
# ------------------------------------------
# Few features, so that their numbers can be read: those of irises, as the training begins and later.

iris = load_iris()
snapshots = training_snapshots(
    SoftmaxRegression(tol=None, random_state=0),
    iris.data,
    iris.target,
    epochs=[0, 2, 20],
)
few_irises, names = slice(None, None, 25), iris.target_names
samples = iris.data[few_irises], iris.target[few_irises]
figures["matrices"] = ModelMatricesDisplay.from_estimator(
    snapshots[-1], *samples, class_names=names
).figure_
figures["snapshots"] = ModelMatricesDisplay.from_estimators(
    snapshots, *samples, class_names=names
).figure_

# %%
# Learning as an animation
# ------------------------

snapshots = training_snapshots(
    SoftmaxRegression(l2=0.05, tol=None, random_state=0),
    X_train,
    y_train,
    epochs=range(21),
)
animation = animate_coefficients(snapshots, curve_options={"yscale": "log"})

# %%
# Scores of a search
# ------------------

search = VectorizedGridSearchCV(
    SoftmaxRegression(max_iter=20, tol=None, random_state=0),
    {"l2": np.logspace(-4, 0, 5), "learning_rate_init": [0.001, 0.003, 0.01]},
    scoring="neg_log_loss",
).fit(X_train, y_train)
figures["search_curve"] = SearchCurveDisplay.from_estimator(search, param="l2").figure_
figures["search_heatmap"] = SearchHeatmapDisplay.from_estimator(search).figure_

# %%
# scikit-learn's own displays
# ---------------------------
# They take every classifier, and each display here takes a place in a figure: an axes, or a subfigure.

figures["together"] = figure = plt.figure(figsize=(11, 7), layout="constrained")
axes = figure.subplot_mosaic(
    [
        ["confusion", "confusion", "roc", "boundary"],
        ["classes", "classes", "loss", "loss"],
    ]
)
ConfusionMatrixDisplay.from_estimator(
    clf, X_test, y_test, ax=axes["confusion"], colorbar=False, cmap="Blues"
)
is_eight = SoftmaxRegression(l2=0.05, random_state=0).fit(X_train, y_train == 8)
RocCurveDisplay.from_estimator(
    is_eight, X_test, y_test == 8, ax=axes["roc"], name="8 or not"
)
few_classes = y_train < 2
plane, labels = PCA(2).fit_transform(X_train[few_classes]), y_train[few_classes]
curved = TinyMLPClassifier((8,), random_state=0).fit(plane, labels)
regions = {"cmap": ListedColormap(["C0", "C1"]), "vmin": 0, "vmax": 1}
DecisionBoundaryDisplay.from_estimator(
    curved,
    plane,
    response_method="predict",
    plot_method="pcolormesh",
    ax=axes["boundary"],
    alpha=0.3,
    **regions,
)
axes["boundary"].scatter(*plane.T, c=labels, s=6, **regions)
axes["boundary"].set(xlabel="first component", ylabel="second component")
CoefficientImagesDisplay.from_estimator(clf, ax=axes["classes"])
LossCurveDisplay.from_estimator(clf, ax=axes["loss"], yscale="log")

# %%
# The pictures as files
# ---------------------

folder = Path("sksoftmax-figures")
folder.mkdir(exist_ok=True)
for name, figure in figures.items():
    figure.savefig(folder / f"gallery_{name}.png", dpi=120)
save_animation(animation, folder / "gallery_learning.gif")
print(f"saved {len(figures)} pictures and an animation in {folder}")
plt.show()
