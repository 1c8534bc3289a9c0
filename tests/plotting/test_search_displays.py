# SPDX-License-Identifier: BSD-3-Clause
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.stats import loguniform, uniform
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import (
    SoftmaxRegression,
    SoftmaxRegressionCV,
    TinyMLPClassifier,
    VectorizedGridSearchCV,
    VectorizedRandomizedSearchCV,
    one_standard_error,
)
from sksoftmax.plotting import SearchCurveDisplay, SearchHeatmapDisplay
from tests.parameters import slow

L2S = np.logspace(-4, 1, 6)


@pytest.fixture(scope="module")
def search(datasets):
    model = SoftmaxRegression(max_iter=8, tol=None, random_state=0)
    return VectorizedGridSearchCV(model, {"l2": L2S[::-1]}).fit(*datasets["iris"])


@pytest.fixture(scope="module")
def wide_search(datasets):
    model = SoftmaxRegression(max_iter=5, tol=None, random_state=0)
    grid = {"l2": L2S, "momentum": [0.9, 0.0], "batch_size": [16, 64]}
    scoring = {"hits": "accuracy", "loss": "neg_log_loss"}
    return VectorizedGridSearchCV(model, grid, scoring=scoring, refit="loss", cv=3).fit(*datasets["iris"])


def test_the_curve_is_the_mean_and_the_spread_of_the_splits(search):
    display = SearchCurveDisplay.from_estimator(search)
    mean, spread = search.cv_results_["mean_test_score"][::-1], search.cv_results_["std_test_score"][::-1]
    x, y = display.line_.get_data()
    np.testing.assert_allclose(x, L2S)
    np.testing.assert_allclose(y, mean)
    vertices = display.fill_.get_paths()[0].vertices
    for value, middle, deviation in zip(L2S, mean, spread):
        heights = vertices[np.isclose(vertices[:, 0], value), 1]
        assert heights.min() == pytest.approx(middle - deviation)
        assert heights.max() == pytest.approx(middle + deviation)
    assert display.ax_.get_xscale() == "log"
    assert display.ax_.get_xlabel() == "l2"


def test_the_choice_and_the_simplest_as_good_are_marked(search):
    display = SearchCurveDisplay.from_estimator(search)
    assert display.best_.get_xdata()[0] == search.best_params_["l2"]
    assert display.best_.get_ydata()[0] == pytest.approx(search.best_score_)
    simplest = search.cv_results_["params"][one_standard_error(search.cv_results_)]["l2"]
    assert display.one_standard_error_.get_xdata()[0] == simplest
    splits = [search.cv_results_[f"split{i}_test_score"][search.best_index_] for i in range(5)]
    threshold = search.best_score_ - np.std(splits, ddof=1) / np.sqrt(5)
    assert display.threshold_.get_ydata()[0] == pytest.approx(threshold)
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels[-1] == f"choice: {search.best_params_['l2']:.3g}"
    assert labels[-2] == f"simplest within 1 standard error: {simplest:.3g}"


def test_softmax_regression_cv_is_drawn(iris):
    clf = SoftmaxRegressionCV(L2S, max_iter=8, tol=None, random_state=0).fit(*iris)
    display = SearchCurveDisplay.from_estimator(clf)
    np.testing.assert_allclose(display.line_.get_ydata(), clf.scores_.mean(axis=0))
    assert display.best_.get_xdata()[0] == clf.l2_


@pytest.mark.slow
def test_other_parameters_keep_the_values_of_the_choice(wide_search):
    display = SearchCurveDisplay.from_estimator(wide_search)
    results, best = wide_search.cv_results_, wide_search.best_params_
    mean = [
        results["mean_test_loss"][i]
        for i, params in enumerate(results["params"])
        if (params["momentum"], params["batch_size"]) == (best["momentum"], best["batch_size"])
    ]
    np.testing.assert_allclose(display.line_.get_ydata(), mean)
    assert display.ax_.get_ylabel() == "loss"
    by_hits = SearchCurveDisplay.from_estimator(wide_search, metric="hits")
    assert by_hits.best_.get_xdata()[0] == best["l2"]


def test_a_table_of_scikit_learn_is_drawn(iris):
    found = GridSearchCV(LogisticRegression(tol=1e-2, max_iter=2000), {"C": [0.1, 1.0, 2.0]}, cv=3).fit(*iris)
    display = SearchCurveDisplay.from_cv_results(found.cv_results_, param="C")
    np.testing.assert_allclose(display.line_.get_ydata(), found.cv_results_["mean_test_score"])


