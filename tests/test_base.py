# SPDX-License-Identifier: BSD-3-Clause
"""Input, errors, going on, and reproducibility."""

import copy
import pickle
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from threadpoolctl import threadpool_info, threadpool_limits

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, TinyMLPClassifier
from sksoftmax._held_out import train_and_validation

FITTED = ("coef_", "intercept_", "classes_", "loss_curve_", "n_iter_", "n_features_in_")


def quick(**parameters):
    return SoftmaxRegression(max_iter=5, tol=None, random_state=0, **parameters)


def state_of(clf):
    return copy.deepcopy({name: getattr(clf, name) for name in FITTED})


def assert_unchanged(clf, before):
    for name, value in before.items():
        np.testing.assert_array_equal(getattr(clf, name), value)


# Errors


@pytest.mark.parametrize("cls", [SoftmaxRegression, TinyMLPClassifier, SoftmaxRegressionCV])
def test_wrong_arguments_name_the_class_and_what_they_are_called_here(cls, iris):
    own = "l2s" if cls is SoftmaxRegressionCV else "l2"
    for foreign, value in {"C": 1.0, "alpha": 1e-4, "penalty": "l2"}.items():
        with pytest.raises(
            TypeError, match=rf"^{cls.__name__}.__init__\(\) got .* '{foreign}'\. .* is called {own} here"
        ):
            cls(**{foreign: value})
    with pytest.raises(TypeError, match=rf"^{cls.__name__}.fit\(\) got an unexpected keyword argument 'epochs'"):
        cls().fit(*iris, epochs=3)
    with pytest.raises(TypeError, match=rf"^{cls.__name__}.fit\(\) missing 1 required positional argument: 'y'"):
        cls().fit(iris[0])
    with pytest.raises(TypeError, match=rf"^{cls.__name__}.predict\(\) got an unexpected keyword argument"):
        cls().predict(iris[0], y=iris[1])
    with pytest.raises(TypeError, match=rf"^{cls.__name__}.__init__\(\) takes "):
        cls(1, "relu", 3)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"l2": -1.0}, r"'l2' parameter of SoftmaxRegression must be a float in the range \[0, inf\). Got -1.0"),
        ({"l2": float("nan")}, r"'l2' parameter .* Got nan"),
        ({"l2": True}, r"'l2' parameter .* Got True"),
        ({"l2": 10**400}, r"'l2' parameter .* Got <int> instead"),
        ({"l2": np.ones((9, 9))}, r"'l2' parameter .* Got <ndarray of shape \(9, 9\)> instead"),
        ({"solver": "newton"}, r"'solver' parameter .* a str among {'sgd', 'adam', 'lbfgs'}. Got 'newton'"),
        ({"batch_size": 0}, r"'batch_size' parameter .* {'auto'} or an int in the range \[1, inf\). Got 0"),
        ({"learning_rate_init": 0.0}, r"'learning_rate_init' parameter .* \(0, inf\). Got 0.0"),
        ({"learning_rate": "linear"}, r"'learning_rate' parameter .* or a callable \(its initial .*\). Got 'linear'"),
        ({"momentum": 1.0}, r"'momentum' parameter .* \[0, 1\). Got 1.0"),
        ({"tol": "small"}, r"'tol' parameter .* or None. Got 'small'"),
        ({"decay": 1.0}, r"decay == 1.0, must be < 1 with learning_rate='adaptive'"),
        ({"solver": "lbfgs", "early_stopping": True}, r"early_stopping=True needs solver='sgd' or solver='adam'"),
        ({"class_weight": {0: "a"}}, r"class_weight\[0\] == 'a', must be a finite number >= 0"),
        ({"class_weight": {0: -1.0}}, r"class_weight\[0\] == -1.0, must be a finite number >= 0"),
        ({"learning_rate": lambda epoch: -1.0}, r"learning_rate\(0\) == -1.0"),
    ],
)
def test_bad_parameters_are_named_with_what_is_allowed(parameters, message, iris):
    with pytest.raises(ValueError, match=message):
        SoftmaxRegression(**parameters).fit(*iris)


