# SPDX-License-Identifier: BSD-3-Clause
"""
=====================================
Tuning the penalty for nearly nothing
=====================================

How `l2` is chosen by cross-validation, what the choice looks like, and how little it costs when all candidates train
together.
"""

# %%
# Softmax regression that tunes itself
# ------------------------------------
# ``SoftmaxRegressionCV`` fits ten penalties on five splits, 50 models, and then the best penalty on all samples. A
# tenth of the labels is wrong, and there are few samples for 64 pixels: the penalty has something to do.

import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, train_test_split

from sksoftmax import (
    SoftmaxRegression,
    SoftmaxRegressionCV,
    TinyMLPClassifier,
    VectorizedGridSearchCV,
    one_standard_error,
)
from sksoftmax.plotting import (
    CoefficientImagesDisplay,
    SearchCurveDisplay,
    SearchHeatmapDisplay,
)

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=600, stratify=y, random_state=0
)
rng = np.random.RandomState(0)
wrong = rng.rand(len(y_train)) < 0.1
y_train = np.where(wrong, rng.randint(0, 10, len(y_train)), y_train)

clf = SoftmaxRegressionCV(scoring="neg_log_loss", random_state=0).fit(X_train, y_train)
print(f"chosen among {len(clf.l2s_)} penalties: l2 = {clf.l2_:.2g}")
default = SoftmaxRegression(random_state=0).fit(X_train, y_train)
print(f"accuracy on the test set: {accuracy_score(y_test, clf.predict(X_test)):.3f}")
print(f"with the default l2: {default.score(X_test, y_test):.3f}")

# %%
# The curve shows the mean score of the splits and their spread. The diamond marks the strongest penalty that is as good
# as the best one as far as the splits can tell: within one standard error.

curve = SearchCurveDisplay.from_estimator(clf)

# %%
# What the penalty does to the picture
# ------------------------------------
# Too weak a penalty learns the wrong labels by heart, in single pixels; too strong a one blurs the digits.

pictures = plt.figure(figsize=(9, 4.8), layout="constrained")
for part, l2 in zip(pictures.subfigures(3, 1), [1e-5, clf.l2_, 10.0]):
    weights = SoftmaxRegression(l2=l2, tol=1e-5, max_iter=1000, random_state=0).fit(
        X_train, y_train
    )
    part.suptitle(
        f"l2 = {l2:.2g}, coefficients up to {np.abs(weights.coef_).max():.2g}"
    )
    CoefficientImagesDisplay.from_estimator(
        weights, ax=part.subplots(), n_columns=10, colorbar=False
    )

# %%
# A search of scikit-learn, but for the time
# ------------------------------------------
# ``VectorizedGridSearchCV`` takes what ``GridSearchCV`` takes and finds what it finds. The candidates of a split train
# as one stack on the same minibatches.

model = SoftmaxRegression(random_state=0)
grid = {"l2": np.logspace(-5, 0, 11), "momentum": [0.5, 0.9]}
searches, seconds = {}, {}
for cls in (VectorizedGridSearchCV, GridSearchCV):
    start = time.perf_counter()
    searches[cls] = cls(
        model, grid, scoring="neg_log_loss", refit=one_standard_error
    ).fit(X_train, y_train)
    seconds[cls] = time.perf_counter() - start
vectorized, plain = searches.values()
difference = np.abs(
    vectorized.cv_results_["mean_test_score"] - plain.cv_results_["mean_test_score"]
).max()
print(
    f"\n{len(vectorized.cv_results_['params'])} candidates, {vectorized.n_splits_} "
    "splits"
)
print(
    f"largest difference of mean scores: {difference:.0e}, same choice: "
    f"{vectorized.best_params_ == plain.best_params_}"
)
print(
    f"GridSearchCV takes {seconds[GridSearchCV] / seconds[VectorizedGridSearchCV]:.1f} "
    "times as long"
)

# %%
# Two parameters at once
# ----------------------
# A network has a size as well. Each size is a stack of its own; the frame marks the choice.

sizes = {"hidden_layer_sizes": [4, 8, 16, 32], "l2": np.logspace(-4, 0, 7)}
network = TinyMLPClassifier(max_iter=30, tol=None, random_state=0)
wide = VectorizedGridSearchCV(network, sizes).fit(X_train, y_train)
print(
    f"\n{wide.best_estimator_}: accuracy on the test set "
    f"{wide.score(X_test, y_test):.3f}"
)
heat_map = SearchHeatmapDisplay.from_estimator(wide)

# %%
# The figures as files
# --------------------

folder = Path("sksoftmax-figures")
folder.mkdir(exist_ok=True)
for name, figure in {
    "curve": curve.figure_,
    "pictures": pictures,
    "heat_map": heat_map.figure_,
}.items():
    path = folder / f"tuning_{name}.png"
    figure.savefig(path, dpi=120)
    print(f"saved {path}")
plt.show()