@pytest.mark.slow
def test_the_only_parameter_is_drawn_and_of_several_the_penalty(iris):
    found = GridSearchCV(LogisticRegression(max_iter=2000), {"C": [0.1, 1.0]}).fit(*iris)
    assert SearchCurveDisplay.from_estimator(found).param == "C"
    pipeline = Pipeline([("scale", StandardScaler()), ("clf", SoftmaxRegression(max_iter=3, tol=None))])
    for grid in ({"clf__l2": [0.1, 1.0]}, {"clf__l2": [0.1, 1.0], "clf__momentum": [0.0, 0.9]}):
        found = GridSearchCV(pipeline, grid, refit=one_standard_error).fit(*iris)
        display = SearchCurveDisplay.from_estimator(found)
        assert display.param == "clf__l2"
        assert display.one_standard_error == display.best
        assert found.best_index_ == one_standard_error(found.cv_results_, param="clf__l2")
    with pytest.raises(ValueError, match=r"param == 'l2', must be one of \['clf__l2', 'clf__momentum'\]"):
        SearchCurveDisplay.from_estimator(found, param="l2")


@pytest.mark.parametrize(
    ("values", "scale"), [([0.0, 1e-3, 1.0], "symlog"), ([1.0, 2.0, 3.0], "linear"), ([1e-3, 1.0], "log")]
)
def test_the_axis_suits_the_values(values, scale):
    scores = np.tile(np.arange(len(values)), (2, 1)).T / 10
    display = SearchCurveDisplay(values, scores, param="l2", metric="score", best=0, one_standard_error=1).plot()
    assert display.ax_.get_xscale() == scale


@pytest.mark.slow
def test_each_cell_is_the_best_score_of_its_pair(wide_search):
    display = SearchHeatmapDisplay.from_estimator(wide_search, params=("momentum", "l2"))
    results = wide_search.cv_results_
    assert display.image_.get_array().shape == (2, 6)
    for row, momentum in enumerate([0.0, 0.9]):
        for column, l2 in enumerate(L2S):
            scores = [
                score
                for score, params in zip(results["mean_test_loss"], results["params"])
                if (params["momentum"], params["l2"]) == (momentum, l2)
            ]
            assert display.image_.get_array()[row, column] == max(scores)
    assert [text.get_text() for text in display.texts_] == [f"{score:.3f}" for score in display.scores.ravel()]
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["0", "0.9"]
    assert [label.get_text() for label in display.ax_.get_xticklabels()] == [f"{l2:.3g}" for l2 in L2S]


def test_the_chosen_cell_is_framed(wide_search):
    display = SearchHeatmapDisplay.from_estimator(wide_search, params=("momentum", "l2"))
    best = wide_search.best_params_
    row, column = [0.0, 0.9].index(best["momentum"]), L2S.tolist().index(best["l2"])
    assert display.best == (row, column)
    assert display.best_.get_xy() == (column - 0.5, row - 0.5)


def test_pairs_without_a_candidate_stay_empty(iris):
    grid = [{"l2": [0.1, 1.0], "momentum": [0.0]}, {"l2": [0.1], "momentum": [0.9]}]
    found = VectorizedGridSearchCV(SoftmaxRegression(max_iter=3, tol=None, random_state=0), grid).fit(*iris)
    display = SearchHeatmapDisplay.from_estimator(found)
    assert np.isnan(display.scores[1, 1])
    assert len(display.texts_) == 3


@pytest.mark.parametrize("values_format", [None, slow(".1f")])
def test_the_numbers_have_the_given_format(values_format, wide_search):
    display = SearchHeatmapDisplay.from_estimator(wide_search, params=("batch_size", "l2"), values_format=values_format)
    texts = [text.get_text() for text in display.texts_]
    assert texts == ([] if values_format is None else [f"{score:.1f}" for score in display.scores.ravel()])


def test_displays_draw_into_given_axes_and_again(search, wide_search):
    _, (left, right) = plt.subplots(1, 2)
    curve = SearchCurveDisplay.from_estimator(search, ax=left)
    heat_map = SearchHeatmapDisplay.from_estimator(wide_search, params=("momentum", "l2"), ax=right, colorbar=False)
    assert (curve.ax_, heat_map.ax_) == (left, right)
    assert curve.figure_ is heat_map.figure_ is left.figure
    assert heat_map.colorbar_ is None
    assert curve.plot(color="k").ax_ is not left
    assert heat_map.plot().colorbar_ is not None


@pytest.mark.parametrize("display", [SearchCurveDisplay, SearchHeatmapDisplay])
def test_an_unfitted_search_says_so(display):
    with pytest.raises(NotFittedError):
        display.from_estimator(VectorizedGridSearchCV(SoftmaxRegression(), {"l2": L2S}))