def with_nan(X):
    X = X.copy()
    X[3, 1] = np.nan
    return X


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, y: (with_nan(X), y, None), "NaN"),
        (lambda X, y: (X, np.zeros(150), None), "at least 2 classes in y; got 1 class: 0.0"),
        (lambda X, y: (X, y, np.zeros(150)), "All weights are zero"),
        (lambda X, y: (X, y, -np.ones(150)), "sample_weight holds -1.0, must hold finite numbers >= 0"),
        (lambda X, y: (X, y, np.ones(149)), r"sample_weight.shape == \(149,\), must be \(150,\)"),
        (lambda X, y: (X, y, np.ones((150, 2))), r"sample_weight.shape == \(150, 2\), must be \(150,\)"),
        (lambda X, y: (X, y, np.full(150, np.nan)), "sample_weight holds nan"),
        (lambda X, y: (X, y, ["a"] * 150), "sample_weight == <list of length 150>, must be a finite number >= 0"),
        (lambda X, y: (X, y, np.full(150, 1j)), r"sample_weight == <ndarray of shape \(150,\)>, must be"),
        (lambda X, y: (X, y, {0: 1.0}), "sample_weight == {0: 1.0}, must be a finite number >= 0"),
        (lambda X, y: (X, y, []), r"sample_weight.shape == \(0,\), must be \(150,\)"),
        (lambda X, y: (X, y[:-1], None), "inconsistent numbers of samples"),
        (lambda X, y: (X[:, 0], y, None), "Expected 2D array"),
        (lambda X, y: (X, np.linspace(0, 1, 150), None), "Unknown label type"),
    ],
)
def test_bad_data_is_named_and_leaves_a_fitted_model_alone(change, message, iris):
    X, y = iris
    clf = quick().fit(X[:, :2], y)
    before = state_of(clf)
    bad_X, bad_y, weights = change(X, y)
    with pytest.raises(ValueError, match=message):
        clf.fit(bad_X, bad_y, sample_weight=weights)
    assert_unchanged(clf, before)


def test_a_diverging_fit_leaves_a_fitted_model_alone(iris):
    clf = quick().fit(*iris)
    before = state_of(clf)
    with pytest.raises(ValueError, match="diverged"):
        clf.set_params(learning_rate_init=1e6, l2=1.0, max_iter=500).fit(iris[0][:, :3], iris[1])
    assert_unchanged(clf, before)


def test_a_zero_class_weight_everywhere_is_an_error(iris):
    with pytest.raises(ValueError, match="All weights are zero"):
        SoftmaxRegression(class_weight={0: 0, 1: 0, 2: 0}).fit(*iris)


@pytest.mark.parametrize("n_samples", [6, 12])
def test_too_few_samples_to_split_is_an_error_that_says_what_to_do(n_samples, iris):
    X, y = iris[0][:: 150 // n_samples][:n_samples], np.arange(n_samples) % 3
    with pytest.raises(ValueError, match=r"validation_fraction == 0.1 cannot split \d+ samples of 3 classes"):
        SoftmaxRegression(early_stopping=True).fit(X, y)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "predict_log_proba", "decision_function"])
def test_an_unfitted_model_says_so(method, iris):
    with pytest.raises(NotFittedError):
        getattr(SoftmaxRegression(), method)(iris[0])


def test_not_converging_warns_with_the_remedy(iris):
    with pytest.warns(ConvergenceWarning, match=r"after 2 of max_iter=2 iterations\. Increase max_iter or tol"):
        SoftmaxRegression(max_iter=2).fit(*iris)


@pytest.mark.parametrize("tol", [1e-3, None])
@pytest.mark.parametrize("learning_rate_init", [0.1, 10.0])
def test_a_learning_rate_that_is_far_too_large_warns(learning_rate_init, tol, datasets):
    clf = SoftmaxRegression(learning_rate_init=learning_rate_init, tol=tol, random_state=0)
    with pytest.warns(ConvergenceWarning, match=rf"learning_rate_init == {learning_rate_init} is too large"):
        clf.fit(*datasets["wine"])


@pytest.mark.parametrize("tol", [1e-3, None])
def test_a_learning_rate_that_leads_nowhere_warns(tol, iris):
    clf = TinyMLPClassifier(learning_rate_init=1e-6, max_iter=20, tol=tol, random_state=0)
    with pytest.warns(ConvergenceWarning, match=r"learning_rate_init == 1e-06 is too small to get there from"):
        clf.fit(*iris)


def test_unknown_labels_of_class_weight_are_named(iris):
    with pytest.raises(ValueError, match=r"class_weight has \['q'\], not among the classes \[0, 1, 2\]"):
        SoftmaxRegression(class_weight={0: 1, "q": 3}).fit(*iris)
    SoftmaxRegression(class_weight={0: 1, 1: 1, 2: 1, 3: 5}).fit(*iris)


