# SPDX-License-Identifier: BSD-3-Clause
"""The vectorised searches against scikit-learn's: the same numbers, from models that trained together."""

import pickle
import threading
import warnings
from itertools import cycle

import numpy as np
import pandas as pd
import pytest
import sklearn
from joblib import parallel_backend
from scipy import sparse
from scipy.stats import loguniform
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, FitFailedWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    RandomizedSearchCV,
    ShuffleSplit,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import (
    SoftmaxRegression,
    TinyMLPClassifier,
    VectorizedGridSearchCV,
    VectorizedRandomizedSearchCV,
    _cross_fit,
    _stacks,
    one_standard_error,
)
from sksoftmax._engine import sgd
from tests.parameters import few_quick, slow

L2S = [1e-4, 1e-2, 1.0]

sklearn_version = tuple(map(int, sklearn.__version__.split(".")[:2]))

# Trained together or alone, models differ by the rounding of products of other shapes, which training carries on.
ROUNDING = 1e-9


def quick(cls=SoftmaxRegression, **parameters):
    return cls(**{"max_iter": 6, "tol": None, "random_state": 0, **parameters})


def score_columns(cv_results):
    return {
        name: np.asarray(column, dtype=np.float64)
        for name, column in cv_results.items()
        if "_test_" in name or "_train_" in name
    }


def assert_same_results(ours, theirs, tolerance=ROUNDING):
    assert list(ours) == list(theirs)
    assert ours["params"] == theirs["params"]
    expected = score_columns(theirs)
    assert expected
    for name, column in score_columns(ours).items():
        np.testing.assert_allclose(column, expected[name], rtol=0, atol=tolerance, err_msg=name)


def assert_same_search(estimator, grid, X, y, fit_params=None, **options):
    """Fit both searches; compare tables, choices and predictions; return them."""
    searches = []
    for cls in (VectorizedGridSearchCV, GridSearchCV):
        search = cls(clone(estimator), grid, **options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            searches.append(search.fit(X, y, **(fit_params or {})))
    ours, theirs = searches
    assert_same_results(ours.cv_results_, theirs.cv_results_)
    for name in ("best_index_", "best_params_", "n_splits_", "multimetric_"):
        assert getattr(ours, name) == getattr(theirs, name)
    if ours.refit and not callable(ours.refit):
        assert ours.best_score_ == pytest.approx(theirs.best_score_, abs=ROUNDING)
    if ours.refit:
        np.testing.assert_array_equal(ours.classes_, theirs.classes_)
        np.testing.assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))
        if not (ours.multimetric_ and callable(ours.refit)):
            assert ours.score(X, y) == theirs.score(X, y)
    return ours, theirs


MODELS = {
    "default": quick(),
    "stopping": SoftmaxRegression(random_state=0, max_iter=30),
    "number": quick(learning_rate_init=0.01, momentum=0.0, learning_rate="constant"),
    "no intercept": quick(fit_intercept=False),
    "adam": quick(solver="adam"),
    "adam, number": quick(solver="adam", learning_rate_init=0.001),
    "full batch": quick(batch_size=10**6, max_iter=20),
    "lbfgs": SoftmaxRegression(solver="lbfgs"),
    "early stopping": quick(early_stopping=True),
    "balanced": quick(class_weight="balanced"),
    "hidden": quick(TinyMLPClassifier, hidden_layer_sizes=(5, 4)),
    "hidden, number": quick(TinyMLPClassifier, hidden_layer_sizes=5, learning_rate_init=0.01),
    "hidden, full batch": quick(TinyMLPClassifier, hidden_layer_sizes=5, batch_size=10**6),
    "hidden, lbfgs": TinyMLPClassifier(4, solver="lbfgs", max_iter=20, random_state=0),
}


@pytest.mark.slow
@pytest.mark.parametrize(("model", "data"), list(zip(MODELS, cycle(["digits", "iris", "wine"]))))
def test_results_are_those_of_scikit_learn(model, data, datasets):
    X, y = datasets[data]
    X, y = X[:200], y[:200]
    scoring = ["accuracy", "neg_log_loss"]
    assert_same_search(MODELS[model], {"l2": L2S}, X, y, scoring=scoring, refit="neg_log_loss", cv=3)


