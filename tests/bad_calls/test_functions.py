# SPDX-License-Identifier: BSD-3-Clause
"""Bad calls of the functions beside the estimators, and of callbacks."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, find_learning_rate, loss_and_gradient, summary, to_sklearn
from sksoftmax.callbacks import StopAt, ValidationMonitor
from sksoftmax.plotting import LearningRateDisplay
from tests.bad_calls.fitted import INF, NAN, N, X, changed, grid_search, mlp, softmax, softmax_cv, unfitted, y
from tests.bad_calls.table import Call, Said, Theirs, assert_clear, rows


def learning_rates():
    return find_learning_rate(SoftmaxRegression(random_state=0), X, y, learning_rates=[0.1, 0.2], n_epochs=2)


def monitored(X_val, y_val, scoring=None):
    return unfitted().set_callbacks(ValidationMonitor(X_val, y_val, scoring=scoring)).fit(X, y)


FIND = Call(find_learning_rate, estimator=unfitted, X=X, y=y)
NEW_RATES = Call(LearningRateDisplay, learning_rates=[0.1, 0.2], objectives=[1.0, 0.5], best=0.2)
OF_RATES = Call(NEW_RATES, "plot")
RATES_OF = Call(LearningRateDisplay, "from_learning_rates", found=learning_rates)
LAYER = np.zeros((3, X.shape[1])), np.zeros(3)
LOSS = Call(loss_and_gradient, layers=[LAYER], X=X, y=np.arange(N) % 3, activation="identity", l2=0.1)
GAP = Call(softmax, "optimality_gap", X=X, y=y)
CONVERTED, SUMMARY = Call(to_sklearn, estimator=softmax), Call(summary, estimator=softmax)
STOP, MONITORED = Call(StopAt, loss=0.1), Call(monitored, X_val=X, y_val=y)
OTHERS = [3, None, "SoftmaxRegression", LogisticRegression(), SoftmaxRegression, [softmax()], grid_search()]
PIPELINES = [make_pipeline(StandardScaler()), make_pipeline(StandardScaler(), LogisticRegression())]

# fmt: off
TABLE = [
    (FIND, "estimator", "must be a SoftmaxRegression, a TinyMLPClassifier, or a Pipeline that ends in one", OTHERS[:4]),
    (FIND, "estimator", Said("must be a SoftmaxRegression, a TinyMLPClassifier, or a Pipeline"),
        [*OTHERS[4:], *PIPELINES, softmax_cv()]),
    (FIND, "estimator", Said("solver == 'lbfgs', must be 'sgd' or 'adam'"), [SoftmaxRegression(solver="lbfgs")]),
    (FIND, "estimator", Said("The 'l2' parameter of SoftmaxRegression must be"), [SoftmaxRegression(l2=-1)]),
    (FIND, "learning_rates", "must be a sequence of finite numbers > 0",
        [3, [], [0.0], [-1.0], [NAN], [INF], "a", ["a"], [[0.1]], {0: 1}, 1j, [1j], [10**400]]),
    (FIND, "learning_rates", Said("diverges with all learning_rates, from 1e+307 on: try smaller"), [[1e308, 1e307]]),
    (FIND, "n_epochs", "must be an int >= 1", [0, -1, 1.5, "3", None, True, INF]),
    (FIND, "X", Theirs("Expected 2D array"), [X[:, 0], None]),
    (FIND, "X", Theirs("NaN"), [changed(X, NAN)]),
    (FIND, "y", Theirs("inconsistent numbers of samples"), [y[:-1]]),
    (FIND, "y", "at least 2 classes in y; got 1 class", [np.zeros(N)]),
    (FIND, "sample_weight", "must be (30,): one for each sample", [np.ones(3)]),
    (FIND, "sample_weight", "must hold finite numbers >= 0", [-np.ones(N)]),
    (FIND, "sample_weight", "must be a finite number >= 0, or (30,) of them", ["a"]),
    (FIND, "rates", Said("find_learning_rate() got an unexpected keyword argument 'rates'"), [[0.1]]),
    (LOSS, "layers", "must be a list of (W, b), one for each layer", [3, None, [], "ab", [3], [LAYER[0]]]),
    (LOSS, "layers", Said("layers[0] must be numbers W of shape (fan_out, fan_in) and b of shape (fan_out,)"),
        [[LAYER[::-1]], [("a", "b")], [(None, None)]]),
    (LOSS, "layers", Said("layers[1] has W of shape"), [[LAYER, LAYER]]),
    (LOSS, "X", Theirs("Expected 2D array"), [X[:, 0], None]),
    (LOSS, "X", Said("features, must have"), [X[:, :1]]),
    (LOSS, "X", Theirs("NaN"), [changed(X, NAN)]),
    (LOSS, "y", "class indices, one for each sample", [3, None, "a", ["a"] * N, [0, 1]]),
    (LOSS, "y", Said("must hold class indices from 0 to 2"), [np.full(N, 3), np.full(N, 0.5), np.full(N, NAN)]),
    (LOSS, "sample_weight", "must hold finite numbers >= 0", [-np.ones(N)]),
    (LOSS, "activation", "must be a str among", [None, "softplus", 3]),
    (LOSS, "l2", "must be a float in the range", [-1, NAN, "a", None]),
    (NEW_RATES, "learning_rates", "must hold numbers > 0 in ascending order", [[0.0, 1.0], [0.2, 0.1], [0.1, 0.1], []]),
    (NEW_RATES, "learning_rates", "must be a 1-dimensional array of numbers", [3, None, "ab", ["a", "b"], [[0.1]]]),
    (NEW_RATES, "learning_rates", "must hold finite numbers", [[0.1, NAN], [0.1, INF]]),
    (NEW_RATES, "objectives", "must be a 1-dimensional array of numbers", [3, None, "ab", ["a", "b"], [[0.1]]]),
    (NEW_RATES, "objectives", "must be (2,)", [[0.1], [0.1, 0.2, 0.3]]),
    (NEW_RATES, "objectives", Said("objectives holds no finite number"), [[INF, INF], [NAN, NAN]]),
    (NEW_RATES, "best", "must be a finite number > 0", [0, -1, NAN, INF, "a", None, True]),
    (OF_RATES, "color", "must be a colour of matplotlib", ["nope", None, 3]),
    ([OF_RATES, RATES_OF], "ax", "must be an Axes, a Figure or a SubFigure", [3, "abc"]),
    (RATES_OF, "found", "must be what find_learning_rate returns", [3, None, [0.1], softmax(), {"best": 1}]),
    (RATES_OF, "foo", Said("plot() got an unexpected keyword argument 'foo'"), [1]),
    (GAP, "X", Theirs("Expected 2D array"), [X[:, 0], None]),
    (GAP, "X", Theirs("X has 3 features, but"), [X[:, :3]]),
    (GAP, "X", Theirs("NaN"), [changed(X, NAN)]),
    (GAP, "X", Theirs("0 sample(s)"), [X[:0]]),
    (GAP, "y", Theirs("inconsistent numbers of samples"), [y[:-1]]),
    (GAP, "y", "not among classes [0, 1, 2]", [y + 1, ["a"] * N]),
    (GAP, "y", Said("y has no sample of positive weight of the classes [1, 2]"), [np.zeros(N)]),
    (GAP, "sample_weight", "must be (30,): one for each sample", [np.ones(3)]),
    (GAP, "sample_weight", "must hold finite numbers >= 0", [-np.ones(N)]),
    (GAP, "sample_weight", Said("All weights are zero: sample_weight"), [np.zeros(N)]),
    (GAP, "sample_weight", Said("no sample of positive weight of the classes [0]"), [(y > 0) * 1.0]),
    (Call(unfitted, "optimality_gap", X=X, y=y), "X", Theirs("instance is not fitted yet"), [X]),
    (CONVERTED, "estimator", "must be a fitted SoftmaxRegression, SoftmaxRegressionCV or TinyMLPClassifier, or a Pipel",
        [*OTHERS, *PIPELINES]),
    (SUMMARY, "estimator", "must be a fitted SoftmaxRegression or TinyMLPClassifier, or a Pipeline that ends in one",
        [*OTHERS, *PIPELINES, softmax_cv()]),
    ([CONVERTED, SUMMARY], "estimator", Theirs("This SoftmaxRegression instance is not fitted yet"),
        [unfitted(), make_pipeline(StandardScaler(), unfitted())]),
    (STOP, "seconds", "must be a float in the range [0, inf) or None", [-1, NAN, INF, "a", True, [1], 1j]),
    (STOP, "loss", "must be a float in the range [0, inf) or None", [-1, NAN, INF, "a", True, [1], 1j]),
    (STOP, "score", "must be a float in the range [0, 1] or None", [-0.1, 1.1, NAN, INF, "a", True, [1], 1j]),
    (STOP, "loss", Said("StopAt needs one of seconds, loss and score"), [None]),
    (STOP, "epochs", Said("StopAt.__init__() got an unexpected keyword argument 'epochs'"), [3]),
]
OF_MONITORS = [
    (MONITORED, "scoring", "must be one of the names of sklearn.metrics.get_scorer_names(), a callable or None",
        ["foo", "", 3, [], ["accuracy"], {"a": "accuracy"}, NAN]),
    (MONITORED, "scoring", Said("returned 'a', must return a number"), [lambda estimator, X, y: "a"]),
    (MONITORED, "X_val", Theirs("X_val, y_val: Expected 2D array"), [3, None, X[:, 0]]),
    (MONITORED, "X_val", Said("X_val, y_val: X has 3 features, but"), [X[:, :3]]),
    (MONITORED, "X_val", Theirs("X_val, y_val: Input X contains NaN"), [changed(X, NAN)]),
    (MONITORED, "X_val", Theirs("X_val, y_val: Found array with 0 sample(s)"), [X[:0]]),
    (MONITORED, "y_val", Said("X_val, y_val: Found input variables with inconsistent"), [y[:-1]]),
    (MONITORED, "y_val", Said("X_val, y_val: y_true contains values"), [y + 1, ["a"] * N]),
    (MONITORED, "y_val", Said("X_val, y_val: The 'y_true' parameter of log_loss must be an array-like"), [None, 3]),
]
# fmt: on


@pytest.mark.parametrize(("call", "argument", "allowed", "values"), rows(TABLE))
def test_a_bad_value_is_named_with_what_is_allowed(call, argument, allowed, values):
    assert_clear(call, argument, allowed, values)


@pytest.mark.skipif(not hasattr(SoftmaxRegression, "set_callbacks"), reason="callbacks came with scikit-learn 1.9")
@pytest.mark.parametrize(("call", "argument", "allowed", "values"), rows(OF_MONITORS))
def test_a_bad_value_of_a_monitor_is_named_with_what_is_allowed(call, argument, allowed, values):
    assert_clear(call, argument, allowed, values)


@pytest.mark.parametrize("make", [mlp, softmax_cv])
def test_only_the_convex_objective_has_a_gap(make):
    assert not hasattr(make(), "optimality_gap")
