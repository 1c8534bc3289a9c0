# SPDX-License-Identifier: BSD-3-Clause
"""Bad calls of the displays, of animations and of snapshots."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer
from sklearn.tree import DecisionTreeClassifier

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, VectorizedGridSearchCV
from sksoftmax.datasets import load_tiny_digits
from sksoftmax.plotting import (
    CoefficientImagesDisplay,
    CoefficientsDisplay,
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
from tests.bad_calls.fitted import INF, NAN, QUICK, RESULTS, changed, grid_search, table_of, unfitted
from tests.bad_calls.table import Call, Said, Theirs, assert_clear, rows

X, y = load_tiny_digits(return_X_y=True)
IMAGES, P = X[:2].reshape(2, 5, 5), np.full((2, 10), 0.1)
CURVES = {"loss": [2.0, 1.0], "minibatch_loss": [3.0, 2.0, 1.5, 1.0]}


@cache
def model():
    return SoftmaxRegression(**QUICK, store_minibatch_loss=True, batch_size=4).fit(X, y)


@cache
def net():
    return TinyMLPClassifier((3,), **QUICK).fit(X, y)


@cache
def odd_pipeline():
    return make_pipeline(Normalizer(), SoftmaxRegression(**QUICK)).fit(X + 1, y)


@cache
def few_features():
    return SoftmaxRegression(**QUICK).fit(X[:, :3], y)


@cache
def binary():
    return LogisticRegression().fit(X, y % 2)


@cache
def tree():
    return DecisionTreeClassifier().fit(X, y)


@cache
def ridge():
    return RidgeClassifier().fit(X, y)


@cache
def wide_search():
    grid = {"l2": [0.1, 1.0], "momentum": [0.0, 0.9], "max_iter": [2]}
    return VectorizedGridSearchCV(SoftmaxRegression(**QUICK), grid, cv=2).fit(X[[0, 1] * 4], y[[0, 1] * 4])


@cache
def models():
    return {"a": model()}


@cache
def snapshots():
    return training_snapshots(SoftmaxRegression(**QUICK), X, y, epochs=[1, 2])


@cache
def animation():
    made = animate_coefficients(snapshots(), loss_curve=False)
    # Matplotlib warns of one that is never drawn.
    made._draw_was_started = True
    plt.close("all")
    return made


NEW_IMAGES = Call(CoefficientImagesDisplay, images=IMAGES, names=["a", "b"])
NEW_COEFFICIENTS = Call(
    CoefficientsDisplay, coefficients=[[1.0, 2.0]], names=["a"], feature_names=["b", "c"], errors=[[0.1, 0.2]]
)
NEW_EVIDENCE = Call(EvidenceDisplay, sample=IMAGES[0], evidence=IMAGES, intercepts=[0.0, 1.0], names=["a", "b"])
NEW_TABLE = Call(
    EvidenceDisplay, sample=[1.0, 2.0], evidence=[[3.0, 4.0]], intercepts=[0.0], names=["a"], feature_names=["b", "c"]
)
NEW_CURVES = Call(LossCurveDisplay, trainings=[CURVES], names=["a"])
NEW_LOSS = Call(LossCurveDisplay, trainings=[{"loss": [2.0, 1.0]}], names=["a"])
NEW_MATRICES = Call(
    ModelMatricesDisplay,
    data=X,
    coefficients=np.ones((1, 10, 25)),
    outputs=np.full((1, 10, 10), 0.1),
    names=list("0123456789"),
)
NEW_BARS = Call(ProbabilityBarsDisplay, images=IMAGES, probabilities=P, names=list("0123456789"))
NEW_GRID = Call(SampleGridDisplay, images=IMAGES, labels=["a", "b"])
NEW_SEARCH = Call(SearchCurveDisplay, values=[0.1, 1.0], scores=[[0.5], [0.6]], param="l2", metric="score", best=1)
NEW_HEAT_MAP = Call(
    SearchHeatmapDisplay,
    scores=[[0.5, 0.6]],
    rows=["a"],
    columns=["b", "c"],
    params=("x", "y"),
    metric="score",
    best=(0, 1),
)

OF_PANELS = OF_IMAGES, OF_EVIDENCE, OF_MATRICES, OF_BARS, OF_GRID = [
    Call(new, "plot") for new in (NEW_IMAGES, NEW_EVIDENCE, NEW_MATRICES, NEW_BARS, NEW_GRID)
]
OF_TABLE = Call(NEW_TABLE, "plot")
OF_COEFFICIENTS = Call(NEW_COEFFICIENTS, "plot")
OF_ONE_PANEL = OF_CURVES, OF_LOSS, OF_SEARCH, OF_HEAT_MAP = [
    Call(new, "plot") for new in (NEW_CURVES, NEW_LOSS, NEW_SEARCH, NEW_HEAT_MAP)
]

IMAGES_OF = Call(CoefficientImagesDisplay, "from_estimator", estimator=model)
COEFFICIENTS_OF = Call(CoefficientsDisplay, "from_estimator", estimator=model)
UNITS_OF = Call(CoefficientImagesDisplay, "from_estimator", estimator=net)
EVIDENCE_OF = Call(EvidenceDisplay, "from_estimator", estimator=model, x=X[0])
CURVES_OF = Call(LossCurveDisplay, "from_estimator", estimator=model)
SEVERAL_CURVES_OF = Call(LossCurveDisplay, "from_estimators", estimators=models)
MATRICES_OF = Call(ModelMatricesDisplay, "from_estimator", estimator=model, X=X)
SEVERAL_MATRICES_OF = Call(ModelMatricesDisplay, "from_estimators", estimators=snapshots, X=X)
BARS_OF = Call(ProbabilityBarsDisplay, "from_estimator", estimator=model, X=X)
BARS_OF_PREDICTIONS = Call(ProbabilityBarsDisplay, "from_predictions", X=X[:2], y_true=y[:2], y_proba=P)
GRID_OF = Call(SampleGridDisplay, "from_estimator", estimator=model, X=X, y=y)
GRID_OF_PREDICTIONS = Call(SampleGridDisplay, "from_predictions", X=X, y_true=y)
SEARCH_OF = Call(SearchCurveDisplay, "from_estimator", estimator=grid_search)
SEARCH_OF_RESULTS = Call(SearchCurveDisplay, "from_cv_results", cv_results=RESULTS)
HEAT_MAP_OF = Call(SearchHeatmapDisplay, "from_estimator", estimator=wide_search, params=("l2", "momentum"))
HEAT_MAP_OF_RESULTS = Call(
    SearchHeatmapDisplay, "from_cv_results", cv_results=table_of([0.5, 0.6], l2=[1, 2], tol=[1, 2])
)
NAMED = [IMAGES_OF, COEFFICIENTS_OF, EVIDENCE_OF, MATRICES_OF, BARS_OF, GRID_OF]
OF_CLASSES = [IMAGES_OF, COEFFICIENTS_OF, EVIDENCE_OF]
OF_MODELS = [*NAMED, CURVES_OF]
ANIMATION = Call(animate_coefficients, snapshots=snapshots)
SNAPSHOTS = Call(training_snapshots, estimator=unfitted, X=X, y=y)
SAVING = Call(save_animation, animation=animation, path="learning.gif")
TWO_AXES, OUTSIDE = list(Figure().subplots(1, 2)), Figure().add_axes((0, 0, 1, 1))

# fmt: off
TABLE = [
    # Where to draw.
    (OF_PANELS, "ax", "must be an Axes, an array of Axes, a Figure or a SubFigure", [3, "abc", object()]),
    (OF_ONE_PANEL, "ax", "must be an Axes, a Figure or a SubFigure", [3, "abc", object(), TWO_AXES]),
    (OF_PANELS, "ax", Said("ax has 1 Axes, must be one, or"), [TWO_AXES[:1]]),
    ([OF_BARS, OF_EVIDENCE, OF_MATRICES, IMAGES_OF, GRID_OF], "ax", Said("ax has 2 Axes, must be one, or"), [TWO_AXES]),
    (OF_PANELS, "ax", Said("ax has no place in a grid to divide"), [OUTSIDE]),
    # How to draw.
    ([OF_IMAGES, OF_EVIDENCE, OF_MATRICES, OF_BARS, OF_GRID, OF_HEAT_MAP, *OF_MODELS[:2], BARS_OF, HEAT_MAP_OF], "cmap",
        "must be a Colormap or a name of matplotlib.colormaps", ["nope", None, 3, ["gray"], "red"]),
    (OF_EVIDENCE, "sample_cmap", "must be a Colormap or a name of matplotlib.colormaps", ["nope", None]),
    (OF_MATRICES, "data_cmap", "must be a Colormap or a name of matplotlib.colormaps", ["nope", None]),
    (OF_MATRICES, "output_cmap", "must be a Colormap or a name of matplotlib.colormaps", ["nope", 3]),
    ([OF_SEARCH, SEARCH_OF], "color", "must be a colour of matplotlib", ["nope", None, 3, (1, 2, 3), "C"]),
    ([OF_GRID, GRID_OF], "wrong_color", "must be a colour of matplotlib", ["nope", None, 3]),
    ([OF_IMAGES, OF_EVIDENCE, OF_MATRICES, OF_HEAT_MAP, IMAGES_OF], "colorbar", "must be True or False",
        ["no", None, 2]),
    ([OF_IMAGES, OF_EVIDENCE, OF_BARS, OF_GRID, IMAGES_OF], "n_columns", "must be an int >= 1",
        [0, -1, 2.5, "3", True]),
    ([OF_IMAGES, OF_EVIDENCE, OF_MATRICES], "limit", "must be a finite number > 0",
        [0, -1.0, NAN, INF, "1", True, 10**400]),
    ([OF_COEFFICIENTS, COEFFICIENTS_OF], "kind", "must be one of ['auto', 'bars', 'heatmap']", ["bar", None, 3]),
    (OF_COEFFICIENTS, "n_features", "must be an int from 1 to 2", [0, 3, 1.5, "1", True]),
    (OF_COEFFICIENTS, "values_format", "must be a format of numbers such as", ["q", 3]),
    (OF_COEFFICIENTS, "limit", "must be a finite number > 0", [0, NAN, "1"]),
    (OF_COEFFICIENTS, "percentile", "must be a number > 0 and <= 100", [0, 101, None]),
    (OF_COEFFICIENTS, "colorbar", "must be True or False", ["no", None]),
    (OF_COEFFICIENTS, "cmap", "must be a Colormap or a name of matplotlib.colormaps", ["nope", None]),
    (OF_COEFFICIENTS, "ax", "must be an Axes, an array of Axes, a Figure or a SubFigure", [3, "abc"]),
    (COEFFICIENTS_OF, "repeats", "must be a sequence of estimators", [3, {0: 1}]),
    (COEFFICIENTS_OF, "repeats", Said("must hold two or more fitted estimators"), [[]]),
    (COEFFICIENTS_OF, "repeats", Theirs("3 is not an estimator instance"), [[3, 3]]),
    (COEFFICIENTS_OF, "repeats", Said("repeats have other classes or features"), [[model(), few_features()]]),
    (COEFFICIENTS_OF, "X", "must be (n_samples, n_features), with a sample or more", [X[0], 3.0]),
    (COEFFICIENTS_OF, "X", Said("X has 3 features, must have 25"), [X[:, :3]]),
    (COEFFICIENTS_OF, "X", "must hold finite numbers", [changed(X, NAN)]),
    (COEFFICIENTS_OF, "feature_names", "must be 25", [["a"]]),
    (COEFFICIENTS_OF, "feature_names", "must be a sequence of names", [3, {0: "a"}]),
    ([OF_IMAGES, OF_EVIDENCE, OF_MATRICES], "percentile", "must be a number > 0 and <= 100", [0, 101, NAN, None, "99"]),
    (OF_IMAGES, "scale", "must be one of ['shared', 'panel']", ["each", None, 3]),
    ([OF_MATRICES, OF_HEAT_MAP, MATRICES_OF, HEAT_MAP_OF], "values_format", "must be a format of numbers such as",
        ["q", 3, 0, ".2f}", [".2f"]]),
    (OF_EVIDENCE, "n_classes", "must be an int from 1 to 2", [0, 3, 1.0, "1", True]),
    (OF_BARS, "n_classes", "must be an int from 1 to 10", [0, 11, 2.5, "3"]),
    ([OF_CURVES, CURVES_OF], "curves", "must hold some of ['loss', 'data_loss', 'penalty'",
        ["accuracy", 3, [["loss"]], ["loss", "f1"], {"loss": 1}]),
    (OF_CURVES, "curves", "must hold each name once", [["loss", "loss"]]),
    (OF_CURVES, "xscale", "must be one of ['linear', 'log']", ["symlog", None, 3]),
    (OF_CURVES, "yscale", "must be one of ['linear', 'log']", ["symlog", None, 3]),
    ([OF_CURVES, CURVES_OF], "smoothing", "must be an int from 1 to", [0, -1, 2.5, "2", True, 10**9, NAN]),
    (OF_LOSS, "smoothing", "must be an int >= 1", [0, -1, 2.5, "2"]),
    (OF_CURVES, "mark_best", "must be True or False", ["yes", None, 1]),
    (OF_CURVES, "legend", "must be one of ['auto', 'inside', 'above', None]", ["best", False, 3]),
    (OF_SEARCH, "label", "must be a str", [3, ["a", "b"]]),
    (OF_HEAT_MAP, "im_kw", "must be a dict or None", ["vmin", 3, [1]]),
    (OF_HEAT_MAP, "im_kw", "must be arguments of Axes.imshow", [{"foo": 1}, {"vmin": "a"}, {"aspect": "x"}]),
    (OF_PANELS + OF_ONE_PANEL, "foo", Said("plot() got an unexpected keyword argument 'foo'"), [1]),
    (OF_MODELS, "foo", Said("plot() got an unexpected keyword argument 'foo'"), [1]),
    # What to draw.
    (OF_MODELS, "estimator", "is not an estimator instance", [3, None]),
    (OF_MODELS, "estimator", Theirs("This SoftmaxRegression instance is not fitted yet"), [unfitted()]),
    ([IMAGES_OF, EVIDENCE_OF, MATRICES_OF], "estimator", Said("is no classifier with coefficients"), [tree()]),
    (BARS_OF, "estimator", Said("RidgeClassifier has no predict_proba"), [ridge()]),
    (CURVES_OF, "estimator", Said("LogisticRegression has no loss_curve_"), [binary()]),
    ([EVIDENCE_OF, MATRICES_OF], "estimator", Said("TinyMLPClassifier has hidden layers"), [net()]),
    ([IMAGES_OF, EVIDENCE_OF, MATRICES_OF], "estimator", Said("(Normalizer) are no affine map of the features"),
        [odd_pipeline()]),
    ([IMAGES_OF, COEFFICIENTS_OF, EVIDENCE_OF, MATRICES_OF, SEVERAL_MATRICES_OF], "through_pipeline",
        "must be True or False", ["no", None, 1]),
    (IMAGES_OF, "estimator", Said("3 values are no square image: pass image_shape=(height, width)"), [few_features()]),
    ([IMAGES_OF, EVIDENCE_OF, BARS_OF, GRID_OF, GRID_OF_PREDICTIONS], "image_shape", "must be (height, width) or",
        [5, (5,), (5.0, 5.0), "5x5", (5, 5, 1), (0, 25), [[5, 5]], [(5,), 5]]),
    ([IMAGES_OF, EVIDENCE_OF, BARS_OF, GRID_OF], "image_shape", "but there are 25 for an image", [(5, 6), (5, 5, 3)]),
    (NAMED, "class_names", "must be a sequence of names in the order of", ["0123456789", 3, {0: "a"}, [["a"]] * 10]),
    (NAMED, "class_names", "must be the number of classes, 10", [["a"], list("abcdefghijk")]),
    (NAMED, "class_names", "must be distinct", [["a"] * 10]),
    (NAMED, "class_names", "must be in the order", [list("1023456789")]),
    (OF_CLASSES, "classes", "must be a sequence of one or more labels, each of them once",
        [3, "3", [], [0, 0], [[0, 1]], [[0], [1, 2]], {0: 1}]),
    (OF_CLASSES, "classes", "must hold labels of [0, 1, 2", [[10], ["0"], [0, None]]),
    (OF_CLASSES, "difference", "must be two labels",
        [3, "ab", (3, 3), (1, 2, 3), (1,), [[1, 2]], {1, 2}]),
    (OF_CLASSES, "difference", "must hold labels of [0, 1, 2", [(0, 10), (0, "1"), (None, 1)]),
    (IMAGES_OF, "layer", "must be an int from -1 to 0", [1, -2, 0.0, "0", None, True]),
    (IMAGES_OF, "units", "must be None for the last layer", [3, [0]]),
    (UNITS_OF, "units", "must be an int from 1 to 3", [0, 4, 1.5, "1"]),
    (UNITS_OF, "units", "must be numbers of units from 0 to 2, each once",
        [[3], [-1], [], [0, 0], [0.5], [[0, 1]], ["a"], [[0], [1, 2]]]),
    (UNITS_OF, "classes", "must be None for a hidden layer", [[0]]),
    (UNITS_OF, "difference", "must be None for a hidden layer", [(0, 1)]),
    (UNITS_OF, "class_names", "must be None for a hidden layer", [list("0123456789")]),
    (EVIDENCE_OF, "x", "must be (25,): a single sample", [X[:2], X[0, :9], X[None, :1], 3.0]),
    (EVIDENCE_OF, "y", "must be one of the labels [0, 1, 2", [10, "0", -1]),
    (EVIDENCE_OF, "feature_names", "must be 25", [["a"]]),
    (EVIDENCE_OF, "feature_names", "must be a sequence of names", [3, {0: "a"}]),
    (EVIDENCE_OF, "x", "must be an array of numbers", ["abc", [[1], [1, 2]], {0: 1}, X[0] * 1j]),
    (EVIDENCE_OF, "x", "must hold finite numbers", [changed(X[0], NAN), changed(X[0], INF)]),
    (SEVERAL_CURVES_OF, "estimators", "must be a dict of {name: estimator}", [3, [1], None]),
    (SEVERAL_CURVES_OF, "estimators", "must hold one or more", [{}]),
    (SEVERAL_MATRICES_OF, "estimators", "must be a list or a dict of estimators", [3, None, model()]),
    (SEVERAL_MATRICES_OF, "estimators", Said("estimators is empty, must hold one or more"), [[], {}]),
    (SEVERAL_MATRICES_OF, "estimators", Said("estimators have different classes"), [[model(), binary()]]),
    ([MATRICES_OF, SEVERAL_MATRICES_OF], "response_method", "must be one of ['predict_proba', 'decision_function']",
        ["predict", None, 3, ["predict_proba"]]),
    ([MATRICES_OF, BARS_OF, GRID_OF], "X", Theirs("Input X contains NaN"), [changed(X, NAN)]),
    ([MATRICES_OF, BARS_OF, GRID_OF], "X", Theirs("Expected 2D array"), [X[0]]),
    ([MATRICES_OF, BARS_OF, GRID_OF], "X", Theirs("X has 3 features, but"), [X[:, :3]]),
    ([BARS_OF_PREDICTIONS, GRID_OF_PREDICTIONS], "X", "must be (n_samples, n_features), with a sample or more",
        [X[0], X[:0], 3.0, "abc", [[1], [1, 2]]]),
    (GRID_OF_PREDICTIONS, "X", "must be an array of numbers", [np.full((10, 25), "a"), X * 1j]),
    (BARS_OF_PREDICTIONS, "X", "must be an array of numbers", [np.full((2, 25), "a"), X[:2] * 1j]),
    (BARS_OF_PREDICTIONS, "X", "must hold finite numbers", [changed(X[:2], NAN)]),
    ([MATRICES_OF, BARS_OF, GRID_OF], "y", "must be (10,): one for each row of X",
        [y[:9], 3, [[0] * 10], "abc", [[1], [1, 2]]]),
    (GRID_OF, "y", "must be (10,): one for each row of X", [None]),
    ([BARS_OF_PREDICTIONS], "y_true", "must be (2,): one for each row of X", [y, 3, [[0, 1]]]),
    (GRID_OF_PREDICTIONS, "y_true", "must be (10,): one for each row of X", [y[:9], 3, None]),
    (GRID_OF_PREDICTIONS, "y_pred", "must be (10,): one for each row of X", [y[:9], 3]),
    (GRID_OF_PREDICTIONS, "confidence", "must be (10,): one for each row of X", [[0.5], 0.5]),
    (GRID_OF_PREDICTIONS, "confidence", "must be an array of numbers", [["a"] * 10, {0: 1}]),
    (BARS_OF_PREDICTIONS, "y_proba", "(n_samples, n_classes)", [P[0], 0.5]),
    (BARS_OF_PREDICTIONS, "y_proba", "must be (2, n_classes)", [P[:1]]),
    (BARS_OF_PREDICTIONS, "y_proba", "must be >= 0 and sum to one", [P * 2, P - 1]),
    (BARS_OF_PREDICTIONS, "y_proba", "must be an array of numbers", [[["a"]], [[1], [0, 1]]]),
    (BARS_OF_PREDICTIONS, "y_proba", "must hold finite numbers", [P * NAN]),
    (BARS_OF_PREDICTIONS, "classes", "must be (10,): one for each column", [[0, 1], 3, "abc"]),
    (BARS_OF_PREDICTIONS, "classes", "must be distinct", [[0] * 10]),
    ([GRID_OF, GRID_OF_PREDICTIONS], "select", "or rows of X", ["worst", ""]),
    ([GRID_OF, GRID_OF_PREDICTIONS], "select", "rows from 0 to 9, or a mask of shape (10,)",
        [[10], [-1], [], [0.5], 3, None, [True], ["a"], [[0, 1]], [[0], [1, 2]], {0: 1}]),
    (GRID_OF_PREDICTIONS, "select", "needs y_pred", ["most_confident_errors"]),
    (GRID_OF_PREDICTIONS, "select", "needs the probabilities", ["least_confident"]),
    ([GRID_OF, GRID_OF_PREDICTIONS], "n_samples", "must be an int >= 1", [0, -1, 2.5, "3", None, True]),
    ([GRID_OF, GRID_OF_PREDICTIONS], "random_state", "must be an int from 0 to 2**32 - 1, a RandomState or None",
        ["a", -1, 1.5, 2**32, np.random.default_rng(0)]),
    ([SEARCH_OF, HEAT_MAP_OF], "estimator", Said("is no search"), [model()]),
    ([SEARCH_OF, HEAT_MAP_OF], "estimator", "is not an estimator instance", [3, None]),
    ([SEARCH_OF_RESULTS, HEAT_MAP_OF_RESULTS], "cv_results", "must be the dict cv_results_ of a search",
        [3, None, [1], grid_search()]),
    ([SEARCH_OF_RESULTS, HEAT_MAP_OF_RESULTS], "cv_results", "must have 'params'", [{}]),
    (SEARCH_OF_RESULTS, "cv_results", Said("No candidate has a score by 'score'"), [table_of([NAN, NAN], l2=[1, 2])]),
    ([SEARCH_OF, SEARCH_OF_RESULTS], "param", "must be one of ['l2']", ["C", 3, ["l2"]]),
    (SEARCH_OF_RESULTS, "cv_results", Said("param == None, must be one of ['a', 'b']"),
        [table_of([0.5, 0.6], a=[1, 2], b=[1, 2])]),
    ([SEARCH_OF, SEARCH_OF_RESULTS, HEAT_MAP_OF, HEAT_MAP_OF_RESULTS], "metric", "must be one of ['score']",
        ["f1", 3, ["score"]]),
    ([SEARCH_OF, SEARCH_OF_RESULTS], "simpler", "must be one of ['auto', 'larger', 'smaller', None]",
        ["bigger", 3, True]),
    (SEARCH_OF_RESULTS, "best_index", "must be a candidate that has the parameter and a score", [2, -1, 0.5, "a"]),
    (HEAT_MAP_OF_RESULTS, "best_index", "must be the place of one of 2 candidates", [2, -1, 0.5, "a"]),
    (HEAT_MAP_OF, "params", "must be two of ['l2', 'max_iter', 'momentum']",
        [("l2",), ("l2", "l2"), ("l2", "tol"), "l2", None]),
    (HEAT_MAP_OF, "params", "must be a sequence of names", [3, {"l2": 1, "momentum": 2}]),
    # Constructors.
    ([NEW_IMAGES, NEW_BARS, NEW_GRID], "images", "must be an array of numbers", ["abc", [["a"]], {0: 1}, IMAGES * 1j]),
    ([NEW_IMAGES, NEW_BARS, NEW_GRID], "images", "must be (n_panels, height, width)",
        [IMAGES[0], 3.0, IMAGES[:0], np.zeros((2, 5, 5, 2))]),
    ([NEW_IMAGES, NEW_BARS, NEW_GRID], "images", "must hold finite numbers", [changed(IMAGES, NAN)]),
    ([NEW_IMAGES, NEW_EVIDENCE], "names", "must be the number of images, 2", [["a"], "abc"]),
    ([NEW_IMAGES, NEW_EVIDENCE, NEW_CURVES, NEW_MATRICES, NEW_BARS], "names", "must be a sequence of names",
        [3, None, {0: "a"}, [["a"], ["b"]]]),
    (NEW_CURVES, "names", "must be the number of trainings, 1", [["a", "b"]]),
    (NEW_BARS, "names", "must be distinct", [["a"] * 10]),
    (NEW_EVIDENCE, "sample", "must be that of the evidence", [IMAGES, IMAGES[0][:4], 3.0]),
    (NEW_EVIDENCE, "sample", "must be an array of numbers", ["abc", [["a"]]]),
    (NEW_EVIDENCE, "evidence", "must be (n_panels, height, width)", [IMAGES[0], 3.0]),
    (NEW_EVIDENCE, "intercepts", "must be a 1-dimensional array of numbers", [3.0, [[0.0, 1.0]], ["a", "b"], None]),
    (NEW_EVIDENCE, "intercepts", "must be the number of images, 2", [[1.0]]),
    (NEW_TABLE, "feature_names", "must be 2", [["a"], "abc"]),
    (NEW_EVIDENCE, "feature_names", "must be a sequence of names", [3, {0: "a"}]),
    (NEW_TABLE, "evidence", "must be a 2-dimensional array of numbers", [IMAGES, 3.0, "abc", None]),
    (NEW_TABLE, "evidence", "must be (n_panels, n_features)", [np.ones((0, 2))]),
    (NEW_TABLE, "sample", "must be that of the evidence, (2,)", [[1.0], 3.0, IMAGES[0]]),
    (NEW_TABLE, "intercepts", "must be the number of images, 1", [[1.0, 2.0]]),
    (NEW_TABLE, "truth", "must be a str", [3, ["a"]]),
    (NEW_TABLE, "features_label", "must be a str", [3, None]),
    (OF_TABLE, "n_features", "must be an int from 1 to 2", [0, 3, 1.5, "1", True]),
    (NEW_CURVES, "trainings", "must be a list of one or more dicts of curves", [3, None, [], {}, CURVES]),
    (NEW_CURVES, "trainings", Said("trainings hold a list, must hold dicts of curves"), [[[1.0]]]),
    (NEW_CURVES, "trainings", Said("trainings hold ['accuracy'], must hold some of ['loss'"), [[{"accuracy": [1.0]}]]),
    (NEW_CURVES, "trainings", Said("loss == ['a'], must be an array of numbers"), [[{"loss": ["a"]}]]),
    (NEW_CURVES, "trainings", Said("loss.shape == (1, 1), must be (n_epochs,)"), [[{"loss": [[1.0]]}]]),
    (NEW_CURVES, "trainings", Said("best_epoch == 2, must be an int from 1 to 1"),
        [[{"loss": [1.0], "best_epoch": 2}]]),
    (NEW_MATRICES, "data", "must be a 2-dimensional array of numbers", [X[0], 3.0, "abc", None]),
    (NEW_MATRICES, "coefficients", "must be a 3-dimensional array of numbers", [np.ones((10, 25)), 3.0, "abc"]),
    (NEW_MATRICES, "coefficients", "must be (1, 10, 25)", [np.ones((1, 9, 25))]),
    (NEW_MATRICES, "outputs", "must be a 3-dimensional array of numbers", [np.ones((10, 25)), 3.0, "abc"]),
    (NEW_MATRICES, "outputs", "must be (1, 10, 10)", [np.ones((1, 9, 10))]),
    (NEW_MATRICES, "outputs", "must hold finite numbers", [np.full((1, 10, 10), NAN)]),
    (NEW_MATRICES, "titles", "must be 1", [["a", "b"]]),
    (NEW_MATRICES, "labels", "must be 10", [["a", "b"]]),
    (NEW_MATRICES, "feature_names", "must be 25", [["a", "b"]]),
    (NEW_MATRICES, "output_title", "must be a str", [3, None]),
    (NEW_BARS, "probabilities", "must be >= 0 and sum to one", [P * 2, P - 1]),
    (NEW_BARS, "probabilities", "must be the number of images and of names, (2, 10)", [P[:1]]),
    (NEW_BARS, "labels", "must be the number of images, 2", [["a"]]),
    (NEW_GRID, "labels", "must be the number of images, 2", [["a"]]),
    (NEW_GRID, "labels", "must be a sequence of names", [3, None]),
    (NEW_GRID, "predicted", "must be the number of images, 2", [["a"]]),
    (NEW_GRID, "confidences", "must be the number of images, 2", [[0.5]]),
    (NEW_GRID, "confidences", "must be a 1-dimensional array of numbers", [0.5, [[0.5, 0.5]], ["a", "b"]]),
    (NEW_GRID, "indices", "must be the number of images, 2", [[0]]),
    (NEW_GRID, "indices", "must be a 1-dimensional array of numbers", [3, "ab"]),
    (NEW_SEARCH, "scores", "must be a 2-dimensional array of numbers", [[0.5, 0.6], 0.5, "abc", None]),
    (NEW_SEARCH, "scores", "must be (2, n_splits)", [[[0.5]]]),
    (NEW_SEARCH, "values", "must be a sequence", [3, None]),
    (NEW_SEARCH, "best", "must be an int from 0 to 1", [2, -1, 0.5, "a", None]),
    (NEW_SEARCH, "one_standard_error", "must be an int from 0 to 1", [2, -1, 0.5, "a"]),
    (NEW_SEARCH, "connected", "must be True or False", ["yes", None]),
    ([NEW_SEARCH, NEW_HEAT_MAP], "metric", "must be a str", [3, None]),
    (NEW_SEARCH, "param", "must be a str", [3, None]),
    (NEW_HEAT_MAP, "scores", "must be a 2-dimensional array of numbers", [[0.5, 0.6], 0.5, "abc", None]),
    (NEW_HEAT_MAP, "rows", "must be 1", [["a", "b"]]),
    (NEW_HEAT_MAP, "columns", "must be 2", [["a"]]),
    (NEW_HEAT_MAP, "rows", "must be a sequence of names", [3, None]),
    (NEW_HEAT_MAP, "params", "must be 2", [["a"], list("abc")]),
    (NEW_HEAT_MAP, "params", "must be a sequence of names", [3, None]),
    (NEW_HEAT_MAP, "best", "the row and the column of a cell of (1, 2)", [(1, 0), (0, 2), 3, None, ("a", 0)]),
    (NEW_COEFFICIENTS, "coefficients", "must be a 2-dimensional array of numbers", [[1.0], 3.0, "abc", None]),
    (NEW_COEFFICIENTS, "coefficients", "must hold finite numbers", [np.array([[NAN, 1.0]])]),
    (NEW_COEFFICIENTS, "names", "must be 1", [["a", "b"], []]),
    (NEW_COEFFICIENTS, "feature_names", "must be 2", [["a"], "abc"]),
    (NEW_COEFFICIENTS, "feature_names", "must be a sequence of names", [3, None, {0: "a"}]),
    (NEW_COEFFICIENTS, "errors", "must be (1, 2)", [[[0.1]]]),
    (NEW_COEFFICIENTS, "errors", "must be >= 0", [np.array([[-1.0, 1.0]])]),
    (NEW_COEFFICIENTS, "errors", "must be a 2-dimensional array of numbers", [3.0, "abc"]),
    ([NEW_COEFFICIENTS], "label", "must be a str", [3, None]),
    (NEW_COEFFICIENTS, "features_label", "must be a str", [3, None]),
    # Animations and snapshots.
    (ANIMATION, "snapshots", "must be a list of fitted estimators", [3, None, model()]),
    (ANIMATION, "snapshots", Said("snapshots is empty, must hold one or more fitted estimators"), [[]]),
    (ANIMATION, "snapshots", Theirs("SoftmaxRegression instance is not fitted"), [[unfitted()]]),
    (ANIMATION, "snapshots", Theirs("3 is not an estimator instance"), [[3]]),
    (ANIMATION, "snapshots", Said("snapshots have different classes, features or layers"), [[model(), net()]]),
    (ANIMATION, "interval", "must be a finite number > 0", [0, -1, NAN, INF, "fast", None]),
    (ANIMATION, "loss_curve", "must be True or False", ["yes", None, 1]),
    (ANIMATION, "plot_options", "must be a dict or None", [3, "cmap", [1]]),
    (ANIMATION, "plot_options", Said("cmap == 'nope', must be a Colormap"), [{"cmap": "nope"}]),
    (ANIMATION, "plot_options", Said("plot() got an unexpected keyword argument 'foo'"), [{"foo": 1}]),
    (ANIMATION, "plot_options", Said("plot() got multiple values for keyword argument 'ax'"), [{"ax": TWO_AXES}]),
    (ANIMATION, "curve_options", "must be a dict or None", [3, "cmap", [1]]),
    (ANIMATION, "curve_options", Said("curves holds 'validation_loss': it is kept in training with early_stop"),
        [{"curves": "validation_loss"}]),
    (ANIMATION, "curve_options", Said("plot() got an unexpected keyword argument 'foo'"), [{"foo": 1}]),
    (ANIMATION, "cmap", Said("got ['cmap'], must be some of ['class_names', 'classes'"), ["gray"]),
    (ANIMATION, "classes", "must be a sequence of one or more labels, each of them once", [[0, 0], 3]),
    (SAVING, "animation", "must be an Animation of matplotlib", [None, 3, "learning.gif"]),
    (SAVING, "path", "must be a str or Path", [3, None]),
    (SAVING, "path", "must end in one of ['.gif', '.html']", ["learning", "learning.txt", ""]),
    (SAVING, "fps", "must be a finite number > 0", [0, -1, NAN, INF, "fast", None]),
    (SAVING, "dpi", "must be a finite number > 0", [0, -1, NAN, INF, "high", None]),
    (SNAPSHOTS, "estimator", "must be a SoftmaxRegression, a TinyMLPClassifier, or a Pipeline that ends in one",
        [LogisticRegression(), 3, None, odd_pipeline()[:1]]),
    (SNAPSHOTS, "epochs", "must be an int >= 0 or a sequence of them",
        [NAN, -1, 1.5, None, "ab", [], [-1], [NAN], [[1], [1, 2]], True, np.array(3), {"a": 1}]),
    (SNAPSHOTS, "X", Theirs("Input X contains NaN"), [changed(X, NAN)]),
    (SNAPSHOTS, "y", Theirs("inconsistent numbers of samples"), [y[:-1]]),
    (SNAPSHOTS, "sample_weight", "must be (10,): one for each sample", [np.ones(9)]),
    (SNAPSHOTS, "sample_weight", "must be a finite number >= 0, or (10,) of them", ["a"]),
]
# fmt: on


@pytest.mark.parametrize(("call", "argument", "allowed", "values"), rows(TABLE))
def test_a_bad_value_is_named_with_what_is_allowed(call, argument, allowed, values):
    assert_clear(call, argument, allowed, values)