@pytest.mark.slow
@pytest.mark.parametrize(
    "grid",
    [
        {"learning_rate_init": [0.001, 0.01, 0.1], "momentum": [0.0, 0.9]},
        {"learning_rate_init": ["auto", 0.01], "l2": [0.0, 0.1]},
        {"learning_rate": ["constant", "cosine", "exponential", "adaptive"], "decay": [0.3, 0.9]},
        {"max_iter": [1, 3, 6], "init_scale": [None, 0.1]},
        {"random_state": [0, 1, np.random.RandomState(3)], "l2": [0.0, 0.1]},
        {"class_weight": [None, "balanced", {0: 3.0}], "l2": [0.0, 0.1]},
        {"batch_size": [8, 32, 1000], "nesterovs_momentum": [True, False]},
        {"solver": ["sgd", "adam", "lbfgs"], "fit_intercept": [True, False]},
        {"shuffle": [True, False], "early_stopping": [True, False], "validation_fraction": [0.1, 0.3]},
        [{"l2": [0.1, 1.0]}, {"momentum": [0.5], "learning_rate_init": [0.1]}],
        {"l2": [0.1]},
    ],
    ids=lambda grid: "-".join(grid) if isinstance(grid, dict) else "list",
)
def test_any_parameter_may_vary(grid, iris):
    assert_same_search(quick(), grid, *iris, cv=2, scoring="neg_log_loss", return_train_score=True)


@pytest.mark.parametrize("model", [quick(), slow(quick(solver="lbfgs"))])
def test_patience_may_vary(model, iris):
    grid = {"tol": [None, 1e-2, 1e-1], "n_iter_no_change": [1, 2]}
    assert_same_search(model, grid, *iris, cv=2, scoring="neg_log_loss", return_train_score=True)


@pytest.mark.slow
def test_any_parameter_of_networks_may_vary(iris):
    grid = {"hidden_layer_sizes": [(), 3, (4, 3)], "activation": ["tanh", "relu"], "l2": [0.0, 0.1]}
    assert_same_search(quick(TinyMLPClassifier), grid, *iris, cv=2, scoring="neg_log_loss")


@pytest.mark.parametrize(
    "scoring",
    [
        slow(None),
        slow("f1_macro"),
        slow(make_scorer(accuracy_score, normalize=False)),
        lambda estimator, X, y: -log_loss(y, estimator.predict_proba(X)) - np.abs(estimator.coef_).sum(),
    ],
    ids=["score", "name", "scorer", "function"],
)
def test_a_single_metric(scoring, iris):
    assert_same_search(quick(), {"l2": L2S}, *iris, cv=2, scoring=scoring, return_train_score=True)


def both_metrics(estimator, X, y):
    return {"hits": (estimator.predict(X) == y).sum(), "loss": -log_loss(y, estimator.predict_proba(X))}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scoring", "refit"),
    [
        (["accuracy", "neg_log_loss"], "accuracy"),
        (("accuracy", "neg_log_loss"), False),
        ({"hits": make_scorer(accuracy_score, normalize=False), "loss": "neg_log_loss"}, "loss"),
        (both_metrics, "loss"),
        (both_metrics, lambda cv_results: int(cv_results["mean_test_hits"].argmin())),
        ("accuracy", lambda cv_results: 1),
        ("accuracy", one_standard_error),
    ],
)
def test_several_metrics_and_ways_to_choose(scoring, refit, iris):
    options = {"scoring": scoring, "refit": refit, "return_train_score": True, "cv": 2}
    searches = [cls(quick(), {"l2": L2S}, **options).fit(*iris) for cls in (VectorizedGridSearchCV, GridSearchCV)]
    ours, theirs = searches
    assert_same_results(ours.cv_results_, theirs.cv_results_)
    for name in ("best_index_", "best_params_", "best_score_", "best_estimator_"):
        assert hasattr(ours, name) == hasattr(theirs, name)
    if refit is not False:
        assert ours.best_index_ == theirs.best_index_
    assert type(ours.scorer_) is type(theirs.scorer_)
    if isinstance(theirs.scorer_, dict):
        assert list(ours.scorer_) == list(theirs.scorer_)


@pytest.mark.slow
@pytest.mark.parametrize("scoring", [None, "neg_log_loss", ["accuracy", "neg_log_loss"]], ids=str)
def test_sample_weights_count_as_in_scikit_learn(scoring, iris, rng):
    X, y = iris
    weights = rng.choice([0.0, 0.5, 1.0, 3.0], 150)
    refit = "accuracy" if isinstance(scoring, list) else True
    assert_same_search(quick(), {"l2": L2S}, X, y, {"sample_weight": weights}, cv=2, scoring=scoring, refit=refit)


