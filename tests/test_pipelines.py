# SPDX-License-Identifier: BSD-3-Clause
"""Pipelines in the vectorised searches, against scikit-learn's."""

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_backend
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.exceptions import FitFailedWarning
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold, RandomizedSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler

from sksoftmax import TinyMLPClassifier, VectorizedGridSearchCV, VectorizedRandomizedSearchCV
from tests.parameters import slow
from tests.test_search import L2S, assert_same_results, assert_same_search, quick

NUMBERS = ["length", "width", "height", "weight"]


@pytest.fixture(scope="module")
def table():
    """A frame with missing values and categories, labels that are strings, sample weights and groups."""
    rng = np.random.RandomState(0)
    classes = rng.randint(0, 3, 90)
    X = pd.DataFrame(rng.normal(size=(90, 4)) * [1, 10, 0.1, 3] + classes[:, None], columns=NUMBERS)
    X = X.mask(rng.uniform(size=X.shape) < 0.1)
    X["colour"] = np.where(rng.uniform(size=90) < 0.5, "red", np.array(["blue", "green", "red"])[classes])
    return X, np.array(["ant", "bee", "cow"])[classes], rng.uniform(0.2, 3, 90), rng.randint(0, 9, 90)


KINDS = ["none", "scaler", "pca", "selection", "passthrough"]


def random_search(chosen, rng):
    """A random pipeline for the table with the chosen kind of steps, a grid for it, and options of a search."""
    numeric = rng.choice(["scaled", "imputed"])
    numbers = make_pipeline(SimpleImputer(), StandardScaler()) if numeric == "scaled" else SimpleImputer()
    columns = make_column_transformer(
        (numbers, NUMBERS),
        (OneHotEncoder(handle_unknown="ignore"), ["colour"]),
        sparse_threshold=rng.choice([0.0, 1.0]),
    )
    before = {
        "none": [],
        "scaler": [("scaler", StandardScaler(with_mean=False))],
        "pca": [("dense", MinMaxScaler(clip=True)), ("pca", PCA(3, random_state=0))],
        "selection": [("selection", SelectKBest(f_classif, k=3))],
        "passthrough": [("nothing", "passthrough"), ("scaler", StandardScaler(with_mean=False))],
    }
    if chosen == "pca":
        columns.set_params(sparse_threshold=0.0)
    last = quick(max_iter=4) if rng.uniform() < 0.7 else quick(TinyMLPClassifier, max_iter=4, hidden_layer_sizes=(3,))
    steps, path = [("columns", columns), *before[chosen], ("clf", last)], "clf"
    if rng.uniform() < 0.3:
        steps, path = [steps[0], ("inner", Pipeline(steps[1:]))], "inner__clf"
    inner = path.removesuffix("clf")
    grid = {f"{path}__l2": list(rng.choice([1e-4, 1e-3, 1e-2, 0.1, 1.0], 2, replace=False))}
    of_steps = {
        "columns__simpleimputer__strategy": ["mean", "median"] if numeric == "imputed" else None,
        "columns__pipeline__simpleimputer__strategy": ["mean", "median"] if numeric == "scaled" else None,
        f"{inner}scaler__with_std": [True, False] if chosen in ("scaler", "passthrough") else None,
        f"{inner}scaler": ["passthrough", StandardScaler(with_mean=False)] if chosen == "scaler" else None,
        f"{inner}pca__n_components": [2, 4] if chosen == "pca" else None,
        f"{inner}selection__k": [2, "all"] if chosen == "selection" else None,
        f"{inner}nothing": ["passthrough", FunctionTransformer(abs_of)] if chosen == "passthrough" else None,
    }
    known = [name for name, values in of_steps.items() if values is not None]
    name = rng.choice(known)
    grid[name] = of_steps[name]
    if rng.uniform() < 0.3:
        grid[f"{path}__batch_size"] = [16, 32]
    options = {"scoring": "neg_log_loss", "cv": 3, "return_train_score": bool(rng.uniform() < 0.5)}
    if rng.uniform() < 0.3:
        options |= {"scoring": ["accuracy", "neg_log_loss"], "refit": "neg_log_loss"}
    fit_params = {}
    if rng.uniform() < 0.4:
        fit_params[f"{path}__sample_weight"] = "weights"
    if rng.uniform() < 0.4:
        fit_params["groups"], options["cv"] = "groups", GroupKFold(3)
    return Pipeline(steps), grid, options, fit_params


