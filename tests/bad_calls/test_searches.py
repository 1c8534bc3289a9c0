# SPDX-License-Identifier: BSD-3-Clause
"""Bad calls of the searches, and of what chooses from their tables."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, VectorizedGridSearchCV, one_standard_error
from tests.bad_calls.fitted import INF, NAN, RESULTS, N, X, changed, grid_search, random_search, table_of, y
from tests.bad_calls.table import Call, Said, Theirs, assert_clear, rows

FITS = GRID_FIT, RANDOM_FIT = [Call(make, "fit", X=X, y=y) for make in (grid_search, random_search)]
NEW_SEARCH = Call(VectorizedGridSearchCV, estimator=SoftmaxRegression(), param_grid={})
CHOICE = Call(one_standard_error, cv_results=RESULTS)
PIPELINES = [make_pipeline(StandardScaler(), last) for last in (LogisticRegression(), grid_search(), "passthrough")]

# fmt: off
TABLE = [
    # Parameters.
    (FITS, "estimator", "must be a SoftmaxRegression, a TinyMLPClassifier, or a pipeline that ends in one.\nFor other "
        "estimators use scikit-learn's", [LogisticRegression(), grid_search(), 3, None, "SoftmaxRegression"]),
    (FITS, "estimator", "Pipeline that ends in a ", PIPELINES),
    (FITS, "estimator", Said("estimator must be an instance, got the class SoftmaxRegression"), [SoftmaxRegression]),
    (GRID_FIT, "param_grid", Theirs("Parameter grid"), [{"l2": 0.1}, {"l2": []}, {"l2": "ab"}, [1], 3]),
    (GRID_FIT, "param_grid", Said("* C) is called l2 here."), [{"C": [1.0]}]),
    (GRID_FIT, "param_grid", Said("there is no candidate"), [[]]),
    (RANDOM_FIT, "param_distributions", Theirs("Parameter"), [{"l2": 0.1}, [1], 3]),
    (RANDOM_FIT, "param_distributions", Theirs("Invalid parameter 'C' for estimator SoftmaxRegression"),
        [{"C": [1.0]}]),
    (RANDOM_FIT, "n_iter", "an int in the range [1, inf)", [0, -1, 2.5, None, "10", INF]),
    (RANDOM_FIT, "random_state", "an instance of 'numpy.random.mtrand.RandomState' or None", ["a", -1, 1.5, 2**32]),
    (FITS, "scoring", "one of the names of sklearn.metrics.get_scorer_names(), a callable, a list, tuple or set",
        ["foo", "", [], {}, (), 3, NAN]),
    (FITS, "scoring", "must hold names of sklearn.metrics.get_scorer_names()",
        [["accuracy", "foo"], ("accuracy", 3), ["accuracy", None], {"a": "accuracy", "b": "foo"}, {"a": 3}, [["f1"]]]),
    (FITS, "scoring", Said("refit == True, must be one of ['accuracy', 'neg_log_loss'], a callable or False"),
        [["accuracy", "neg_log_loss"]]),
    (FITS, "refit", "an instance of 'bool', an instance of 'str' or a callable", [None, 1, ["accuracy"]]),
    (FITS, "cv", "an int in the range [2, inf), a splitter, an iterable of (train, test) or None",
        [1, 0, -3, 2.5, "5", object(), True, {}]),
    (FITS, "cv", "makes no split", [[]]),
    (FITS, "cv", "cannot split 30 samples",
        [100, GroupKFold(3), [(range(99), [0])], [([0], [1], [2])], [3], [(["a"], [0])]]),
    (FITS, "n_jobs", "an int other than 0 or None", [0, 1.5, "all"]),
    (FITS, "verbose", "an int in the range [0, inf) or an instance of 'bool'", [-1, "yes", None]),
    (FITS, "pre_dispatch", "an int in the range [1, inf), a str among {'all'} or a product of n_jobs",
        [0, -1, 2.5, "foo", "", None, "print(3)"]),
    (FITS, "error_score", "a str among {'raise'} or a number", ["zero", None, [0.0], 1j]),
    (FITS, "return_train_score", "an instance of 'bool'", ["yes", 1, None]),
    # Samples.
    (FITS, "groups", "an array-like of shape (30,)", [[1, 2], [[0] * N], [[1], [1, 2]], "ab", 3, np.zeros(N + 1)]),
    (FITS, "sample_weight", "must be (30,): one for each sample", [np.ones(N - 1), np.ones((N, 2))]),
    (FITS, "sample_weight", "must hold finite numbers >= 0", [-np.ones(N), np.full(N, NAN)]),
    (FITS, "sample_weight", "must be a finite number >= 0, or (30,) of them", ["balanced", ["a"] * N, {0: 1.0}]),
    (FITS, "X", Theirs("NaN"), [changed(X, NAN)]),
    (FITS, "X", Theirs("inconsistent numbers of samples"), [X[:-1]]),
    (FITS, "X", Theirs("Expected 2D array"), [X[:, 0]]),
    (FITS, "y", Theirs("inconsistent numbers of samples"), [y[:-1]]),
    (FITS, "y", "at least 2 classes in y; got 1 class", [np.zeros(N)]),
    (FITS, "y", Theirs("Unknown label type"), [np.linspace(0, 1, N)]),
    (FITS, "y", Theirs("requires y to be passed, but the target y is None"), [None]),
    (GRID_FIT, "weights", Said("VectorizedGridSearchCV.fit got unexpected parameters ['weights']"), [np.ones(N)]),
    (RANDOM_FIT, "weights", Said("VectorizedRandomizedSearchCV.fit got unexpected parameters ['weights']"),
        [np.ones(N)]),
    (NEW_SEARCH, "param", Said("VectorizedGridSearchCV.__init__() got an unexpected keyword argument 'param'"),
        [{"l2": [1]}]),
    # The choice from a table.
    (CHOICE, "cv_results", "must be the dict cv_results_ of a search", [None, 3, [RESULTS], grid_search()]),
    (CHOICE, "cv_results", "must have 'params'", [{}, {"mean_test_score": [0.5]}]),
    (CHOICE, "cv_results", Said("No candidate has a score by 'score'"), [table_of([NAN, NAN], l2=[0.1, 1.0])]),
    (CHOICE, "cv_results", Said("param == 'l2' must be a number in the best candidate"),
        [table_of([0.5, 0.5], l2=["a", "b"])]),
    (CHOICE, "cv_results", Said("param == None, must be one of ['tol']"), [table_of([0.5, 0.5], tol=[0.1, 1.0])]),
    (CHOICE, "param", "must be one of ['l2']", ["C", 3, "param_l2", ["l2"]]),
    (CHOICE, "metric", "must be one of ['score']", ["accuracy", None, 3]),
    (CHOICE, "simpler", "must be 'larger' or 'smaller'", ["more", None, max, True]),
]
# fmt: on


@pytest.mark.parametrize(("call", "argument", "allowed", "values"), rows(TABLE))
def test_a_bad_value_is_named_with_what_is_allowed(call, argument, allowed, values):
    assert_clear(call, argument, allowed, values)
