# SPDX-License-Identifier: BSD-3-Clause
"""Draw the two pictures of the README and the start page, beside this file: ``python docs/images/write.py``."""

from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sksoftmax import SoftmaxRegression
from sksoftmax.plotting import CoefficientImagesDisplay, animate_coefficients, save_animation, training_snapshots

FOLDER = Path(__file__).parent

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
clf = SoftmaxRegression(l2=0.01, random_state=0).fit(X_train, y_train)
CoefficientImagesDisplay.from_estimator(clf).figure_.savefig(FOLDER / "digits_coefficients.png", dpi=110)
snapshots = training_snapshots(clf, X_train, y_train, epochs=range(21))
save_animation(animate_coefficients(snapshots, curve_options={"yscale": "log"}), FOLDER / "learning.gif", dpi=80)