def test_groups_stay_together(iris, rng):
    X, y = iris
    groups = rng.randint(0, 9, 150)
    ours, _ = assert_same_search(quick(), {"l2": L2S}, X, y, {"groups": groups}, cv=GroupKFold(4))
    assert ours.n_splits_ == 4


def bootstrap(n_samples):
    random_state = np.random.RandomState(0)
    for _ in range(3):
        train = random_state.randint(0, n_samples, n_samples)
        yield train, np.setdiff1d(np.arange(n_samples), train)


SPLITS = {
    "number": 2,
    "stratified": StratifiedKFold(3, shuffle=True, random_state=1),
    "permuted": ShuffleSplit(3, test_size=0.4, random_state=0),
    "bootstrap": list(bootstrap(150)),
    "masks": [(np.arange(150) % 3 != k, np.arange(150) % 3 == k) for k in range(3)],
    "negative": [(np.arange(-140, 0), np.arange(10))],
    "tuples": [(tuple(range(20, 150)), tuple(range(20)))],
}


# What a model makes of its rows does not depend on how they are written.
@pytest.mark.parametrize(
    ("model", "cv"),
    [
        *(("default", cv) for cv in ("number", "permuted", "bootstrap")),
        *(slow("default", cv) for cv in ("stratified", "masks", "negative", "tuples")),
        *((model, "bootstrap") for model in ("balanced", "number", "early stopping")),
    ],
)
def test_any_splits(model, cv, iris):
    X, y = iris
    X, y = X[::-1][np.argsort(y[::-1] % 2, kind="stable")], y[::-1][np.argsort(y[::-1] % 2, kind="stable")]

    def scoring(estimator, X, y):
        return estimator.predict_proba(X)[:, 0].mean()

    assert_same_search(MODELS[model], {"l2": L2S}, X, y, cv=SPLITS[cv], scoring=scoring)


@pytest.mark.parametrize("kind", few_quick(["sparse", "float32", "uint8", "DataFrame", "lists", "strings"]))
def test_any_input(kind, datasets):
    X, y = datasets["digits"]
    X, y = X[:200], y[:200]
    if kind == "sparse":
        X = sparse.csr_matrix(X)
    elif kind == "DataFrame":
        X, y = pd.DataFrame(X, columns=[f"pixel {i}" for i in range(64)], index=np.arange(200)[::-1]), pd.Series(y)
    elif kind == "lists":
        X, y = X.tolist(), y.tolist()
    elif kind == "strings":
        y = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])[y]
    else:
        X = X.astype(kind)
    tolerance = 1e-4 if kind in ("float32", "uint8") else ROUNDING
    searches = [
        cls(quick(), {"l2": L2S}, cv=2, scoring="neg_log_loss").fit(X, y)
        for cls in (VectorizedGridSearchCV, GridSearchCV)
    ]
    assert_same_results(*(search.cv_results_ for search in searches), tolerance)
    assert hasattr(searches[0], "feature_names_in_") == (kind == "DataFrame")
    assert searches[0].n_features_in_ == 64


@pytest.mark.parametrize("missing", [1, 2])
def test_a_class_may_be_missing_from_a_split(missing, iris):
    X, y = iris[0][: 100 + missing], iris[1][: 100 + missing]
    cv = [(np.arange(100), np.arange(50, 100)), (np.arange(100 + missing), np.arange(50))]
    assert_same_search(quick(), {"l2": L2S}, X, y, cv=cv)


@pytest.mark.parametrize("model", few_quick(MODELS, 6))
def test_each_model_of_a_stack_is_what_fit_makes_of_it(model, iris, rng):
    X, y = iris
    weights = rng.uniform(0.5, 2, 150)
    params = {"sample_weight": weights}
    task = _cross_fit.prepare(MODELS[model], X, y, params, make_scorer(accuracy_score), {}, with_estimators=True)
    splits = _cross_fit.split_rows(StratifiedKFold(3, shuffle=True, random_state=0), X, y)
    candidates = [clone(MODELS[model]).set_params(l2=l2) for l2 in L2S]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for candidate, outcomes in zip(candidates, _cross_fit.cross_fit(candidates, task, splits)):
            for (train, _), outcome in zip(splits, outcomes):
                alone = clone(candidate).fit(X[train], y[train], weights[train])
                for ours, theirs in zip(outcome.estimator._published_layers(), alone._published_layers()):
                    np.testing.assert_allclose(ours[0], theirs[0], rtol=0, atol=1e-10)
                    np.testing.assert_allclose(ours[1], theirs[1], rtol=0, atol=1e-10)
                np.testing.assert_allclose(outcome.estimator.loss_curve_, alone.loss_curve_, atol=1e-10)
                assert (outcome.estimator.n_iter_, outcome.estimator.n_updates_) == (alone.n_iter_, alone.n_updates_)
                assert set(vars(outcome.estimator)) == set(vars(alone))


