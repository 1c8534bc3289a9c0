# SPDX-License-Identifier: BSD-3-Clause
"""Typical calls of a user, and the types of what they return; read by mypy, never run."""

from typing import Any, assert_type

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sksoftmax import (
    SoftmaxRegression,
    SoftmaxRegressionCV,
    TinyMLPClassifier,
    VectorizedGridSearchCV,
    VectorizedRandomizedSearchCV,
    find_learning_rate,
    loss_and_gradient,
    one_standard_error,
    summary,
)
from sksoftmax.callbacks import StopAt, ValidationMonitor
from sksoftmax.dask import DaskSoftmaxRegression
from sksoftmax.datasets import load_mnist, load_tiny_digits, make_noisy_digits
from sksoftmax.plotting import (
    CoefficientImagesDisplay,
    CoefficientsDisplay,
    EvidenceDisplay,
    LearningRateDisplay,
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

Floats = NDArray[np.floating[Any]]
Labels = NDArray[np.generic]


def estimators(X: NDArray[np.float32], y: NDArray[np.str_]) -> None:
    clf = SoftmaxRegression(l2=0.1, learning_rate=lambda epoch: 0.9**epoch, class_weight={"a": 2.0}, random_state=0)
    assert_type(clf.fit(X, y, sample_weight=[1.0, 2.0], X_val=X, y_val=y.tolist()), SoftmaxRegression)
    assert_type(clf.partial_fit(X, y, classes=["a", "b"]), SoftmaxRegression)
    assert_type(clf.fit_stream(lambda: iter([(X, y), (X, y)]), X_val=X, y_val=y), SoftmaxRegression)
    assert_type(clf.predict(X), Labels)
    assert_type(clf.predict_proba(X), Floats)
    assert_type(clf.predict_log_proba([[1, 2], [3, 4]]), Floats)
    assert_type(clf.decision_function(X), Floats)
    assert_type(clf.score(X, y), float)
    assert_type(clf.coef_, Floats)
    assert_type(clf.classes_, Labels)
    assert_type(clf.loss_curve_, list[float])
    assert_type(clf.optimality_gap(X, y).bound, float)
    assert_type(clf.get_params(), dict[str, object])
    assert_type(clf.set_params(l2=1.0).sparsify(), SoftmaxRegression)
    net = TinyMLPClassifier((32, 16), "tanh", l2="auto", early_stopping=True, verbose=True).fit(X, y)
    assert_type(net, TinyMLPClassifier)
    assert_type(net.coefs_, list[Floats])
    clf.set_callbacks(StopAt(seconds=3.0), ValidationMonitor(X, y, scoring="f1_macro"))


def searches(X: Floats, y: NDArray[np.int64]) -> None:
    path = SoftmaxRegressionCV(np.logspace(-3, 0), cv=5, selection="one_standard_error").fit(X, y)
    assert_type(path.l2_, float)
    assert_type(path.scores_, Floats)
    search = VectorizedGridSearchCV(SoftmaxRegression(), {"l2": [0.1, 1.0]}, cv=3, scoring="neg_log_loss")
    assert_type(search.fit(X, y, sample_weight=X[:, 0]).best_estimator_, SoftmaxRegression)
    assert_type(search.best_params_, dict[str, object])
    assert_type(search.best_score_, float)
    assert_type(search.predict(X), Labels)
    assert_type(one_standard_error(search.cv_results_, param="l2"), int)
    unknown: VectorizedRandomizedSearchCV = VectorizedRandomizedSearchCV(object(), {"l2": [0.1, 1.0]}, n_iter=3)
    assert_type(unknown.n_splits_, int)
    assert_type(find_learning_rate(SoftmaxRegression(), X, y, n_epochs=2).best, float)
    loss, gradient = loss_and_gradient([(path.coef_, path.intercept_)], X, y, activation="identity", l2=0.1)
    assert_type(loss, float)
    assert_type(gradient, list[tuple[Floats, Floats]])
    assert_type(summary(path.fit(X, y) and SoftmaxRegression().fit(X, y)), dict[str, str])


def on_a_cluster(X: object, y: object) -> None:
    clf = DaskSoftmaxRegression(solver="sgd", random_state=0).fit(X, y)
    assert_type(clf, DaskSoftmaxRegression)
    assert_type(clf.to_local(), SoftmaxRegression)
    clf.coef_ = np.eye(3, 4)


def data() -> None:
    assert_type(load_tiny_digits(return_X_y=True), tuple[Labels, Labels])
    assert_type(load_mnist("mnist", subset="test", dtype=np.float32).data, Labels)
    assert_type(make_noisy_digits(10, random_state=0), tuple[Floats, Labels])


def pictures(clf: SoftmaxRegression, X: Floats, y: NDArray[np.int64], ax: Axes, figure: Figure) -> None:
    display = CoefficientImagesDisplay.from_estimator(clf, image_shape=(28, 28), ax=figure, cmap="RdBu_r")
    assert_type(display.plot(colorbar=False), CoefficientImagesDisplay)
    assert_type(CoefficientsDisplay.from_estimator(clf, X=X, feature_names=["a", "b"]), CoefficientsDisplay)
    assert_type(EvidenceDisplay.from_estimator(clf, X[0], 3, difference=(3, 5)), EvidenceDisplay)
    assert_type(LossCurveDisplay.from_estimators({"one": clf}, ax=ax, yscale="log").ax_, Axes)
    assert_type(ModelMatricesDisplay.from_estimators([clf, clf], X, y), ModelMatricesDisplay)
    assert_type(ProbabilityBarsDisplay.from_estimator(clf, X), ProbabilityBarsDisplay)
    assert_type(SampleGridDisplay.from_estimator(clf, X, y, select="most_confident_errors"), SampleGridDisplay)
    results = VectorizedGridSearchCV(clf, {"l2": [0.1]}).fit(X, y)
    assert_type(SearchCurveDisplay.from_estimator(results, param="l2"), SearchCurveDisplay)
    assert_type(SearchHeatmapDisplay.from_cv_results(results.cv_results_, params=("l2", "tol")), SearchHeatmapDisplay)
    assert_type(LearningRateDisplay.from_learning_rates(find_learning_rate(clf, X, y), ax=ax), LearningRateDisplay)
    snapshots = training_snapshots(clf, X, y, epochs=[0, 1, 2])
    assert_type(snapshots, list[SoftmaxRegression])
    assert_type(animate_coefficients(snapshots, interval=100), FuncAnimation)
    save_animation(animate_coefficients(snapshots), "learning.gif", fps=5)