def test_overlapping_fits_in_threads_give_the_threads_of_blas_back(iris):
    def threads():
        return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]

    fits = (delayed(quick().set_params(max_iter=n).fit)(*iris) for n in (5, 60, 10, 40, 20, 30))
    with threadpool_limits(2, user_api="blas"):
        before = threads()
        Parallel(2, backend="threading")(fits)
        assert threads() == before


@pytest.mark.parametrize("numbers", [np.float64, np.float16, Fraction], ids=lambda t: t.__name__)
def test_numbers_of_any_type_are_numbers(numbers, iris):
    expected = quick(l2=0.0625, momentum=0.5).fit(*iris).coef_
    given = quick(l2=numbers(0.0625), momentum=numbers(0.5), batch_size=np.int8(32)).fit(*iris).coef_
    np.testing.assert_array_equal(given, expected)


@pytest.mark.parametrize("size", [1e-50, 1e50, 1e300])
def test_the_size_of_sample_weights_does_not_matter_to_float32(size, iris):
    X, y = iris[0].astype(np.float32), iris[1]
    clf = quick(early_stopping=True)
    plain = clf.fit(X, y).coef_
    np.testing.assert_allclose(clf.fit(X, y, sample_weight=np.full(150, size)).coef_, plain, atol=1e-6)


# Input


def test_names_of_the_features_are_kept_and_checked(iris):
    X, y = iris
    frame = pd.DataFrame(X, columns=list("abcd"))
    clf = quick().fit(frame, pd.Series(y).map({0: "setosa", 1: "versicolor", 2: "virginica"}))
    assert clf.feature_names_in_.tolist() == list("abcd")
    assert set(clf.predict(frame)) == {"setosa", "versicolor", "virginica"}
    with pytest.raises(ValueError, match="feature names"):
        clf.predict(frame.rename(columns={"a": "z"}))


def test_fortran_order_lists_and_memory_maps_give_the_same_model(iris, tmp_path):
    X, y = iris
    expected = quick().fit(X, y).coef_
    np.save(tmp_path / "X.npy", X)
    for same in (np.asfortranarray(X), X.tolist(), np.load(tmp_path / "X.npy", mmap_mode="r"), X[::-1][::-1]):
        np.testing.assert_array_equal(quick().fit(same, y).coef_, expected)


def test_a_number_as_sample_weight_is_the_same_weight_for_all(iris):
    X, y = iris
    np.testing.assert_allclose(quick().fit(X, y, sample_weight=3.0).coef_, quick().fit(X, y).coef_, atol=1e-12)


def test_input_is_never_written_to(iris):
    X, y = iris[0].copy(), iris[1].copy()
    weights = np.ones(150)
    for array in (X, y, weights):
        array.flags.writeable = False
    quick().fit(X, y, sample_weight=weights).predict_proba(X)
    np.testing.assert_array_equal(X, iris[0])
    np.testing.assert_array_equal(y, iris[1])


@pytest.mark.parametrize("n_rows", [1, 511, 512, 513, 1797])
def test_predictions_do_not_depend_on_the_number_of_rows(n_rows, datasets):
    X, y = datasets["digits"]
    clf = quick().fit(X, y)
    np.testing.assert_allclose(clf.predict_proba(X[:n_rows]), clf.predict_proba(X)[:n_rows], atol=1e-13)


# Early stopping


@pytest.mark.parametrize("scoring", ["loss", "accuracy"])
@pytest.mark.parametrize("weighted", [False, True])
def test_validation_curves_are_those_of_the_held_out_samples(weighted, scoring, iris, rng):
    X, y = iris
    weights = rng.uniform(0.5, 2, 150) if weighted else None
    clf = SoftmaxRegression(early_stopping=True, scoring=scoring, validation_fraction=0.2, random_state=0)
    clf.fit(X, y, sample_weight=weights)
    _, held_out = train_and_validation(clf, X, np.arange(150), y, weights)
    rows = held_out.rows
    assert len(rows) == 30
    best, w = clf.best_epoch_ - 1, None if weights is None else weights[rows]
    loss = log_loss(y[rows], clf.predict_proba(X[rows]), sample_weight=w)
    assert clf.validation_loss_curve_[best] == pytest.approx(loss, rel=1e-9)
    accuracy = accuracy_score(y[rows], clf.predict(X[rows]), sample_weight=w)
    assert clf.validation_scores_[best] == pytest.approx(accuracy)
    if scoring == "loss":
        assert best == int(np.argmin(clf.validation_loss_curve_))
    else:
        assert best == int(np.argmax(clf.validation_scores_))


