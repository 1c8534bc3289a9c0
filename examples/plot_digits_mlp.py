# SPDX-License-Identifier: BSD-3-Clause
"""
====================================
A small network and what it looks at
====================================

What hidden units are for, how a network compares with softmax regression and with scikit-learn's ``MLPClassifier`` on
the 8 x 8 digits, how early stopping shows in the curves, and what the hidden units have learned to see.
"""

# %%
# What hidden units are for
# -------------------------
# Softmax regression separates classes by straight lines. Hidden units bend them.

import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits, make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from sksoftmax.plotting import CoefficientImagesDisplay, LossCurveDisplay

X_moons, y_moons = make_moons(300, noise=0.2, random_state=0)
regions = {"cmap": "RdBu_r", "vmin": 0, "vmax": 1}
boundaries, axes = plt.subplots(
    1, 3, figsize=(10, 3.6), layout="constrained", sharex=True, sharey=True
)
for ax, hidden in zip(axes, [(), (4,), (64,)]):
    moons = TinyMLPClassifier(hidden, random_state=0).fit(X_moons, y_moons)
    DecisionBoundaryDisplay.from_estimator(
        moons,
        X_moons,
        response_method="predict_proba",
        class_of_interest=1,
        alpha=0.6,
        ax=ax,
        **regions,
    )
    for label, marker in enumerate("o^"):
        points = X_moons[y_moons == label]
        ax.scatter(
            *points.T,
            c=[label] * len(points),
            marker=marker,
            edgecolor="white",
            linewidth=0.5,
            s=24,
            **regions,
        )
    ax.set(
        title=f"hidden_layer_sizes={hidden}\n"
        f"training accuracy {moons.score(X_moons, y_moons):.2f}",
        xlabel="$x_0$",
    )
axes[0].set_ylabel("$x_1$")

# %%
# On digits, beside its peers
# ---------------------------
# Raw pixels need no scaler. ``MLPClassifier`` has the same network and the same kind of steps.

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.25, stratify=y, random_state=0
)

classifiers = {
    "SoftmaxRegression()": SoftmaxRegression(random_state=0),
    "TinyMLPClassifier()": TinyMLPClassifier(random_state=0),
    'TinyMLPClassifier(activation="relu")': TinyMLPClassifier(
        activation="relu", random_state=0
    ),
    'MLPClassifier((64,), "tanh", solver="sgd")': MLPClassifier(
        (64,), "tanh", solver="sgd", random_state=0
    ),
}
print(f"{'accuracy on the test set':44} {'scaled pixels':>14} {'raw pixels':>12}")
with warnings.catch_warnings():
    # MLPClassifier does not converge within its default number of epochs.
    warnings.simplefilter("ignore", ConvergenceWarning)
    for name, classifier in classifiers.items():
        scaled = (
            make_pipeline(StandardScaler(), classifier)
            .fit(X_train, y_train)
            .score(X_test, y_test)
        )
        raw = classifier.fit(X_train, y_train).score(X_test, y_test)
        print(f"{name:44} {scaled:14.3f} {raw:12.3f}")

# %%
# When to stop
# ------------
# The training loss falls on and on, the loss on held-out samples does not: it rises again where labels are noisy.
# ``early_stopping`` keeps the coefficients of the best epoch.

rng = np.random.RandomState(0)
noisy = np.where(
    rng.rand(len(y_train)) < 0.2, rng.randint(0, 10, len(y_train)), y_train
)
clf = TinyMLPClassifier(
    early_stopping=True, validation_fraction=0.2, tol=None, max_iter=60, random_state=0
)
clf.fit(X_train, noisy)
print(
    f"\na fifth of the training labels random, best of {clf.n_iter_} epochs: "
    f"{clf.score(X_test, y_test):.3f}"
)
to_the_end = TinyMLPClassifier(tol=None, max_iter=60, random_state=0).fit(
    X_train, noisy
)
print(
    f"likewise, the last of {to_the_end.n_iter_} epochs: "
    f"{to_the_end.score(X_test, y_test):.3f}"
)

curves = LossCurveDisplay.from_estimator(
    clf, curves=["data_loss", "validation_loss"]
).figure_

# %%
# What the hidden units look at
# -----------------------------
# One image for each unit: red pixels excite it, blue ones inhibit it. The penalty clears units of what they do not
# need, so that parts of strokes emerge.

units = TinyMLPClassifier((32,), "relu", l2=0.01, random_state=0).fit(X_train, y_train)
print(f"32 relu units, l2=0.01: {units.score(X_test, y_test):.3f}")
display = CoefficientImagesDisplay.from_estimator(units, layer=0)

# %%
# The figures as files
# --------------------

folder = Path("sksoftmax-figures")
folder.mkdir(exist_ok=True)
for name, figure in {
    "boundaries": boundaries,
    "curves": curves,
    "hidden_units": display.figure_,
}.items():
    path = folder / f"mlp_{name}.png"
    figure.savefig(path, dpi=120)
    print(f"saved {path}")
plt.show()
