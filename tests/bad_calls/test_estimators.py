# SPDX-License-Identifier: BSD-3-Clause
"""Bad calls of the estimators."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
import sklearn
from sklearn.model_selection import GroupKFold

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, TinyMLPClassifier
from tests.bad_calls.fitted import (
    INF,
    NAN,
    N,
    X,
    changed,
    mlp,
    softmax,
    softmax_cv,
    unfitted,
    unfitted_mlp,
    warm,
    warm_mlp,
    y,
)
from tests.bad_calls.table import Call, Said, Theirs, assert_clear, rows

# Before, labels of bytes are deprecated.
REFUSES_BYTES = tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 7)

FITS = SOFTMAX_FIT, MLP_FIT, CV_FIT = [Call(make, "fit", X=X, y=y) for make in (softmax, mlp, softmax_cv)]
PARTIAL_FIT = Call(softmax, "partial_fit", X=X, y=y)
FIRST_PARTIAL_FIT = Call(unfitted, "partial_fit", X=X, y=y, classes=range(3))
ALL_FITS = [*FITS, PARTIAL_FIT, FIRST_PARTIAL_FIT]
NEW_MLP_FITS = [
    MLP_FIT,
    Call(unfitted_mlp, "partial_fit", X=X, y=y, classes=range(3)),
    Call(unfitted_mlp, "fit_stream", blocks=[(X, y)]),
]
WARM_FIT, WARM_MLP_FIT = Call(warm, "fit", X=X, y=y), Call(warm_mlp, "fit", X=X, y=y)
PREDICTIONS = [
    Call(make, method, X=X)
    for make in (softmax, mlp, softmax_cv)
    for method in ("predict", "predict_proba", "predict_log_proba", "decision_function")
]
SCORES = [Call(make, "score", X=X, y=y) for make in (softmax, softmax_cv)]
NEW_SOFTMAX, NEW_MLP, NEW_CV = map(Call, (SoftmaxRegression, TinyMLPClassifier, SoftmaxRegressionCV))

# fmt: off
TABLE = [
    # Parameters.
    ([SOFTMAX_FIT, MLP_FIT], "l2", "a float in the range [0, inf)",
        [-1.0, NAN, INF, True, None, "0.1", 1j, [0.1], X, {0: 1}, 10**400]),
    (MLP_FIT, "hidden_layer_sizes", "an int >= 1 or a sequence of ints >= 1",
        [0, -3, 2.5, (3, 0), (3, 1.5), "64", None, {3: 3}]),
    (NEW_MLP_FITS, "hidden_layer_sizes",
        "must make at most 576460752303423487 coefficients and intercepts with 4 features and 3 classes",
        [10**18, (10**18,), [3, 2**62], (10**10, 10**10), 10**30]),
    (MLP_FIT, "activation", "a str among {'identity', 'logistic', 'tanh', 'relu'}", ["softplus", None, np.tanh]),
    ([SOFTMAX_FIT, MLP_FIT], "solver", "a str among {'sgd', 'adam', 'lbfgs'}",
        ["newton", "SGD", None, 1, ["sgd"], "auto"]),
    (CV_FIT, "solver", "a str among {'auto', 'sgd', 'adam', 'lbfgs'}", ["newton", "SGD", None, 1, ["sgd"]]),
    (FITS, "batch_size", "a str among {'auto'} or an int in the range [1, inf)", [0, -1, 2.5, "all", None, True]),
    (FITS, "learning_rate", "or a callable (its initial value is called learning_rate_init)",
        ["linear", None, 0.1, ("constant",)]),
    (FITS, "learning_rate_init", "a float in the range (0, inf)",
        [0, -1.0, NAN, INF, "fast", None, 1j, [0.1], 10**400]),
    (FITS, "decay", "a float in the range (0, inf)", [0, -1.0, NAN, INF, "fast", True]),
    (FITS, "decay", "must be < 1 with learning_rate='adaptive'", [1.0, 2.0]),
    (FITS, "decay_epochs", "an int in the range [1, inf)", [0, 1.0, None, "10"]),
    (FITS, "power_t", "a float in the range [0, inf)", [-0.5, NAN, INF, "1", None]),
    (FITS, "momentum", "a float in the range [0, 1)", [-0.1, 1, 1.5, NAN, "0.9", None]),
    (FITS, "nesterovs_momentum", "an instance of 'bool'", [1, "yes", None]),
    (FITS, "max_iter", "an int in the range [1, inf)", [0, -1, 10.0, INF, "10", None]),
    (FITS, "tol", "a float in the range [0, inf) or None", [-1e-3, NAN, INF, "small", True]),
    (FITS, "n_iter_no_change", "an int in the range [1, inf)", [0, 2.5, "5", None, -INF, 10**400]),
    (FITS, "shuffle", "an instance of 'bool'", [1, "yes", None]),
    (FITS, "fit_intercept", "an instance of 'bool'", [0, "no", None]),
    (FITS, "class_weight", "a str among {'balanced'}, an instance of 'dict' or None", ["auto", 2, [1, 1, 1], X]),
    (FITS, "class_weight", "must be a finite number >= 0",
        [{0: "a"}, {0: -1}, {0: NAN}, {0: INF}, {0: None}, {0: [1, 2]}, {0: [1.0]}, {0: 1j}, {0: 10**400}]),
    (FITS, "class_weight", "not among the classes [0, 1, 2]", [{"a": 2}, {7: 1.0}]),
    (FITS, "early_stopping", "an instance of 'bool'", [1, "yes", None]),
    (FITS, "validation_fraction", "a float in the range (0, 1)", [0, 1, 1.5, -0.1, NAN, "0.1", None]),
    ([SOFTMAX_FIT, MLP_FIT], "scoring", "a str among {'loss', 'accuracy'}", ["f1", None, len]),
    ([SOFTMAX_FIT, MLP_FIT], "warm_start", "an instance of 'bool'", [1, "yes", None]),
    (FITS, "init_scale", "a float in the range [0, inf) or None", [-1, NAN, INF, "he"]),
    (MLP_FIT, "init_scale", "must be > 0 or None with hidden layers", [0.0]),
    (FITS, "random_state", "an int in the range [0, 4294967295], an instance of",
        [-1, 1.5, "a", 2**32, np.random, np.random.default_rng(0)]),
    (FITS, "store_minibatch_loss", "an instance of 'bool'", [1, "yes", None]),
    (FITS, "verbose", "an int in the range [0, inf) or an instance of 'bool'", [-1, "yes", None, 0.5]),
    (CV_FIT, "l2s", "an int in the range [1, 576460752303423487] or an array-like of floats >= 0",
        [0, -1, 0.5, [], [-1.0], [NAN], [INF], "10", None, [[0.1]], [[1], [1, 2]], {0.1: 1}, {0.1}, ["a"], [10**400],
         10**18, 10**30]),
    (CV_FIT, "cv", "an int in the range [2, inf), a splitter, an iterable of (train, test) or None",
        [1, 0, -3, 2.5, "5", object(), True, {}]),
    (CV_FIT, "cv", "makes no split", [[]]),
    (CV_FIT, "cv", "cannot split 30 samples",
        [100, GroupKFold(3), [(range(99), [0])], [([0], [1], [2])], [3], [(["a"], [0])]]),
    ([CV_FIT, SCORES[1]], "scoring", "one of the names of sklearn.metrics.get_scorer_names(), a callable or None",
        ["foo", "", ["accuracy"], {}, 3, []]),
    (CV_FIT, "scoring", "must return a number", [lambda *_: "0.5", lambda *_: {"a": 1}, lambda *_: None]),
    (CV_FIT, "selection", "a str among {'best', 'one_standard_error'}", ["first", None, max]),
    (CV_FIT, "n_jobs", "an int other than 0 or None", [0, 1.5, "all"]),
    (CV_FIT, "groups", "an array-like of shape (30,)", [[1, 2], [[0] * N], [[1], [1, 2]], "ab", 3, np.zeros(N + 1)]),
    (SOFTMAX_FIT, "learning_rate", Said("learning_rate(0) == Decimal('0.5'), must be a finite number >= 0"),
        [lambda epoch: Decimal("0.5")]),
    (SOFTMAX_FIT, "learning_rate", Said("learning_rate(0) == 1000000"), [lambda epoch: 10**400]),
    (SOFTMAX_FIT, "learning_rate", Said("learning_rate(0) == nan, must be a finite number >= 0"), [lambda epoch: NAN]),
    (SOFTMAX_FIT, "learning_rate", Said("learning_rate(0) == '1', must be a finite number >= 0"), [lambda epoch: "1"]),
    (SOFTMAX_FIT, "learning_rate", Said("learning_rate(0) == None, must be a finite number >= 0"),
        [lambda epoch: None]),
    # Samples.
    (ALL_FITS, "X", Theirs("NaN"), [changed(X, NAN)]),
    (ALL_FITS, "X", Theirs("infinity"), [changed(X, INF)]),
    (ALL_FITS, "X", Theirs("Expected 2D array"), [X[:, 0]]),
    (ALL_FITS, "X", Theirs("dim 3"), [np.stack([X, X], axis=2)]),
    (ALL_FITS, "X", Theirs("Complex data not supported"), [X + 1j]),
    (ALL_FITS, "X", Theirs("could not convert string to float"), [[["a"] * 4] * N]),
    (ALL_FITS, "X", Theirs("inconsistent numbers of samples"), [X[:-1]]),
    (ALL_FITS[:4], "X", Theirs("0 feature(s)"), [X[:, :0]]),
    (PARTIAL_FIT, "X", Theirs("X has 3 features, but SoftmaxRegression is expecting 4 features"), [X[:, :3]]),
    (ALL_FITS, "y", Theirs("inconsistent numbers of samples"), [y[:-1]]),
    (ALL_FITS, "y", Theirs("y should be a 1d array"), [np.eye(N)]),
    (ALL_FITS, "y", Theirs("Input y contains NaN"), [changed(y.astype(float), NAN)]),
    (ALL_FITS, "y", Theirs("Unknown label type"), [np.linspace(0, 1, N)]),
    (ALL_FITS, "y", Said("y has the dtype object and holds ['int', 'str'], must hold str only"),
        [np.array(["a", 1, 2] * 10, dtype=object)]),
    (ALL_FITS, "y", Said("y has the dtype object and holds ['NoneType', 'str'], must hold str only"),
        [["a", "b", None] * 10]),
    (ALL_FITS, "y", Said("y has the dtype object and holds ['bytes'], must hold str only, or have a dtype of integers"),
        [np.array([b"a", b"b"] * 15, dtype=object)] if REFUSES_BYTES else []),
    (ALL_FITS, "y", Said("y has the dtype object and holds ['int'], must hold str only, or have a dtype of integers"),
        [np.array([1, 10**30] * 15, dtype=object)]),
    (ALL_FITS, "y", Said("y has the dtype object and holds ['date']"), [[date(2020, 1, 1), date(2020, 1, 2)] * 15]),
    (ALL_FITS, "y", Said("Input y contains NaT"), [np.array(["2020", "2021", "NaT"] * 10, "M8[Y]")]),
    (ALL_FITS, "y", Theirs("requires y to be passed, but the target y is None"), [None]),
    (FITS, "y", "at least 2 classes in y; got 1 class", [np.zeros(N), ["a"] * N]),
    ([PARTIAL_FIT, FIRST_PARTIAL_FIT], "y", "not among classes [0, 1, 2]", [y + 1, y - 7, ["a"] * N]),
    (ALL_FITS, "sample_weight", "must be (30,): one for each sample",
        [np.ones(N - 1), np.ones((N, 2)), np.ones((N, 1)), np.ones((1, N))]),
    (ALL_FITS, "sample_weight", Said("sample_weight.shape == (0,), must be (30,): one for each sample"), [[], ()]),
    (ALL_FITS, "sample_weight", "must hold finite numbers >= 0",
        [-1.0, NAN, -np.ones(N), np.full(N, NAN), np.full(N, INF)]),
    (ALL_FITS, "sample_weight", "must be a finite number >= 0, or (30,) of them",
        ["balanced", ["a"] * N, ["1"] * N, np.ones(N) * 1j, {0: 1.0}, [[1], 2], 1j, 10**400]),
    (FITS, "sample_weight", Said("All weights are zero: sample_weight and class_weight leave"), [np.zeros(N), 0]),
    ([*PREDICTIONS, *SCORES], "X", Theirs("NaN"), [changed(X, NAN)]),
    ([*PREDICTIONS, *SCORES], "X", Theirs("Expected 2D array"), [X[:, 0], 3.0]),
    ([*PREDICTIONS, *SCORES], "X", Theirs("X has 3 features, but"), [X[:, :3]]),
    (PREDICTIONS, "X", Theirs("0 sample(s)"), [X[:0]]),
    (SCORES, "y", Theirs("inconsistent numbers of samples"), [y[:-1]]),
    # Going on.
    (FIRST_PARTIAL_FIT, "classes", "a sequence of two or more labels, all of them strings or integers",
        [[[0, 1], [2, 3]], [], [0, None], [0], 3, "ab", {0, 1}, {0: 1, 1: 2}, [0.5, 1.5], [0.0, NAN], [0.0, INF],
         [0, "a"], [[0], [1, 2]], [0, 1j], [b"a", b"b"], np.eye(3)]),
    (FIRST_PARTIAL_FIT, "classes", Said("classes must be passed on the first call to partial_fit"), [None]),
    (PARTIAL_FIT, "classes", "must be those that the model has: [0, 1, 2]",
        [[0, 1], [0, 1, 2, 3], [1, 2, 3], ["a", "b", "c"], range(2)]),
    (PARTIAL_FIT, "solver", "must be 'sgd' or 'adam' for partial_fit", ["lbfgs"]),
    (PARTIAL_FIT, "solver", "a str among {'sgd', 'adam', 'lbfgs'}", ["newton", None]),
    (PARTIAL_FIT, "class_weight", "must be a dict or None for partial_fit", ["balanced"]),
    (PARTIAL_FIT, "class_weight", "a str among {'balanced'}, an instance of 'dict' or None", ["auto", 3]),
    (PARTIAL_FIT, "early_stopping", "must be False for partial_fit", [True]),
    (WARM_FIT, "X", Said("warm_start=True cannot go on: X has 3 features, had 4. To start"), [X[:, :3]]),
    (WARM_FIT, "y", Said("warm_start=True cannot go on: y lacks the classes [2]. To"), [y % 2]),
    (WARM_FIT, "y", Said("y has the new classes [3]; y lacks the classes [0]"), [y + 1]),
    (WARM_FIT, "y", Said("y has the new classes ['a', 'b']"), [["a", "b"] * 15]),
    (WARM_FIT, "fit_intercept", "an instance of 'bool'", ["no"]),
    (WARM_MLP_FIT, "hidden_layer_sizes", "was (3,)", [(4,), (3, 3), ()]),
    (WARM_MLP_FIT, "activation", "was 'relu'", ["tanh"]),
    # Unfitted models.
    (Call(unfitted, "predict"), "X", Theirs("This SoftmaxRegression instance is not fitted yet"), [X]),
    # Arguments that there are not.
    (NEW_SOFTMAX, "C", Said("argument 'C'. 1 / (n_samples * C) is called l2 here"), [1.0]),
    (NEW_SOFTMAX, "alpha", Said("alpha is called l2 here"), [1.0]),
    (NEW_SOFTMAX, "penalty", Said("The weight of the penalty is called l2 here"), ["l2"]),
    (NEW_SOFTMAX, "eta0", Said("eta0 is called learning_rate_init here"), [0.1]),
    (NEW_SOFTMAX, "dropout", Said("SoftmaxRegression.__init__() got an unexpected keyword argument 'dropout'"), [0.1]),
    (NEW_MLP, "alpha", Said("argument 'alpha'. alpha is called l2 here"), [1.0]),
    (NEW_CV, "Cs", Said("argument 'Cs'. 1 / (n_samples * C) is called l2s here"), [10]),
    (NEW_CV, "l2", Said("SoftmaxRegressionCV.__init__() got an unexpected keyword argument 'l2'. l2 is called l2s"),
        [10]),
    (SOFTMAX_FIT, "epochs", Said("SoftmaxRegression.fit() got an unexpected keyword argument 'epochs'"), [3]),
    (SOFTMAX_FIT, "X_val", Said("X_val without y_val: pass both X_val and y_val."), [X]),
    (SOFTMAX_FIT, "y_val", Said("y_val without X_val: pass both X_val and y_val."), [y]),
    (MLP_FIT, "epochs", Said("TinyMLPClassifier.fit() got an unexpected keyword argument 'epochs'"), [3]),
    (MLP_FIT, "X_val", Said("X_val without y_val: pass both X_val and y_val."), [X]),
    (MLP_FIT, "y_val", Said("y_val without X_val: pass both X_val and y_val."), [y]),
    (CV_FIT, "X_val", Said("SoftmaxRegressionCV.fit() got an unexpected keyword argument 'X_val'"), [X]),
    (PARTIAL_FIT, "epochs", Said("SoftmaxRegression.partial_fit() got an unexpected keyword argument 'epochs'"), [3]),
    (PREDICTIONS[:1], "y", Said("SoftmaxRegression.predict() got an unexpected keyword argument 'y'"), [y]),
    (PREDICTIONS[5:6], "y", Said("TinyMLPClassifier.predict_proba() got an unexpected keyword argument 'y'"), [y]),
    (PREDICTIONS[11:], "y", Said("SoftmaxRegressionCV.decision_function() got an unexpected keyword argument"), [y]),
]
# fmt: on


@pytest.mark.parametrize(("call", "argument", "allowed", "values"), rows(TABLE))
def test_a_bad_value_is_named_with_what_is_allowed(call, argument, allowed, values):
    assert_clear(call, argument, allowed, values)
