# SPDX-License-Identifier: BSD-3-Clause
"""
================================
Softmax regression on the digits
================================

Train on scikit-learn's 8 x 8 digits, tune ``l2`` by cross-validation, compare with scikit-learn's linear classifiers on
scaled and on raw pixels, and look at what the model learned.
"""

# %%
# Tune ``l2`` in a pipeline
# -------------------------
# ``SoftmaxRegression`` is an ordinary scikit-learn classifier, so ``GridSearchCV`` tunes it inside a pipeline.

import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import ConfusionMatrixDisplay, log_loss
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression
from sksoftmax.plotting import CoefficientImagesDisplay, LossCurveDisplay

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.25, stratify=y, random_state=0
)

# A small ``tol`` trains each candidate close to its optimum, so that ``l2`` alone decides how much it is regularised.
pipeline = make_pipeline(
    StandardScaler(), SoftmaxRegression(tol=1e-4, max_iter=500, random_state=0)
)
search = GridSearchCV(
    pipeline,
    {"softmaxregression__l2": np.logspace(-5, -2, 4)},
    scoring="neg_log_loss",
    n_jobs=2,
)
search.fit(X_train, y_train)
l2 = search.best_params_["softmaxregression__l2"]
print(
    f"best l2 of {len(search.cv_results_['params'])}: {l2:g}, cross-validated log-loss "
    f"{-search.best_score_:.3f}"
)

# %%
# Beside scikit-learn, on scaled and on raw pixels
# ------------------------------------------------
# Raw pixels need no scaler: the automatic learning rate takes its steps in standardised coordinates, while coefficients
# and penalty stay those of the raw pixels.

classifiers = {
    "SoftmaxRegression()": SoftmaxRegression(random_state=0),
    f"SoftmaxRegression(l2={l2:g})": SoftmaxRegression(l2=l2, random_state=0),
    "LogisticRegression()": LogisticRegression(),
    'SGDClassifier("log_loss")': SGDClassifier(loss="log_loss", random_state=0),
}
print(f"\n{'test set':28} {'scaled pixels':>20} {'raw pixels':>20}")
print(f"{'':28} {'accuracy  log-loss':>20} {'accuracy  log-loss':>20}")
with warnings.catch_warnings():
    # LogisticRegression does not converge on raw pixels within its default iterations.
    warnings.simplefilter("ignore", ConvergenceWarning)
    for name, classifier in classifiers.items():
        cells = []
        for model in (make_pipeline(StandardScaler(), classifier), classifier):
            model.fit(X_train, y_train)
            loss = log_loss(y_test, model.predict_proba(X_test))
            cells.append(f"{model.score(X_test, y_test):>10.3f}{loss:>10.3f}")
        print(f"{name:28} {' '.join(cells)}")

# %%
# Which digits are mistaken for which
# -----------------------------------
# scikit-learn's own displays work on it.

confusion, ax = plt.subplots(figsize=(5, 5), layout="constrained")
ConfusionMatrixDisplay.from_estimator(
    search, X_test, y_test, ax=ax, colorbar=False, cmap="Blues"
)
ax.set_title("Test set")

# %%
# How training went
# -----------------
# The objective is the mean cross-entropy plus the penalty; both parts are recorded.

clf = SoftmaxRegression(random_state=0).fit(X_train, y_train)
loss_curve = LossCurveDisplay.from_estimator(clf, yscale="log").figure_

# %%
# What it learned
# ---------------
# One image for each class: red pixels speak for the digit, blue ones against it. A stronger penalty makes the
# coefficients smoother to look at.

smooth = SoftmaxRegression(l2=0.1, random_state=0).fit(X_train, y_train)
display = CoefficientImagesDisplay.from_estimator(smooth)

# %%
# The figures as files
# --------------------

folder = Path("sksoftmax-figures")
folder.mkdir(exist_ok=True)
figures = {
    "confusion": confusion,
    "loss_curve": loss_curve,
    "coefficients": display.figure_,
}
for name, figure in figures.items():
    path = folder / f"digits_{name}.png"
    figure.savefig(path, dpi=120)
    print(f"saved {path}")
plt.show()