@pytest.mark.slow
def test_each_seed_holds_out_other_samples(rng):
    X, y = rng.normal(size=(40, 2)), np.arange(40) % 2
    clf = SoftmaxRegression(early_stopping=True, validation_fraction=0.5, shuffle=False, max_iter=1, tol=None)
    losses = {clf.set_params(random_state=seed).fit(X, y).validation_loss_curve_[0] for seed in range(70)}
    assert len(losses) == 70


def test_validation_samples_do_not_train(iris):
    X, y = iris
    clf = quick(early_stopping=True, validation_fraction=0.2).fit(X, y)
    _, held_out = train_and_validation(clf, X, np.arange(150), y, None)
    changed = y.copy()
    # Among themselves the held-out samples keep the frequencies of their labels, and so the split.
    changed[held_out.rows] = np.roll(y[held_out.rows], 7)
    assert quick(early_stopping=True, validation_fraction=0.2).fit(X, y).loss_curve_ == clf.loss_curve_


# Going on


def test_warm_start_goes_on_from_the_coefficients(iris):
    X, y = iris
    clf = quick(warm_start=True, batch_size=150).fit(X, y)
    first = clf.loss_curve_
    assert clf.fit(X, y).loss_curve_[0] < first[-1]
    cold = quick(batch_size=150).fit(X, y)
    assert cold.fit(X, y).loss_curve_ == first


def test_warm_start_with_other_classes_or_features_is_an_error(iris):
    X, y = iris
    clf = quick(warm_start=True).fit(X, y)
    before = state_of(clf)
    with pytest.raises(ValueError, match="warm_start=True cannot go on: X has 3 features, had 4"):
        clf.fit(X[:, :3], y)
    with pytest.raises(ValueError, match=r"cannot go on: y lacks the classes \[2\]\. To start anew, fit a new"):
        clf.fit(X[:100], y[:100])
    assert_unchanged(clf, before)


def test_warm_start_with_features_of_other_names_or_order_is_an_error(iris):
    frame, y = pd.DataFrame(iris[0], columns=list("abcd")), iris[1]
    clf = quick(warm_start=True).fit(frame, y)
    before = state_of(clf)
    for other in (frame[list("bacd")], frame.rename(columns={"d": "e"})):
        with pytest.raises(ValueError, match=r"warm_start=True cannot go on: X has the features \[.*, had \['a', 'b'"):
            clf.fit(other, y)
        assert_unchanged(clf, before)
    clf.fit(frame, y)


@pytest.mark.parametrize(
    "parameters", [{}, {"momentum": 0.0}, {"solver": "adam"}, {"learning_rate": "exponential"}], ids=str
)
@pytest.mark.parametrize("learning_rate_init", ["auto", 0.01])
def test_partial_fit_over_epochs_equals_fit(learning_rate_init, parameters, datasets):
    X, y = datasets["digits"]
    # A stream has no end, so it is not averaged there, nor do its batches depend on its length.
    plain = {"batch_size": 32, "learning_rate": "constant"}
    parameters = {"learning_rate_init": learning_rate_init, **plain, **parameters}
    clf = SoftmaxRegression(max_iter=4, tol=None, random_state=0, **parameters).fit(X, y)
    steps = SoftmaxRegression(random_state=0, **parameters)
    for _ in range(4):
        steps.partial_fit(X, y, classes=np.arange(10))
    # Between calls the coefficients are turned into those of the raw features and back.
    np.testing.assert_allclose(steps.coef_, clf.coef_, atol=1e-8)
    np.testing.assert_allclose(steps.loss_curve_, clf.loss_curve_, rtol=1e-8)
    assert (steps.n_iter_, steps.n_updates_) == (clf.n_iter_, clf.n_updates_)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("learning_rate_init", ["auto", 0.01])