def stack_sizes(monkeypatch, search, X, y):
    """How many models each call of the engine trained."""
    sizes = []
    train = sgd.train

    def counted(network, samples, settings, **options):
        sizes.append(len(settings))
        return train(network, samples, settings, **options)

    monkeypatch.setattr(sgd, "train", counted)
    search.set_params(refit=False).fit(X, y)
    return sizes


@pytest.mark.parametrize(
    ("grid", "expected"),
    [
        ({"l2": L2S, "momentum": [0.0, 0.9]}, [6] * 3),
        ({"l2": L2S, "batch_size": [16, 32]}, [3] * 6),
        ({"learning_rate_init": [0.01, 0.02, "auto"]}, [2, 1] * 3),
        ({"max_iter": [2, 3], "momentum": [0.2, 0.5], "init_scale": [None, 0.1], "l2": [0.1, 0.5]}, [16] * 3),
        ({"learning_rate": ["step"], "decay": [0.3, 0.9], "decay_epochs": [1, 2], "tol": [None, 0.1]}, [8] * 3),
        # Nothing of it has an effect, or it is there twice.
        ({"max_iter": [2, 3], "power_t": [0.2, 0.5], "decay": [None, 0.5], "n_iter_no_change": [1, 9]}, [2] * 3),
        ({"l2": [0.1, 0.2, 0.1], "warm_start": [False, True]}, [2] * 3),
        ({"learning_rate": ["exponential"], "decay": [None, 0.95, 0.9], "decay_epochs": [3, 4]}, [2] * 3),
    ],
    ids=str,
)
def test_candidates_of_a_split_train_as_one_stack(grid, expected, monkeypatch, iris):
    search = VectorizedGridSearchCV(quick(), grid, cv=3)
    assert stack_sizes(monkeypatch, search, *iris) == expected


def test_a_large_stack_is_cut(monkeypatch, iris):
    # Of float64 values: 3 classes, 4 features and a bias.
    monkeypatch.setattr(_stacks, "STACK_BYTES", 2 * 3 * 5 * 8)
    search = VectorizedGridSearchCV(quick(), {"l2": np.logspace(-4, 0, 5)}, cv=2)
    assert stack_sizes(monkeypatch, search, *iris) == [2, 2, 1] * 2


@pytest.mark.parametrize(
    ("model", "grid"),
    [
        (SoftmaxRegression(random_state=0), {"max_iter": [200, 300, 250], "n_iter_no_change": [3, np.inf]}),
        (SoftmaxRegression(random_state=0, max_iter=5), {"tol": [1e-9, 0.0, 1e-7, None], "l2": L2S}),
        (SoftmaxRegression(random_state=0, learning_rate_init=0.1), {"max_iter": [999, 9999], "power_t": [0.1, 0.2]}),
        (SoftmaxRegression(solver="lbfgs"), {"max_iter": [200, 300], "batch_size": [32], "momentum": [0.1, 0.2]}),
        (quick(TinyMLPClassifier, hidden_layer_sizes=3), {"l2": [0.1, 0.1], "tol": [None, 0.0]}),
    ],
)
@pytest.mark.parametrize("bytes_of_stack", [2**20, slow(1)])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_candidates_that_come_to_the_same_model_tie_exactly(model, grid, bytes_of_stack, monkeypatch, iris):
    monkeypatch.setattr(_stacks, "STACK_BYTES", bytes_of_stack)
    ours, theirs = (
        cls(model, grid, cv=2, scoring="neg_log_loss", refit=False).fit(*iris).cv_results_
        for cls in (VectorizedGridSearchCV, GridSearchCV)
    )
    # Fitted alone, they tie.
    np.testing.assert_array_equal(ours["rank_test_score"], theirs["rank_test_score"])
    for one, other in zip(ours["mean_test_score"], theirs["mean_test_score"]):
        assert (ours["mean_test_score"] == one).sum() == (theirs["mean_test_score"] == other).sum()