def test_what_does_not_fit_is_an_error_that_names_it(search, wide_search, iris):
    with pytest.raises(ValueError, match=r"param == 'momentum', must be one of \['l2'\]"):
        SearchCurveDisplay.from_estimator(search, param="momentum")
    with pytest.raises(ValueError, match=r"metric == 'f1', must be one of \['hits', 'loss'\]"):
        SearchCurveDisplay.from_estimator(wide_search, metric="f1")
    with pytest.raises(ValueError, match=r"params == None, must be two of \['l2'\]. SearchCurveDisplay draws"):
        SearchHeatmapDisplay.from_estimator(search)
    with pytest.raises(ValueError, match=r"params == .*, must be two of"):
        SearchHeatmapDisplay.from_estimator(wide_search, params=("l2", "tol"))
    with pytest.raises(TypeError, match="SoftmaxRegression is no search"):
        SearchCurveDisplay.from_estimator(SoftmaxRegression().fit(*iris))
    with pytest.raises(ValueError, match="simpler == 'bigger', must be"):
        SearchCurveDisplay.from_estimator(search, simpler="bigger")


def test_values_that_are_no_numbers_stand_side_by_side(iris):
    model = SoftmaxRegression(max_iter=2, tol=None, random_state=0)
    found = VectorizedGridSearchCV(model, {"learning_rate": ["constant", "cosine"]}).fit(*iris)
    display = SearchCurveDisplay.from_estimator(found, param="learning_rate")
    np.testing.assert_allclose(display.line_.get_ydata(), found.cv_results_["mean_test_score"])
    assert [label.get_text() for label in display.ax_.get_xticklabels()] == ["constant", "cosine"]
    assert display.one_standard_error_ is display.threshold_ is None


@pytest.mark.parametrize("simpler", ["larger", "smaller", None])
def test_what_is_simpler_can_be_said(simpler, wide_search):
    display = SearchCurveDisplay.from_estimator(wide_search, param="batch_size", simpler=simpler)
    assert (display.one_standard_error_ is None) == (simpler is None)
    if simpler is not None:
        choose = max if simpler == "larger" else min
        mean, error = display.scores.mean(axis=1), display.scores.std(axis=1, ddof=1) / np.sqrt(3)
        good = [v for v, m in zip(display.values, mean) if m >= mean.max() - error[mean.argmax()]]
        assert display.one_standard_error_.get_xdata()[0] == choose(good)


def test_candidates_of_a_random_search_are_points(iris):
    model = SoftmaxRegression(max_iter=3, tol=None, random_state=0)
    draws = {"l2": loguniform(1e-4, 1), "momentum": uniform(0, 0.9)}
    found = VectorizedRandomizedSearchCV(model, draws, n_iter=7, random_state=0).fit(*iris)
    display = SearchCurveDisplay.from_estimator(found)
    assert display.line_.get_linestyle() == "None"
    assert sorted(display.line_.get_xdata()) == sorted(found.cv_results_["param_l2"])
    assert display.best_.get_xdata()[0] == found.best_params_["l2"]
    assert display.fill_ is display.one_standard_error_ is None


def test_a_search_at_the_end_of_a_pipeline_is_drawn(iris):
    model = SoftmaxRegression(max_iter=2, tol=None, random_state=0)
    found = VectorizedGridSearchCV(model, {"l2": L2S}, scoring="neg_log_loss")
    pipeline = make_pipeline(StandardScaler(), found).fit(*iris)
    display = SearchCurveDisplay.from_estimator(pipeline)
    assert display.ax_.get_ylabel() == "log-loss"


def test_several_curves_in_one_picture_are_told_apart(search):
    _, ax = plt.subplots()
    for label, color in {"one": "C0", "two": "C1"}.items():
        display = SearchCurveDisplay.from_estimator(search, ax=ax, label=label, color=color)
        assert {line.get_color() for line in (display.line_, display.best_, display.threshold_)} == {color}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one", "two"]


def test_a_heat_map_of_a_table_is_the_same(wide_search):
    table = {name: column for name, column in wide_search.cv_results_.items() if name != "param_batch_size"}
    display = SearchHeatmapDisplay.from_cv_results(table, metric="loss", im_kw={"vmin": -2.0})
    assert display.params == ("momentum", "l2")
    assert display.image_.get_clim()[0] == -2.0
    with pytest.raises(ValueError, match=r"metric == 'score', must be one of \['hits', 'loss'\]"):
        SearchHeatmapDisplay.from_cv_results(table)