def test_partial_fit_gives_the_same_bits_after_pickling_midway(learning_rate_init, solver, datasets):
    X, y = datasets["digits"]
    clf = SoftmaxRegression(solver=solver, learning_rate_init=learning_rate_init, random_state=0)
    for start in range(0, 600, 200):
        clf.partial_fit(X[start : start + 200], y[start : start + 200], classes=np.arange(10))
    thawed = pickle.loads(pickle.dumps(clf))
    for model in (clf, thawed):
        for start in range(600, 1200, 200):
            model.partial_fit(X[start : start + 200], y[start : start + 200])
    np.testing.assert_array_equal(thawed.coef_, clf.coef_)
    np.testing.assert_array_equal(thawed.intercept_, clf.intercept_)
    assert thawed.loss_curve_ == clf.loss_curve_


def test_partial_fit_goes_on_from_fit(iris):
    X, y = iris
    clf = quick().fit(X, y)
    loss = clf.loss_curve_[-1]
    clf.partial_fit(X, y)
    assert clf.n_iter_ == 6
    assert clf.loss_curve_[-1] < loss
    clf.fit(X, y)
    assert clf.n_iter_ == 5


@pytest.mark.slow
@pytest.mark.parametrize("learning_rate_init", ["auto", 0.001])
def test_partial_fit_on_single_samples_after_fit_does_no_harm(learning_rate_init, datasets):
    X, y = datasets["digits"]
    clf = SoftmaxRegression(learning_rate_init=learning_rate_init, random_state=0).fit(X[:1000], y[:1000])
    before = clf.score(X[1150:], y[1150:])
    for i in range(1000, 1150):
        clf.partial_fit(X[[i]], y[[i]])
    assert clf.score(X[1150:], y[1150:]) > before - 0.02
    assert max(clf.loss_curve_[-150:]) < 10


def test_samples_one_by_one_take_a_step_of_their_share(iris):
    X, y = iris
    start = quick(l2=0.0, learning_rate_init=0.1, momentum=0)
    one = clone(start).partial_fit(X[[0]], y[[0]], classes=[0, 1, 2])
    full = clone(start).set_params(batch_size=1).partial_fit(X[[0]], y[[0]], classes=[0, 1, 2])
    np.testing.assert_allclose(32 * one.coef_, full.coef_, rtol=1e-12)


def test_a_new_solver_starts_its_moments_anew(iris):
    X, y = iris
    clf = quick(learning_rate_init=0.001).partial_fit(X, y, classes=[0, 1, 2])
    before = clf.coef_
    clf.set_params(solver="adam", batch_size=150).partial_fit(X, y)
    # The first step of Adam moves each coefficient by the learning rate.
    np.testing.assert_allclose(np.abs(clf.coef_ - before), 0.001, rtol=1e-3)