def test_a_twin_has_its_own_parameters(iris):
    def scoring(estimator, X, y):
        assert estimator.n_iter_ == 6
        return estimator.power_t

    search = VectorizedGridSearchCV(quick(), {"power_t": [0.1, 0.7], "max_iter": [6]}, scoring=scoring).fit(*iris)
    assert search.cv_results_["mean_test_score"].tolist() == [0.1, 0.7]


def test_models_that_are_equal_after_different_epochs_are_no_twins(iris):
    # The steps are lost in rounding.
    clf = quick(init_scale=1.0, learning_rate_init=1e-15, fit_intercept=False)
    search = VectorizedGridSearchCV(clf, {"max_iter": [2, 3]}, cv=2, scoring=lambda clf, X, y: clf.n_iter_)
    assert search.fit(*iris).cv_results_["mean_test_score"].tolist() == [2, 3]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_several_jobs_have_threads_of_their_own(n_jobs, iris):
    def scoring(clf, X, y):
        return float(threading.current_thread() is threading.main_thread())

    with parallel_backend("threading"):
        search = VectorizedGridSearchCV(quick(), {"l2": L2S}, cv=2, scoring=scoring, n_jobs=n_jobs, refit=False)
        assert set(search.fit(*iris).cv_results_["mean_test_score"]) == {n_jobs == 1}


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["threading", slow("loky")])
def test_results_do_not_depend_on_the_number_of_jobs(backend, iris):
    search = VectorizedGridSearchCV(quick(), {"l2": L2S, "batch_size": [16, 32]}, cv=2, scoring="neg_log_loss")
    expected = score_columns(search.fit(*iris).cv_results_)
    with parallel_backend(backend, n_jobs=2):
        of_context = score_columns(search.fit(*iris).cv_results_)
    with parallel_backend(backend):
        of_parameter = score_columns(search.set_params(n_jobs=2).fit(*iris).cv_results_)
    for name, column in expected.items():
        np.testing.assert_array_equal(of_context[name], column)
        np.testing.assert_array_equal(of_parameter[name], column)


@pytest.mark.parametrize("search", [VectorizedGridSearchCV, GridSearchCV], ids=["ours", "scikit-learn's"])
@pytest.mark.parametrize(
    ("parameters", "bad"),
    [
        ({}, {"l2": [0.1, -1.0]}),
        ({"learning_rate_init": 0.1}, {"l2": [0.1, 1e300]}),
        ({}, {"learning_rate": ["constant", lambda epoch: -1.0]}),
        ({}, {"learning_rate": ["constant", lambda epoch: 1 / 0]}),
    ],
    ids=["not allowed", "diverging", "bad schedule", "raising schedule"],
)
def test_a_failing_candidate_scores_nan_and_spoils_no_other(parameters, bad, search, iris):
    good = {name: values[:1] for name, values in bad.items()}
    alone = VectorizedGridSearchCV(quick(**parameters), good, cv=2).fit(*iris)
    found = search(quick(**parameters), bad, cv=2)
    with (
        pytest.warns(FitFailedWarning, match="2 fits failed out of a total of 4") as caught,
        pytest.warns(UserWarning, match="scores are non-finite"),
    ):
        found.fit(*iris)
    # The two are counted together.
    assert str(caught[0].message).count("fits failed") == 2
    score, failed = found.cv_results_["mean_test_score"]
    assert score == alone.best_score_
    assert np.isnan(failed)
    with pytest.raises(Exception, match=r"."):
        found.set_params(error_score="raise").fit(*iris)


def test_the_error_score_takes_the_place_of_failing_scores(iris):
    def sometimes(estimator, X, y):
        if estimator.l2 == 1.0:
            raise RuntimeError("no score")
        return 1.0

    for cls in (VectorizedGridSearchCV, GridSearchCV):
        search = cls(quick(), {"l2": L2S}, scoring=sometimes, error_score=-5.0)
        with pytest.warns(UserWarning, match="Scoring failed"):
            search.fit(*iris)
        assert search.cv_results_["mean_test_score"].tolist() == [1.0, 1.0, -5.0]
        with pytest.raises(RuntimeError, match="no score"):
            search.set_params(error_score="raise").fit(*iris)