def abs_of(X):
    return abs(X)


@pytest.mark.parametrize("seed", [0, slow(1), slow(2)])
@pytest.mark.parametrize("chosen", [KINDS[0], *(slow(kind) for kind in KINDS[1:])])
def test_results_are_those_of_scikit_learn(chosen, seed, table):
    X, y, weights, groups = table
    pipeline, grid, options, names = random_search(chosen, np.random.RandomState([seed, KINDS.index(chosen)]))
    fit_params = {name: {"weights": weights, "groups": groups}[value] for name, value in names.items()}
    ours, _ = assert_same_search(pipeline, grid, X, y, fit_params, **options)
    assert type(ours.best_estimator_) is Pipeline
    assert list(ours.feature_names_in_) == list(X.columns)


class Counted(TransformerMixin, BaseEstimator):
    """Multiplies, and counts in a list that all clones share."""

    calls = []  # noqa: RUF012

    def __init__(self, factor=1.0):
        self.factor = factor

    def fit(self, X, y=None, sample_weight=None):
        self.calls.append(("fit", self.factor, sample_weight is not None))
        self.factor_ = self.factor
        return self

    def transform(self, X):
        self.calls.append(("transform", self.factor, len(X)))
        return X * self.factor_


@pytest.fixture
def counted():
    Counted.calls.clear()
    return make_pipeline(Counted(), quick())


def test_a_step_is_fitted_once_for_each_split_and_setting(counted, iris):
    grid = {"softmaxregression__l2": np.logspace(-4, 0, 5), "softmaxregression__batch_size": [16, 32]}
    grid["counted__factor"] = [1.0, 2.0]
    search = VectorizedGridSearchCV(counted, grid, cv=3, scoring=["accuracy", "neg_log_loss"], refit=False).fit(*iris)
    fits = [call for call in Counted.calls if call[0] == "fit"]
    assert len(fits) == 3 * 2
    # The samples for testing, and once, in the fit, those for training.
    assert len(Counted.calls) - len(fits) == 2 * 3 * 2
    assert len(search.cv_results_["params"]) == 20


def test_a_scorer_of_the_users_sees_the_whole_pipeline(counted, iris):
    X, y = iris

    def scoring(estimator, X, y):
        assert estimator.named_steps["counted"].factor_ == 2.0
        return -log_loss(y, estimator.predict_proba(X)) + estimator[-1].coef_[0, 0] + X[0, 0]

    grid = {"softmaxregression__l2": L2S}
    assert_same_search(counted.set_params(counted__factor=2.0), grid, X, y, scoring=scoring, cv=2)


def test_weights_reach_the_steps_that_they_name(counted, iris, rng):
    X, y = iris
    weights = rng.uniform(0.5, 2, 150)
    fit_params = {"counted__sample_weight": weights, "softmaxregression__sample_weight": weights**2}
    assert_same_search(counted, {"softmaxregression__l2": L2S}, X, y, fit_params, cv=2, scoring="neg_log_loss")
    assert all(weighted for name, _, weighted in Counted.calls if name == "fit")


def test_metadata_routing(iris, rng):
    X, y = iris
    weights, groups = rng.uniform(0.1, 3, 150), rng.randint(0, 9, 150)
    with config_context(enable_metadata_routing=True):
        scaler = StandardScaler().set_fit_request(sample_weight=True)
        last = quick().set_fit_request(sample_weight=True)
        scoring = make_scorer(log_loss, greater_is_better=False, response_method="predict_proba")
        scoring.set_score_request(sample_weight=True)
        grid = {"softmaxregression__l2": L2S, "standardscaler__with_std": [True, False]}
        fit_params = {"sample_weight": weights, "groups": groups}
        assert_same_search(make_pipeline(scaler, last), grid, X, y, fit_params, cv=GroupKFold(3), scoring=scoring)


class Centred(TransformerMixin, BaseEstimator):
    """Subtracts the mean of other samples."""

    def fit(self, X, y=None, others=None):
        self.mean_ = others.mean(axis=0)
        return self

    def transform(self, X):
        return X - self.mean_