@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
def test_a_learning_rate_counts_after_a_fit_by_another_solver(solver, iris):
    settings = {"solver": solver, "max_iter": 5, "tol": None, "random_state": 0}
    clf = SoftmaxRegression(learning_rate_init=0.01, **settings).fit(*iris)
    assert clf.set_params(solver="sgd").partial_fit(*iris).learning_rate_curve_[-1] == 0.01
    automatic = SoftmaxRegression(**settings).fit(*iris).set_params(solver="sgd").partial_fit(*iris)
    expected = SoftmaxRegression(random_state=0).partial_fit(*iris, classes=[0, 1, 2]).learning_rate_curve_[-1]
    assert automatic.learning_rate_curve_[-1] == pytest.approx(expected, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("random_state", [None, np.random.RandomState(0)], ids=["none", "shared"])
def test_models_without_a_seed_have_streams_of_their_own(random_state, method, iris):
    X, y = iris[0][::10], iris[1][::10]
    options = {"classes": [0, 1, 2]} if method == "partial_fit" else {}
    models = [SoftmaxRegression(batch_size=4, max_iter=1, tol=None, random_state=random_state) for _ in range(70)]
    coefs = [getattr(model, method)(X, y, **options).coef_ for model in models]
    # Two of seventy models share one of 2**31 streams once in a million times.
    assert len(np.unique(coefs, axis=0)) == 70


def test_intercepts_of_an_earlier_fit_go_when_there_shall_be_none(iris):
    clf = quick(warm_start=True).fit(*iris)
    np.testing.assert_array_equal(clf.set_params(fit_intercept=False).fit(*iris).intercept_, 0)


def test_intercepts_of_earlier_calls_go_when_there_shall_be_none(iris):
    X, y = iris
    clf = quick().partial_fit(X + 100, y, classes=[0, 1, 2]).set_params(fit_intercept=False)
    np.testing.assert_array_equal(clf.partial_fit(X + 100, y).intercept_, 0)


@pytest.mark.parametrize("change", [{"l2": 1e3}, {"batch_size": 1}, {"momentum": 0.99}], ids=str)
def test_the_automatic_learning_rate_follows_the_parameters_from_call_to_call(change, iris):
    X, y = iris
    clf = SoftmaxRegression(batch_size=100, random_state=0)
    for _ in range(3):
        clf.partial_fit(X, y, classes=[0, 1, 2])
    clf.set_params(**change)
    for _ in range(3):
        clf.partial_fit(X, y)
    assert clf.learning_rate_curve_[-1] < clf.learning_rate_curve_[0]
    assert max(clf.data_loss_curve_) < 5


@pytest.mark.parametrize("weight", [1e-3, 1.0, 1e3])
def test_the_automatic_learning_rate_takes_weights_of_any_size_in_partial_fit(weight, iris):
    X, y = iris
    clf = SoftmaxRegression(l2=0.0, random_state=0)
    for _ in range(10):
        clf.partial_fit(X, y, classes=[0, 1, 2], sample_weight=np.full(150, weight))
    assert clf.data_loss_curve_[-1] < 0.5 * weight


def test_partial_fit_with_zero_weights_changes_nothing(iris):
    X, y = iris
    clf = quick().partial_fit(X, y, classes=[0, 1, 2], sample_weight=np.zeros(150))
    np.testing.assert_array_equal(clf.coef_, 0)
    assert clf.n_iter_ == 0
    weights = np.ones(150)
    weights[::3] = 0
    some = quick().partial_fit(X, y, classes=[0, 1, 2], sample_weight=weights)
    left_out = quick().partial_fit(X[weights > 0], y[weights > 0], classes=[0, 1, 2])
    np.testing.assert_array_equal(some.coef_, left_out.coef_)
    clf.partial_fit(X, y)
    before = state_of(clf)
    assert_unchanged(clf.partial_fit(X, y, sample_weight=np.zeros(150)), before)


def test_partial_fit_takes_weights_as_they_are(iris):
    X, y = iris
    steps = [
        quick(l2=0.0, learning_rate_init=1e-3, momentum=0, batch_size=150)
        .partial_fit(X, y, classes=[0, 1, 2], sample_weight=w)
        .coef_
        for w in (1.0, 2.0)
    ]
    np.testing.assert_allclose(steps[1], 2 * steps[0], rtol=1e-12)


@pytest.mark.parametrize("unit", [1e-3, 1e3])
def test_a_feature_that_has_been_constant_learns_alike_in_any_unit(unit, iris):
    X, y = iris
    first = X * [1, 1, 1, 0] + [0, 0, 0, 1]
    plain, scaled = (
        SoftmaxRegression(l2=0.0, random_state=0)
        .partial_fit(first * factor, y, classes=[0, 1, 2])
        .partial_fit(X * factor, y)
        .predict_proba(X * factor)
        for factor in (1.0, unit)
    )
    np.testing.assert_allclose(scaled, plain, atol=1e-9)


def test_partial_fit_on_one_sample_at_a_time_learns(iris):
    X, y = iris
    clf = SoftmaxRegression(random_state=0).partial_fit(X, y, classes=[0, 1, 2])
    for i in np.random.RandomState(0).permutation(150)[:60]:
        clf.partial_fit(X[[i]], y[[i]])
    assert np.isfinite(clf.coef_).all()
    alone = SoftmaxRegression(random_state=0).partial_fit(X[[0]], y[[0]], classes=[0, 1, 2])
    for i in np.random.RandomState(0).permutation(150)[:60]:
        alone.partial_fit(X[[i]], y[[i]])
    assert np.isfinite(alone.coef_).all()


def test_partial_fit_errors_name_what_is_wrong(iris):
    X, y = iris
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        quick().partial_fit(X, y)
    with pytest.raises(ValueError, match=r"y contains \[2\], which are not among classes \[0, 1\]"):
        quick().partial_fit(X, y, classes=[0, 1])
    for classes in ([[0, 1], [2, 3]], [], [0, None], [0, "a"], [0.0, np.nan], [[0], [1, 2]], 3):
        with pytest.raises(ValueError, match=r"classes == .*, must be a sequence of two or more labels"):
            quick().partial_fit(X, y, classes=classes)
    clf = quick().partial_fit(X, y, classes=[0, 1, 2])
    before = state_of(clf)
    with pytest.raises(ValueError, match=r"classes == \[0, 1\], must be those that the model has: \[0, 1, 2\]"):
        clf.partial_fit(X, y, classes=[0, 1])
    with pytest.raises(ValueError, match="3 features"):
        clf.partial_fit(X[:, :3], y)
    with pytest.raises(ValueError, match="early_stopping == True, must be False"):
        clf.set_params(early_stopping=True).partial_fit(X, y)
    assert_unchanged(clf, before)


def test_a_diverging_partial_fit_leaves_the_model_and_what_it_goes_on_from_alone(iris):
    X, y = iris
    clf, calm = (quick().partial_fit(X, y, classes=[0, 1, 2]) for _ in range(2))
    with pytest.raises(ValueError, match="diverged"):
        clf.set_params(l2=1e300, learning_rate_init=1e300).partial_fit(X, y)
    clf.set_params(l2=calm.l2, learning_rate_init="auto")
    np.testing.assert_array_equal(clf.partial_fit(X, y).coef_, calm.partial_fit(X, y).coef_)


def test_a_new_learning_rate_counts_from_the_next_call(iris):
    clf = quick(learning_rate_init=0.1).partial_fit(*iris, classes=[0, 1, 2])
    assert clf.set_params(learning_rate_init=0.01).partial_fit(*iris).learning_rate_curve_ == [0.1, 0.01]


@pytest.mark.parametrize("parameters", [{"solver": "lbfgs"}, {"class_weight": "balanced"}], ids=str)
def test_partial_fit_is_absent_where_it_cannot_work_and_says_why(parameters, iris):
    clf = SoftmaxRegression(**parameters)
    assert not hasattr(clf, "partial_fit")
    ((name, value),) = parameters.items()
    with pytest.raises(AttributeError, match=f"{name} == '{value}', must be .* for partial_fit"):
        clf.partial_fit(*iris, classes=[0, 1, 2])
    with pytest.raises(AttributeError, match="for partial_fit"):
        SoftmaxRegression.partial_fit(clf, *iris, classes=[0, 1, 2])


def test_partial_fit_is_there_for_values_that_are_not_allowed_so_that_it_can_say_so():
    assert hasattr(SoftmaxRegression(class_weight="auto"), "partial_fit")
    assert hasattr(SoftmaxRegression(solver="newton"), "partial_fit")


# Reproducibility


@pytest.mark.parametrize("parameters", [{}, {"solver": "adam"}, {"early_stopping": True}, {"init_scale": 0.1}], ids=str)
def test_same_seed_same_bits(parameters, datasets):
    X, y = datasets["digits"]
    first, second = quick(**parameters).fit(X, y), quick(**parameters).fit(X, y)
    np.testing.assert_array_equal(first.coef_, second.coef_)
    assert first.loss_curve_ == second.loss_curve_
    other = quick(**parameters).set_params(random_state=1).fit(X, y)
    assert not np.array_equal(other.coef_, first.coef_)


def test_fitting_twice_gives_the_same_bits(iris):
    clf = quick()
    coef = clf.fit(*iris).coef_
    np.testing.assert_array_equal(clf.fit(*iris).coef_, coef)


def test_pickle_and_clone_keep_what_they_should(iris):
    X, y = iris
    clf = quick(l2=0.3).fit(X, y)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(clf)).predict_proba(X), clf.predict_proba(X))
    fresh = clone(clf)
    assert fresh.get_params() == clf.get_params()
    assert not hasattr(fresh, "coef_")