@pytest.mark.parametrize("fails", ["test", "train"])
def test_a_scorer_that_fails_on_some_samples_leaves_the_scores_of_others(fails, iris):
    def sometimes(estimator, X, y):
        if (len(y) > 60) == (fails == "train"):
            raise RuntimeError("no score")
        return 0.5

    for cls in (VectorizedGridSearchCV, GridSearchCV):
        search = cls(quick(), {"l2": L2S}, cv=3, scoring=sometimes, return_train_score=True, refit=False)
        with (
            pytest.warns(UserWarning, match="Scoring failed"),
            pytest.warns(UserWarning, match="scores are non-finite"),
        ):
            search.fit(*iris)
        assert np.isnan(search.cv_results_[f"mean_{fails}_score"]).all()
        assert (search.cv_results_[f"mean_{'train' if fails == 'test' else 'test'}_score"] == 0.5).all()


class DoesNotUnpickle(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def raising_scorer(estimator, X, y):
    raise DoesNotUnpickle(1, 2)


@pytest.mark.slow
def test_an_error_that_cannot_leave_its_process_is_told(iris):
    search = VectorizedGridSearchCV(quick(), {"l2": L2S}, scoring=raising_scorer, refit=False, n_jobs=2)
    with (
        pytest.warns(UserWarning, match="(?s)Scoring failed.*DoesNotUnpickle: 1 and 2"),
        pytest.warns(UserWarning, match="scores are non-finite"),
    ):
        search.fit(*iris)


def test_a_text_in_the_place_of_a_score_is_an_error(iris):
    for cls in (VectorizedGridSearchCV, GridSearchCV):
        for scores in ("high", {"a": "high", "b": 1.0}):
            with pytest.raises(ValueError, match="scoring must return a number, got high"):
                cls(quick(), {"l2": L2S}, scoring=lambda *_, scores=scores: scores, refit=False).fit(*iris)


def test_one_failing_metric_leaves_the_others(iris):
    def failing(y, predicted):
        raise RuntimeError("no score")

    scoring = {"good": "accuracy", "bad": make_scorer(failing)}
    for cls in (VectorizedGridSearchCV, GridSearchCV):
        search = cls(quick(), {"l2": L2S}, scoring=scoring, refit="good")
        with (
            pytest.warns(UserWarning, match="(?s)Scoring failed.*no score"),
            pytest.warns(UserWarning, match="scores are non-finite"),
        ):
            search.fit(*iris)
        assert np.isnan(search.cv_results_["mean_test_bad"]).all()
        assert (search.cv_results_["mean_test_good"] > 0.5).all()


def test_no_candidate_left_is_an_error(iris):
    with pytest.raises(ValueError, match="All the 10 fits failed"):
        VectorizedGridSearchCV(quick(), {"l2": [-1.0, -2.0]}).fit(*iris)


def test_other_estimators_are_an_error_that_says_what_to_do(iris):
    remedy = r"a LogisticRegression, must .*\nFor other estimators use scikit-learn's GridSearchCV"
    with pytest.raises(TypeError, match=f"estimator is {remedy}"):
        VectorizedGridSearchCV(LogisticRegression(), {"l2": L2S}).fit(*iris)


def test_a_class_in_the_place_of_an_instance_is_an_error(iris):
    with pytest.raises(TypeError, match="must be an instance, got the class SoftmaxRegression"):
        VectorizedGridSearchCV(SoftmaxRegression, {"l2": L2S}).fit(*iris)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_jobs": 0}, "'n_jobs' parameter of VectorizedGridSearchCV must be an int other than 0 or None. Got 0"),
        ({"error_score": "zero"}, "'error_score' parameter"),
        ({"return_train_score": "yes"}, "'return_train_score' parameter"),
        ({"verbose": -1}, "'verbose' parameter"),
        ({"refit": None}, "'refit' parameter"),
        ({"scoring": ["accuracy", "neg_log_loss"]}, r"refit == True, must be one of \['accuracy', 'neg_log_loss'\]"),
        ({"scoring": "no such"}, "no such"),
        ({"cv": 1}, "'cv' parameter of VectorizedGridSearchCV must be an int"),
        ({"cv": [(np.arange(151), np.arange(3))]}, "out of bounds"),
        ({"cv": []}, "cv == .* makes no split"),
    ],
    ids=str,
)
def test_bad_options_are_errors_before_anything_trains(options, message, iris, monkeypatch):
    monkeypatch.setattr(sgd, "train", None)
    with pytest.raises((ValueError, IndexError), match=message):
        VectorizedGridSearchCV(quick(), {"l2": L2S}, **options).fit(*iris)


def test_the_number_of_drawn_candidates_is_checked(iris):
    for n_iter in (0, 2.5):
        with pytest.raises(ValueError, match="'n_iter' parameter of VectorizedRandomizedSearchCV must be an int"):
            VectorizedRandomizedSearchCV(quick(), {"l2": L2S}, n_iter=n_iter).fit(*iris)