def test_what_steps_are_given_is_transformed_where_the_pipeline_says_so(iris):
    with config_context(enable_metadata_routing=True):
        centred = Centred().set_fit_request(others=True)
        pipeline = make_pipeline(StandardScaler(), centred, quick(), transform_input=["others"])
        grid = {"softmaxregression__l2": L2S}
        assert_same_search(pipeline, grid, *iris, {"others": iris[0][:30]}, cv=2, scoring="neg_log_loss")


@pytest.mark.slow
def test_the_last_step_itself_may_be_replaced(iris):
    grid = [
        {"clf": [quick(), quick(solver="adam"), quick(TinyMLPClassifier, hidden_layer_sizes=3)], "clf__l2": [0.1, 1.0]},
        {"clf": [make_pipeline(StandardScaler(), quick())], "clf__softmaxregression__l2": [0.1]},
    ]
    pipeline = Pipeline([("scaler", MinMaxScaler()), ("clf", quick())])
    assert_same_search(pipeline, grid, *iris, cv=2, scoring="neg_log_loss")


@pytest.mark.slow
def test_steps_with_functions_that_cannot_be_pickled(iris):
    doubled, halved = FunctionTransformer(lambda X: 2 * X), FunctionTransformer(lambda X: X / 2)
    pipeline = make_pipeline(FunctionTransformer(lambda X: X + 1), quick())
    grid = {"functiontransformer": [doubled, halved], "softmaxregression__l2": L2S}
    assert_same_search(pipeline, grid, *iris, cv=2, scoring="neg_log_loss")


@pytest.mark.slow
def test_memory_is_used(iris, tmp_path):
    pipeline = make_pipeline(StandardScaler(), PCA(2), quick(), memory=str(tmp_path))
    grid = {"pca__n_components": [1, 2], "softmaxregression__l2": L2S}
    assert_same_search(pipeline, grid, *iris, cv=2, scoring="neg_log_loss")
    assert list(tmp_path.rglob("output.pkl"))


def test_frames_come_out_of_steps_that_make_them(table):
    X, y, *_ = table
    pipeline = make_pipeline(SimpleImputer(), StandardScaler(), quick()).set_output(transform="pandas")
    ours, theirs = assert_same_search(pipeline, {"softmaxregression__l2": L2S}, X[NUMBERS], y, cv=2)
    names = [search.best_estimator_[-1].feature_names_in_.tolist() for search in (ours, theirs)]
    assert names == [NUMBERS, NUMBERS]


def test_settings_of_the_library_reach_other_threads(table):
    X, y, *_ = table
    pipeline = make_pipeline(SimpleImputer(), quick())

    def scoring(estimator, X, y):
        return float(hasattr(estimator[-1], "feature_names_in_"))

    with config_context(transform_output="pandas"), parallel_backend("threading", n_jobs=2):
        search = VectorizedGridSearchCV(pipeline, {"softmaxregression__l2": L2S}, cv=2, scoring=scoring)
        assert search.fit(X[NUMBERS], y).best_score_ == 1.0


@pytest.mark.parametrize("search", [VectorizedGridSearchCV, GridSearchCV], ids=["ours", "scikit-learn's"])
def test_a_step_that_fails_spoils_no_other_candidate(search, iris):
    grid = {"pca__n_components": [2, 99], "softmaxregression__l2": L2S}
    found = search(make_pipeline(PCA(), quick()), grid, cv=2)
    with (
        pytest.warns(FitFailedWarning, match="(?s)6 fits failed out of a total of 12.*n_components=99"),
        pytest.warns(UserWarning, match="scores are non-finite"),
    ):
        found.fit(*iris)
    scores = found.cv_results_["mean_test_score"]
    assert np.isnan(scores[3:]).all()
    assert (scores[:3] > 0.3).all()
    with pytest.raises(ValueError, match="n_components=99"):
        found.set_params(error_score="raise").fit(*iris)


def test_a_parameter_that_is_not_allowed_fails_alone(iris):
    found = VectorizedGridSearchCV(make_pipeline(PCA(2), quick()), {"softmaxregression__l2": [0.1, -1.0]}, cv=2)
    with (
        pytest.warns(FitFailedWarning, match="2 fits failed out of a total of 4"),
        pytest.warns(UserWarning, match="scores are non-finite"),
    ):
        found.fit(*iris)
    assert np.isnan(found.cv_results_["mean_test_score"]).tolist() == [False, True]
    assert found.cv_results_["mean_fit_time"][1] == 0