def test_verbose_prints_a_line_for_each_epoch(iris, capsys):
    quick(verbose=2, early_stopping=True).fit(*iris)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == [f"epoch {i} of 5" for i in range(1, 6)]
    assert "validation loss" in lines[0]
    quick().fit(*iris).partial_fit(*iris)
    assert capsys.readouterr().out == ""


def test_empty_rows_of_a_sparse_matrix_are_samples(iris):
    X, y = iris[0].copy(), iris[1]
    X[::5] = 0
    np.testing.assert_allclose(quick().fit(sparse.csr_matrix(X), y).coef_, quick().fit(X, y).coef_, atol=1e-10)


def test_html_representation_links_to_the_documentation():
    html = SoftmaxRegression()._repr_html_()
    assert "sksoftmax.SoftmaxRegression.html" in html


@pytest.mark.parametrize(
    "clf", [SoftmaxRegression(), SoftmaxRegressionCV(l2s=[1e-2], cv=2), TinyMLPClassifier((3,), random_state=0)]
)
def test_html_representation_shows_fitted_attributes_where_scikit_learn_does(clf, iris):
    attributes = ["n_features_in_", "classes_", "l2_", "learning_rate_curve_", "n_updates_"]
    assert not any(name in clf._repr_html_() for name in attributes)
    shown = "n_features_in_" in LogisticRegression(max_iter=1000).fit(*iris)._repr_html_()
    html = clf.fit(*iris)._repr_html_()
    assert [name for name in attributes if name in html] == (attributes if shown else [])