def test_a_single_class_is_an_error_at_once(iris):
    with pytest.raises(ValueError, match="SoftmaxRegression needs at least 2 classes in y; got 1 class: 0"):
        VectorizedGridSearchCV(quick(), {"l2": L2S}).fit(iris[0], np.zeros(150, int))


def test_an_unknown_fit_parameter_is_an_error(iris):
    with pytest.raises(TypeError, match=r"unexpected parameters \['weights'\]"):
        VectorizedGridSearchCV(quick(), {"l2": L2S}).fit(*iris, weights=np.ones(150))


def test_a_failing_fit_leaves_the_search_as_it_was(iris):
    X, y = iris
    search = VectorizedGridSearchCV(quick(), {"l2": L2S}).fit(X, y)
    before = dict(vars(search))
    with pytest.raises(ValueError, match="NaN"):
        search.fit(np.full_like(X, np.nan), y)
    assert vars(search) == before


def test_fitting_anew_forgets_the_earlier_fit(iris):
    search = VectorizedGridSearchCV(quick(), {"l2": L2S}).fit(*iris)
    search.set_params(refit=False).fit(*iris)
    assert not hasattr(search, "best_estimator_")
    assert not hasattr(search, "refit_time_")
    with pytest.raises(AttributeError):
        search.predict(iris[0])


def test_an_unfitted_search_says_so(iris):
    with pytest.raises(NotFittedError):
        VectorizedGridSearchCV(quick(), {"l2": L2S}).predict(iris[0])


def test_the_estimator_is_not_touched(iris):
    estimator = quick()
    VectorizedGridSearchCV(estimator, {"l2": L2S}).fit(*iris)
    assert vars(estimator) == vars(quick())


def test_one_warning_tells_how_many_fits_have_not_converged(iris):
    search = VectorizedGridSearchCV(SoftmaxRegression(max_iter=2, random_state=0), {"l2": L2S}, refit=False)
    with pytest.warns(
        ConvergenceWarning, match="15 of 15 fits warn. The first: SoftmaxRegression has not converged"
    ) as caught:
        search.fit(*iris)
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_a_stack_that_is_tried_again_starts_as_the_first_time(iris):
    def late(epoch):
        return 1.0 if epoch < 2 else 1 / 0

    model = quick(random_state=np.random.RandomState(3))
    grid = {"learning_rate": ["constant", late, "cosine"]}
    searches = []
    for cls in (VectorizedGridSearchCV, GridSearchCV):
        with (
            pytest.warns(FitFailedWarning, match="3 fits failed"),
            pytest.warns(UserWarning, match="scores are non-finite"),
        ):
            searches.append(cls(model, grid, cv=3, scoring="neg_log_loss", refit=False).fit(*iris))
    assert_same_results(*(search.cv_results_ for search in searches))


def test_a_function_for_refit_sees_the_times_of_training(iris):
    seen = []

    def choose(cv_results):
        seen.append({name: np.array(column) for name, column in cv_results.items() if "time" in name})
        return 0

    search = VectorizedGridSearchCV(quick(), {"l2": L2S}, refit=choose).fit(*iris)
    for name, column in seen[0].items():
        np.testing.assert_array_equal(column, search.cv_results_[name])


def test_a_subclass_with_a_fit_of_its_own_is_an_error(iris):
    class Other(SoftmaxRegression):
        def fit(self, X, y, sample_weight=None):
            return super().fit(X, y, sample_weight)

    with pytest.raises(TypeError, match="Other has a fit of its own"):
        VectorizedGridSearchCV(Other(), {"l2": L2S}).fit(*iris)


def test_no_candidate_is_an_error(iris):
    with pytest.raises(ValueError, match="No fits were performed"):
        VectorizedGridSearchCV(quick(), []).fit(*iris)


def test_a_split_without_training_samples_is_a_failing_fit(iris):
    cv = [([], [0, 1]), (np.arange(150), np.arange(150))]
    search = VectorizedGridSearchCV(quick(), {"l2": L2S}, cv=cv, error_score="raise")
    with pytest.raises(ValueError, match="no sample to train on"):
        search.fit(*iris)


def test_weights_that_the_scorer_does_not_take_are_told(iris):
    search = VectorizedGridSearchCV(quick(), {"l2": L2S}, scoring=lambda estimator, X, y: 1.0)
    if sklearn_version >= (1, 7):
        with pytest.warns(UserWarning, match="takes no sample_weight"):
            search.fit(*iris, sample_weight=np.ones(150))


