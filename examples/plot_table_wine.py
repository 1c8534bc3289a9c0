# SPDX-License-Identifier: BSD-3-Clause
"""
=============================================
Features of different units, and a search
=============================================

Three cultivars of wine, from 12 measurements and one grade. Coefficients of milligrams and of per cent do not compare;
times the standard deviation of their feature they do.
"""

# %%
# The table
# ---------
# scikit-learn's wines, their alcohol as a grade.

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV
from sksoftmax.plotting import (
    CoefficientsDisplay,
    EvidenceDisplay,
    ModelMatricesDisplay,
    ProbabilityBarsDisplay,
)

X, y = load_wine(return_X_y=True, as_frame=True)
X["grade"] = pd.cut(
    X.pop("alcohol"), [0, 12.5, 13.5, 20], labels=["light", "medium", "strong"]
).astype(str)
cultivars = ["Barolo", "Grignolino", "Barbera"]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
numbers = [name for name in X if name != "grade"]

# %%
# Measurements as they are
# ------------------------
# A scaler is affine, even in a ``ColumnTransformer`` that knows its columns by name: the picture sees through it. In
# their own units the features with small values have the large coefficients.

scaler = ColumnTransformer([("numbers", StandardScaler(), numbers)])
scaled = make_pipeline(scaler, SoftmaxRegression(random_state=0)).fit(
    X_train[numbers], y_train
)
display = CoefficientsDisplay.from_estimator(
    scaled, class_names=cultivars, kind="heatmap"
)
figures = {"raw": display.figure_}

# %%
# Times the standard deviation
# ----------------------------

display = CoefficientsDisplay.from_estimator(
    scaled, X=X_train[numbers], class_names=cultivars, kind="heatmap"
)
figures["standardised"] = display.figure_

# %%
# The grade too, with the penalty of a search
# -------------------------------------------
# A search knows the coefficients of its splits, which become error bars.

columns = ColumnTransformer(
    [("numbers", StandardScaler(), numbers), ("grade", OneHotEncoder(), ["grade"])],
    verbose_feature_names_out=False,
)
search = make_pipeline(columns, SoftmaxRegressionCV(random_state=0)).fit(
    X_train, y_train
)
print(f"l2 {search[-1].l2_:.3g}, test accuracy {search.score(X_test, y_test):.3f}")
figures["search"] = CoefficientsDisplay.from_estimator(
    search, class_names=cultivars
).figure_

# %%
# Evidence, probabilities, and the whole model
# --------------------------------------------

wine, cultivar = X_test.iloc[[0]], y_test.iloc[0]
figures["evidence"] = EvidenceDisplay.from_estimator(
    search, wine, cultivar, class_names=cultivars, n_features=8
).figure_
display = ProbabilityBarsDisplay.from_estimator(
    search, X_test[:3], y_test[:3], class_names=cultivars
)
figures["probabilities"] = display.figure_
display = ModelMatricesDisplay.from_estimator(
    search, X_test[:6], y_test[:6], class_names=cultivars
)
figures["matrices"] = display.figure_

# %%
# The pictures as files
# ---------------------

folder = Path("sksoftmax-figures")
folder.mkdir(exist_ok=True)
for name, figure in figures.items():
    figure.savefig(folder / f"wine_{name}.png", dpi=120)
print(f"saved {len(figures)} pictures in {folder}")
plt.show()