def test_candidates_share_the_times_of_their_steps_and_stack(iris, monkeypatch):
    monkeypatch.setattr("sksoftmax._cross_fit._since", lambda start: 6.0)
    grid = {"pca__n_components": [2, 99], "softmaxregression__l2": L2S}
    found = VectorizedGridSearchCV(make_pipeline(PCA(), quick()), grid, cv=2, refit=False)
    with pytest.warns(FitFailedWarning), pytest.warns(UserWarning, match="non-finite"):
        found.fit(*iris)
    # Of 99 components the steps fail.
    assert found.cv_results_["mean_fit_time"].tolist() == [4.0] * 3 + [2.0] * 3


def test_times_of_the_steps_are_shared(iris):
    def slow(X):
        sum(range(2 * 10**6))
        return X

    pipeline = make_pipeline(FunctionTransformer(slow), quick(max_iter=1))
    found = VectorizedGridSearchCV(pipeline, {"softmaxregression__l2": L2S}, cv=2, refit=False).fit(*iris)
    alone = VectorizedGridSearchCV(quick(max_iter=1), {"l2": L2S}, cv=2, refit=False).fit(*iris)
    times = found.cv_results_["mean_fit_time"]
    assert len(set(times)) == 1
    assert times[0] > alone.cv_results_["mean_fit_time"][0]


def test_the_randomised_search(iris):
    pipeline = make_pipeline(StandardScaler(), quick())
    lists = {"softmaxregression__l2": L2S, "standardscaler__with_std": [True, False]}
    searches = [
        cls(pipeline, lists, n_iter=4, cv=2, random_state=0, scoring="neg_log_loss").fit(*iris)
        for cls in (VectorizedRandomizedSearchCV, RandomizedSearchCV)
    ]
    assert_same_results(*(search.cv_results_ for search in searches))


def test_the_pipeline_is_not_touched(iris):
    scaler, clf = StandardScaler(), quick()
    pipeline = make_pipeline(scaler, clf)
    VectorizedGridSearchCV(pipeline, {"softmaxregression__l2": L2S}).fit(*iris)
    assert vars(scaler) == vars(StandardScaler())
    assert vars(clf) == vars(quick())
    assert pipeline[-1] is clf


@pytest.mark.parametrize(
    ("estimator", "grid", "message"),
    [
        (
            make_pipeline(StandardScaler(), LogisticRegression()),
            {},
            "a Pipeline that ends in a LogisticRegression, must",
        ),
        (make_pipeline(StandardScaler(), "passthrough"), {}, "a Pipeline that ends in a 'passthrough', must"),
        (make_pipeline(PCA(), quick()), {"softmaxregression": [LogisticRegression()]}, "ends in a LogisticRegression"),
    ],
)
def test_other_last_steps_are_an_error_in_two_lines(estimator, grid, message, iris):
    with pytest.raises(TypeError, match=f"estimator is .*{message}") as caught:
        VectorizedGridSearchCV(estimator, grid).fit(*iris)
    assert str(caught.value).count("\n") == 1
    assert len(str(caught.value)) < 300


def test_weights_without_a_step_are_an_error(iris):
    search = VectorizedGridSearchCV(make_pipeline(StandardScaler(), quick()), {"softmaxregression__l2": L2S})
    with pytest.raises(
        TypeError, match=r"unexpected parameters \['sample_weight'\], takes softmaxregression__sample_w"
    ):
        search.fit(*iris, sample_weight=np.ones(150))


def test_a_parameter_that_no_step_has_is_named_without_the_pipeline(iris):
    search = VectorizedGridSearchCV(make_pipeline(StandardScaler(), quick()), {"softmaxregression__C": L2S})
    with pytest.raises(ValueError, match="Invalid parameter 'softmaxregression__C' for estimator Pipeline") as caught:
        search.fit(*iris)
    assert str(caught.value).endswith("\n1 / (n_samples * C) is called l2 here.")
    with pytest.raises(ValueError, match="such as 'softmaxregression__l2'"):
        search.set_params(param_grid={"softmaxregression__l22": L2S}).fit(*iris)
    assert len(str(caught.value)) < 200