def weighted_accuracy(estimator, X, y, sample_weight=None):
    return np.average(estimator.predict(X) == y, weights=sample_weight)


def test_a_function_that_takes_weights_scores_with_them_as_a_scorer_does(iris, rng):
    weights = rng.uniform(0.1, 3, 150)
    scores = [
        VectorizedGridSearchCV(quick(), {"l2": L2S}, cv=2, scoring=scoring, refit=False)
        .fit(*iris, sample_weight=weights)
        .cv_results_["mean_test_score"]
        for scoring in ("accuracy", weighted_accuracy)
    ]
    np.testing.assert_allclose(*scores, rtol=1e-12)


def test_verbose_tells_the_number_of_fits(iris, capsys):
    VectorizedGridSearchCV(quick(), {"l2": L2S}, verbose=1).fit(*iris)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Fitting 5 folds for each of 3 candidates, totalling 15 fits"
    assert lines[-1].startswith("fit 15 of 15  elapsed")


def test_times_of_a_stack_are_shared_among_its_models(iris):
    results = VectorizedGridSearchCV(quick(), {"l2": L2S}).fit(*iris).cv_results_
    assert len(set(results["mean_fit_time"])) == 1
    assert results["mean_fit_time"][0] > 0
    assert (results["mean_score_time"] > 0).all()


@pytest.mark.slow
def test_the_search_is_at_home_in_pipelines_and_cross_validation(iris):
    X, y = iris
    scores = [
        cross_val_score(make_pipeline(StandardScaler(), cls(quick(), {"l2": L2S}, cv=3)), X, y, cv=3)
        for cls in (VectorizedGridSearchCV, GridSearchCV)
    ]
    np.testing.assert_array_equal(*scores)


def test_the_search_can_be_cloned_pickled_and_shown(iris):
    search = clone(VectorizedGridSearchCV(quick(), {"l2": L2S})).fit(*iris)
    again = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(again.predict_proba(iris[0]), search.predict_proba(iris[0]))
    assert "VectorizedGridSearchCV" in search._repr_html_()
    assert isinstance(search, GridSearchCV)


@pytest.mark.parametrize("requested", [True, False])
def test_metadata_routing(requested, iris, rng):
    X, y = iris
    weights, groups = rng.uniform(0.1, 3, 150), rng.randint(0, 9, 150)
    with config_context(enable_metadata_routing=True):
        estimator = quick().set_fit_request(sample_weight=True).set_score_request(sample_weight=requested)
        fit_params = {"sample_weight": weights, "groups": groups}
        searches = [
            cls(estimator, {"l2": L2S}, cv=GroupKFold(3)).fit(X, y, **fit_params)
            for cls in (VectorizedGridSearchCV, GridSearchCV)
        ]
        assert_same_results(*(search.cv_results_ for search in searches))


def test_the_randomised_search_is_scikit_learns(iris):
    distributions = {"l2": loguniform(1e-4, 1), "momentum": [0.0, 0.5, 0.9]}
    searches = [
        cls(quick(), distributions, n_iter=6, cv=2, random_state=3, scoring="neg_log_loss").fit(*iris)
        for cls in (VectorizedRandomizedSearchCV, RandomizedSearchCV)
    ]
    assert_same_results(*(search.cv_results_ for search in searches))
    assert searches[0].best_params_ == searches[1].best_params_
    assert isinstance(searches[0], RandomizedSearchCV)


def test_columns_of_drawn_parameters_have_the_order_of_scikit_learn(iris):
    lists = {"momentum": [0.0, 0.9], "l2": [0.1, 1.0], "decay": [None, 0.5]}
    searches = [
        cls(quick(), lists, n_iter=5, cv=2, random_state=0).fit(*iris)
        for cls in (VectorizedRandomizedSearchCV, RandomizedSearchCV)
    ]
    assert_same_results(*(search.cv_results_ for search in searches))
    ours, theirs = (list(search.best_params_) for search in searches)
    assert ours == theirs


def test_without_a_seed_the_candidates_of_a_split_start_equal(iris):
    search = VectorizedGridSearchCV(quick(random_state=None), {"max_iter": [3, 3]}, scoring="neg_log_loss").fit(*iris)
    first, second = search.cv_results_["mean_test_score"]
    assert first == pytest.approx(second, abs=ROUNDING)
