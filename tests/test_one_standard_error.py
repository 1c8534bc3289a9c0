# SPDX-License-Identifier: BSD-3-Clause
from functools import partial

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from sksoftmax import SoftmaxRegression, VectorizedGridSearchCV, one_standard_error


def table(scores, params, metric="score"):
    scores = np.array(scores, dtype=float)
    columns = {f"split{i}_test_{metric}": column for i, column in enumerate(scores.T)}
    names = {f"param_{name}": [candidate.get(name) for candidate in params] for name in params[0]}
    return {**columns, **names, "params": params, f"mean_test_{metric}": scores.mean(axis=1)}


def test_the_largest_value_within_one_standard_error_is_taken():
    # The best mean is 0.9, with a sample deviation of 0.2 and a standard error of 0.1.
    scores = [[0.5] * 4, [1.0731, 1.0731, 0.7269, 0.7269], [0.81] * 4, [0.79] * 4]
    l2s = [{"l2": l2} for l2 in (0.001, 0.01, 0.1, 1.0)]
    assert np.std(scores[1], ddof=1) / 2 == pytest.approx(0.1, abs=1e-4)
    assert one_standard_error(table(scores, l2s)) == 2
    assert one_standard_error(table(scores[::-1], l2s[::-1])) == 1


def test_the_standard_error_is_that_of_the_best():
    scores = [[0.9, 0.9], [0.0, 1.7]]
    assert one_standard_error(table(scores, [{"l2": 0.1}, {"l2": 1.0}])) == 0


def test_other_parameters_stay_those_of_the_best():
    params = [{"l2": l2, "momentum": mu} for mu in (0.0, 0.9) for l2 in (0.1, 1.0, 10.0)]
    scores = [[0.9, 0.9], [0.9, 0.9], [0.9, 0.9], [0.8, 1.02], [0.8, 1.0], [0.1, 0.1]]
    assert one_standard_error(table(scores, params)) == 4


def test_a_single_split_has_no_error():
    assert one_standard_error(table([[0.9], [0.89]], [{"l2": 0.1}, {"l2": 1.0}])) == 0


def test_failed_candidates_are_never_chosen():
    assert one_standard_error(table([[np.nan, np.nan], [0.5, 0.6]], [{"l2": 10.0}, {"l2": 1.0}])) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"param": "C"}, r"param == 'C', must be one of \['l2'\]"),
        ({"metric": "accuracy"}, r"metric == 'accuracy', must be one of \['score'\].*partial"),
        ({"simpler": "more"}, "simpler == 'more', must be 'larger' or 'smaller'"),
    ],
)
def test_an_unknown_parameter_or_metric_is_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        one_standard_error(table([[0.9, 0.9]], [{"l2": 0.1}]), **options)


def test_candidates_without_the_parameter_are_passed_over():
    params = [{"momentum": 0.5}, {"l2": 0.1}, {"l2": 1.0}]
    scores = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.9]]
    results = {**table(scores, params), "param_l2": None}
    assert one_standard_error(results) == 2
    with pytest.raises(ValueError, match="must be a number in the best candidate"):
        one_standard_error({**table(scores[::-1], params), "param_l2": None})


def test_values_that_are_no_numbers_are_an_error():
    with pytest.raises(ValueError, match=r"param == 'solver' must be a number .* got \['sgd', 'adam'\]"):
        one_standard_error(table([[0.9], [0.9]], [{"solver": "sgd"}, {"solver": "adam"}]), param="solver")


def test_other_parameters_may_be_arrays():
    params = [{"l2": l2, "sizes": np.array([3, 2])} for l2 in (0.1, 1.0)]
    assert one_standard_error(table([[0.9], [0.9]], params)) == 1


def test_a_search_in_the_place_of_its_table_is_an_error():
    with pytest.raises(TypeError, match="must be the dict cv_results_ of a search, got GridSearchCV"):
        one_standard_error(GridSearchCV(LogisticRegression(), {}))


def test_smaller_values_may_be_the_simpler_ones():
    scores, units = [[0.5] * 2, [0.8, 0.9], [0.8, 1.0]], [{"units": n} for n in (4, 8, 16)]
    assert one_standard_error(table(scores, units), param="units", simpler="smaller") == 1


def test_no_scores_at_all_are_an_error():
    with pytest.raises(ValueError, match="No candidate has a score"):
        one_standard_error(table([[np.nan, np.nan]], [{"l2": 0.1}]))


def test_a_search_refits_the_candidate(iris):
    model = SoftmaxRegression(max_iter=10, tol=None, random_state=0)
    search = VectorizedGridSearchCV(model, {"l2": np.logspace(-4, 0, 5)}, refit=one_standard_error).fit(*iris)
    mean = search.cv_results_["mean_test_score"]
    assert search.best_estimator_.l2 == search.best_params_["l2"] > search.cv_results_["params"][mean.argmax()]["l2"]
    choose = partial(one_standard_error, param="tol")
    other = GridSearchCV(LogisticRegression(max_iter=1000), {"tol": [1e-4, 1e-1]}, refit=choose, cv=3).fit(*iris)
    assert other.best_params_["tol"] in (1e-4, 1e-1)