def test_tables_of_odd_parameters_are_drawn(iris):
    model = TinyMLPClassifier(max_iter=2, tol=None, random_state=0)
    grid = {"hidden_layer_sizes": [np.array([3]), np.array([2, 2]), 4], "tol": [None, 0.1]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = VectorizedGridSearchCV(model, grid).fit(*iris)
    assert SearchHeatmapDisplay.from_estimator(found).scores.shape == (2, 3)
    assert len(SearchCurveDisplay.from_estimator(found, param="tol").values) == 2
    assert len(SearchCurveDisplay.from_estimator(found, param="hidden_layer_sizes").values) == 3


def test_lists_of_grids_are_drawn_or_an_error(iris):
    model = SoftmaxRegression(max_iter=2, tol=None, random_state=0)
    found = VectorizedGridSearchCV(model, [{"momentum": [0.5]}, {"l2": [0.1, 1.0]}], refit=lambda results: 1).fit(*iris)
    assert SearchCurveDisplay.from_estimator(found).values == [0.1, 1.0]
    with pytest.raises(ValueError, match="no candidate has both"):
        SearchHeatmapDisplay.from_estimator(found)
    with pytest.raises(ValueError, match=r"best_index == 0, must be a candidate that has the parameter"):
        SearchCurveDisplay.from_cv_results(found.cv_results_, best_index=0)


@pytest.fixture(scope="module")
def pipeline_search(datasets):
    pipeline = Pipeline(
        [("scaler", StandardScaler()), ("clf", SoftmaxRegression(max_iter=5, tol=None, random_state=0))]
    )
    grid = {"scaler__with_mean": [True, False], "clf__l2": L2S, "clf__momentum": [0.0, 0.5, 0.9]}
    return VectorizedGridSearchCV(pipeline, grid, scoring="neg_log_loss", cv=2).fit(*datasets["iris"])


@pytest.mark.slow
def test_losses_are_drawn_as_such(pipeline_search):
    curve = SearchCurveDisplay.from_estimator(pipeline_search)
    (best,) = curve.best_.get_ydata()
    assert best == pytest.approx(-pipeline_search.best_score_)
    assert best == pytest.approx(curve.line_.get_ydata().min())
    assert curve.threshold_.get_ydata()[0] > best
    assert "best mean + 1 standard error" in [text.get_text() for text in curve.ax_.get_legend().get_texts()]
    heat_map = SearchHeatmapDisplay.from_estimator(pipeline_search, params=("clf__momentum", "clf__l2"))
    assert heat_map.colorbar_.ax.get_ylabel() == "mean log-loss"
    row, column = heat_map.best
    assert heat_map.image_.get_array()[row, column] == pytest.approx(-pipeline_search.best_score_)
    # The best has the last colour in both directions.
    assert heat_map.image_.cmap(heat_map.image_.norm(-pipeline_search.best_score_)) == plt.get_cmap("cividis")(1.0)


def test_the_parameters_of_a_pipeline_are_found(pipeline_search, iris):
    assert SearchCurveDisplay.from_estimator(pipeline_search).param == "clf__l2"
    grid = {"clf__l2": L2S, "clf__momentum": [0.0, 0.9]}
    search = VectorizedGridSearchCV(pipeline_search.estimator, grid, cv=2).fit(*iris)
    display = SearchHeatmapDisplay.from_estimator(search)
    assert display.params == ("clf__momentum", "clf__l2")
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("l2", "momentum")


def heat_map_of(scores, **options):
    n = len(scores)
    names = {"rows": ["a"], "columns": [str(i) for i in range(n)], "params": ("p", "q"), "metric": "score"}
    return SearchHeatmapDisplay([scores], **names, best=(0, int(np.nanargmax(scores)))).plot(**options)


@pytest.mark.slow
def test_one_bad_cell_does_not_hide_nine_good_ones():
    good = np.linspace(0.9, 0.95, 9)
    display = heat_map_of([*good, 0.1])
    assert display.image_.get_clim() == (0.9, 0.95)
    assert display.colorbar_.extend == "min"
    assert [text.get_text() for text in display.texts_][-1] == "0.100"
    whole = heat_map_of([*good, 0.1], percentile=100)
    assert whole.image_.get_clim() == (0.1, 0.95)
    assert whole.colorbar_.extend == "neither"
    # Of few cells none is left out, and the user's word is the last.
    assert heat_map_of(good).image_.get_clim() == (0.9, 0.95)
    assert heat_map_of([*good, 0.1], im_kw={"vmin": 0.5}).image_.get_clim() == (0.5, 0.95)
    with pytest.raises(ValueError, match="percentile == 0, must be"):
        heat_map_of(good, percentile=0)
