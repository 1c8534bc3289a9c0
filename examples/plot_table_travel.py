# SPDX-License-Identifier: BSD-3-Clause
"""
==============================
A table with categories
==============================

Who takes the coach, the plane or the train? Two columns of numbers, two of categories, and pictures that call
everything by its name.
"""

# %%
# The table
# ---------
# Made here, so that the truth is known: who pays in cash tends to take the coach, whoever earns well or lives in Oslo
# the plane, and older people the train.

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import cross_validate, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sksoftmax import SoftmaxRegression
from sksoftmax.plotting import (
    CoefficientsDisplay,
    EvidenceDisplay,
    ProbabilityBarsDisplay,
)

rng, n = np.random.RandomState(0), 1000
X = pd.DataFrame(
    {
        "age": rng.randint(18, 80, n),
        "income": rng.gamma(4, 9, n).round(1),
        "city": rng.choice(["Bern", "Lyon", "Oslo"], n),
        "pays with": rng.choice(["card", "cash"], n),
    }
)
scores = np.column_stack(
    [
        1.5 * (X["pays with"] == "cash"),
        0.06 * (X["income"] - 36) + (X["city"] == "Oslo"),
        0.05 * (X["age"] - 45),
    ]
)
y = np.array(["coach", "plane", "train"])[
    (scores + rng.gumbel(size=scores.shape)).argmax(axis=1)
]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
print(X_train.head())

# %%
# The pipeline
# ------------

columns = ColumnTransformer(
    [
        ("numbers", StandardScaler(), ["age", "income"]),
        ("categories", OneHotEncoder(), ["city", "pays with"]),
    ],
    verbose_feature_names_out=False,
)
model = make_pipeline(columns, SoftmaxRegression(l2=1e-3, random_state=0)).fit(
    X_train, y_train
)
print(f"test accuracy {model.score(X_test, y_test):.3f}")

# %%
# What it learned
# ---------------
# A one-hot encoder is not affine, so the coefficients are those of the features that it makes, by their names. The
# error bars are standard deviations over the fits of a cross-validation.

folds = cross_validate(model, X_train, y_train, cv=5, return_estimator=True)[
    "estimator"
]
figures = {
    "coefficients": CoefficientsDisplay.from_estimator(model, repeats=folds).figure_
}

# %%
# Why this traveller takes that
# -----------------------------
# Each bar begins where the one above it ends; the last one is the score.

traveller = X_test.iloc[[1]]
figures["evidence"] = EvidenceDisplay.from_estimator(
    model, traveller, y_test[1]
).figure_

# %%
# Two classes against each other
# ------------------------------

figures["rivals"] = EvidenceDisplay.from_estimator(
    model, traveller, difference=("plane", "train")
).figure_

# %%
# How sure it is
# --------------

figures["probabilities"] = ProbabilityBarsDisplay.from_estimator(
    model, X_test[:6], y_test[:6]
).figure_

# %%
# The pictures as files
# ---------------------

folder = Path("sksoftmax-figures")
folder.mkdir(exist_ok=True)
for name, figure in figures.items():
    figure.savefig(folder / f"table_{name}.png", dpi=120)
print(f"saved {len(figures)} pictures in {folder}")
plt.show()