# 700 rows cut batches of 300 into parts and leave a short last one.
@pytest.mark.parametrize("batch_size", [1, 32, 300, 5000])
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_the_mean_of_the_minibatch_losses_is_the_data_loss_of_the_epoch(batch_size, kind, rng):
    X, y = rng.normal(size=(700, 4)), rng.randint(0, 3, 700)
    X = X if kind == "dense" else sparse.csr_matrix(X)
    clf = SoftmaxRegression(batch_size=batch_size, max_iter=3, tol=None, random_state=0, store_minibatch_loss=True)
    clf.fit(X, y, sample_weight=rng.uniform(0.5, 2, 700))
    sizes = np.minimum(batch_size, 700 - np.arange(0, 700, batch_size))
    assert clf.minibatch_loss_curve_.shape == (clf.n_updates_,)
    means = clf.minibatch_loss_curve_.reshape(3, -1) @ sizes / 700
    np.testing.assert_allclose(means, clf.data_loss_curve_, rtol=1e-12)


def test_the_first_minibatch_loss_is_log_n_classes_and_one_step_changes_the_second(iris):
    X, y = iris
    clf = quick(store_minibatch_loss=True, batch_size=150, learning_rate_init=0.1).fit(X, y)
    assert clf.minibatch_loss_curve_[0] == pytest.approx(np.log(3))
    one_step = SoftmaxRegression(max_iter=1, tol=None, learning_rate_init=0.1, batch_size=150).fit(X, y)
    expected = -one_step.predict_log_proba(X)[np.arange(150), y].mean()
    assert clf.minibatch_loss_curve_[1] == pytest.approx(expected)


def test_storing_minibatch_losses_changes_no_model(iris):
    X, y = iris
    plain, storing = quick().fit(X, y), quick(store_minibatch_loss=True).fit(X, y)
    np.testing.assert_array_equal(plain.coef_, storing.coef_)
    assert not hasattr(plain, "minibatch_loss_curve_")
    assert not hasattr(storing.set_params(store_minibatch_loss=False).fit(X, y), "minibatch_loss_curve_")


def test_minibatch_losses_of_lbfgs_are_those_of_its_iterations(iris):
    clf = SoftmaxRegression(solver="lbfgs", store_minibatch_loss=True).fit(*iris)
    np.testing.assert_array_equal(clf.minibatch_loss_curve_, clf.data_loss_curve_)


def test_partial_fit_goes_on_with_the_minibatch_losses(iris):
    X, y = iris
    clf = quick(store_minibatch_loss=True).partial_fit(X, y, classes=[0, 1, 2])
    first = clf.minibatch_loss_curve_
    clf.set_params(store_minibatch_loss=False).partial_fit(X, y)
    clf.set_params(store_minibatch_loss=True).partial_fit(X, y)
    assert len(clf.minibatch_loss_curve_) == clf.n_updates_ == 3 * len(first)
    np.testing.assert_array_equal(clf.minibatch_loss_curve_[: len(first)], first)
    kept = np.isfinite(clf.minibatch_loss_curve_)
    assert kept.reshape(3, -1).all(axis=1).tolist() == [True, False, True]
    late = quick().partial_fit(X, y, classes=[0, 1, 2])
    late.set_params(store_minibatch_loss=True).partial_fit(X, y)
    assert np.isfinite(late.minibatch_loss_curve_).reshape(2, -1).all(axis=1).tolist() == [False, True]


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_a_tuned_model_keeps_the_minibatch_losses_of_its_last_fit(solver, iris):
    usual = {"solver": solver, "max_iter": 2, "tol": None, "random_state": 0, "store_minibatch_loss": True}
    cv = SoftmaxRegressionCV(l2s=[1e-3, 1.0], **usual).fit(*iris)
    alone = SoftmaxRegression(l2=cv.l2_, **usual).fit(*iris)
    np.testing.assert_array_equal(cv.minibatch_loss_curve_, alone.minibatch_loss_curve_)
