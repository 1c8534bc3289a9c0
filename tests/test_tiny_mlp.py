# SPDX-License-Identifier: BSD-3-Clause
"""What TinyMLPClassifier computes and finds, against SoftmaxRegression, MLPClassifier, PyTorch and the formulas."""

import pickle
import warnings

import numpy as np
import pytest
from scipy import sparse, special
from sklearn.base import clone
from sklearn.datasets import make_circles, make_classification, make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from sksoftmax._engine.activations import ACTIVATIONS
from sksoftmax._engine.conditioning import DAMPING, HIDDEN_DAMPING
from tests.engine.helpers import ACTIVATION
from tests.parameters import slow


def quick(*args, **parameters):
    return TinyMLPClassifier(*args, max_iter=5, tol=None, random_state=0, **parameters)


def weights(clf):
    return np.concatenate([values.ravel() for values in [*clf.coefs_, *clf.intercepts_]])


def textbook_logits(clf, X):
    A = X
    for index, (coef, intercept) in enumerate(zip(clf.coefs_, clf.intercepts_)):
        A = (ACTIVATION[clf.activation](A) if index else A) @ coef + intercept
    return A


# Without hidden layers


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"solver": "adam"},
        {"solver": "lbfgs"},
        {"learning_rate_init": 0.01, "momentum": 0.0},
        {"batch_size": 10**6},
        {"early_stopping": True, "class_weight": "balanced"},
        {"init_scale": 0.1},
        {"init_scale": 0.0},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["dense", slow("sparse")])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_without_hidden_layers_it_is_softmax_regression_to_the_bit(kind, parameters, datasets):
    X, y = (values[:300] for values in datasets["digits"])
    X = sparse.csr_matrix(X) if kind == "sparse" else X
    mlp = TinyMLPClassifier((), max_iter=20, random_state=0, **parameters).fit(X, y)
    softmax = SoftmaxRegression(max_iter=20, random_state=0, **parameters).fit(X, y)
    np.testing.assert_array_equal(mlp.coefs_[0], softmax.coef_.T)
    np.testing.assert_array_equal(mlp.intercepts_[0], softmax.intercept_)
    np.testing.assert_array_equal(mlp.predict_proba(X), softmax.predict_proba(X))
    assert mlp.loss_curve_ == softmax.loss_curve_
    if parameters.get("solver") != "lbfgs" and "early_stopping" not in parameters:
        np.testing.assert_array_equal(mlp.partial_fit(X, y).coefs_[0], softmax.partial_fit(X, y).coef_.T)


# Layers


@pytest.mark.parametrize("sizes", [5, (5,), [5], np.array([5]), (np.int32(5),)], ids=repr)
def test_hidden_layer_sizes_may_be_a_number_or_a_sequence(sizes, iris):
    clf = quick(sizes).fit(*iris)
    assert [coef.shape for coef in clf.coefs_] == [(4, 5), (5, 3)]
    assert [intercept.shape for intercept in clf.intercepts_] == [(5,), (3,)]
    assert clf.get_params()["hidden_layer_sizes"] is sizes


@pytest.mark.parametrize(
    "sizes", [0, (5, 0), (5, -1), 2.5, (5.0,), "64", None, True, (5, (3,)), [[5]], np.array(5)], ids=repr
)
def test_other_hidden_layer_sizes_are_an_error_that_names_them(sizes, iris):
    with pytest.raises(ValueError, match=r"'hidden_layer_sizes' parameter of TinyMLPClassifier must be .* Got "):
        TinyMLPClassifier(sizes).fit(*iris)


def test_hidden_units_that_would_start_equal_are_an_error(iris):
    with pytest.raises(ValueError, match=r"init_scale == 0.0, must be > 0 or None with hidden layers"):
        TinyMLPClassifier(init_scale=0.0).fit(*iris)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(), (6,), (6, 5), (6, 5, 4)], ids=str)
def test_predictions_follow_from_the_published_layers(hidden, activation, datasets):
    X, y = datasets["wine"]
    clf = quick(hidden, activation).fit(X, y)
    logits = textbook_logits(clf, X)
    # The raw features are in the thousands.
    np.testing.assert_allclose(clf.decision_function(X), logits, atol=1e-9)
    np.testing.assert_allclose(clf.predict_proba(X), special.softmax(logits, axis=1), atol=1e-9)
    np.testing.assert_array_equal(clf.predict(X), clf.classes_[logits.argmax(axis=1)])


def test_a_new_activation_counts_from_the_next_fit(iris):
    X, y = iris
    clf = quick().fit(X, y)
    before = clf.predict_proba(X)
    np.testing.assert_array_equal(clf.set_params(activation="relu").predict_proba(X), before)
    np.testing.assert_array_equal(clf.fit(X, y).predict_proba(X), quick(activation="relu").fit(X, y).predict_proba(X))


def test_penalty_is_that_of_the_published_coefficients_of_all_layers(datasets):
    X, y = datasets["wine"]
    clf = TinyMLPClassifier((6, 5), l2=0.01, solver="lbfgs", random_state=0).fit(X, y)
    penalty = 0.005 * sum((coef**2).sum() for coef in clf.coefs_)
    assert clf.penalty_curve_[-1] == pytest.approx(penalty, rel=1e-9)
    assert clf.loss_curve_[-1] == pytest.approx(log_loss(y, clf.predict_proba(X)) + penalty, rel=1e-9)


def test_an_untrained_network_knows_next_to_nothing(datasets):
    X, y = datasets["digits"]
    clf = TinyMLPClassifier(batch_size=len(y), max_iter=1, tol=None, random_state=0).fit(X, y)
    assert clf.data_loss_curve_ == pytest.approx([np.log(10)], rel=0.3)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_features_that_are_always_zero_get_no_coefficient(solver, datasets):
    X, y = datasets["digits"]
    dead = X.max(axis=0) == 0
    assert dead.sum() == 3
    clf = quick(solver=solver).fit(X, y)
    np.testing.assert_array_equal(clf.coefs_[0][dead], 0)
    assert np.all(clf.coefs_[0][~dead])


def test_initial_weights_do_not_depend_on_the_number_of_samples(datasets):
    X, y = datasets["digits"]
    clf = quick(learning_rate_init=1e-12, activation="tanh")
    every, half = clf.fit(X, y).coefs_[0], clone(clf).fit(X[::2], y[::2]).coefs_[0]
    np.testing.assert_allclose(every, half, atol=1e-9)


# Against other packages


def start_of(ours, theirs):
    """Copy the layers of ours into an MLPClassifier that has been fitted once."""
    for values, others in ((ours.coefs_, theirs.coefs_), (ours.intercepts_, theirs.intercepts_)):
        for ours_of_layer, theirs_of_layer in zip(values, others, strict=True):
            theirs_of_layer[:] = ours_of_layer


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(), (7,), (7, 6)], ids=str)
def test_a_full_batch_step_is_that_of_mlp_classifier(hidden, activation, standardised):
    X, y = standardised["wine"]
    n, l2, eta = len(y), 0.03, 0.2
    ours = TinyMLPClassifier(
        hidden, activation, l2=l2, batch_size=n, learning_rate="constant", learning_rate_init=eta, momentum=0.0,
        max_iter=3, tol=None, warm_start=True, init_scale=0.5, random_state=0,
    ).fit(X, y)  # fmt: skip
    theirs = MLPClassifier(
        hidden, activation, solver="sgd", alpha=l2 * n, batch_size=n, learning_rate_init=eta, momentum=0.0
    ).partial_fit(X, y, classes=[0, 1, 2])
    start_of(ours, theirs)
    ours.set_params(max_iter=1).fit(X, y)
    theirs.partial_fit(X, y)
    for mine, other in zip([*ours.coefs_, *ours.intercepts_], [*theirs.coefs_, *theirs.intercepts_], strict=True):
        np.testing.assert_allclose(mine, other, rtol=0, atol=1e-10)
    # Their loss is that before the step.
    assert ours.loss_curve_[-1] == pytest.approx(theirs.loss_curve_[-1], abs=1e-10)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_fifty_steps_are_those_of_pytorch(activation, nesterov, datasets):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    X, y = datasets["digits"]
    X, y, l2, eta, mu = X[:1600] / 16, y[:1600], 1e-3, 0.1, 0.9
    ours = TinyMLPClassifier(
        (20, 15), activation, l2=l2, batch_size=32, learning_rate="constant", learning_rate_init=eta, momentum=mu,
        nesterovs_momentum=nesterov, max_iter=1, tol=None, shuffle=False, warm_start=True, random_state=0,
    ).fit(X, y)  # fmt: skip
    function = {"tanh": torch.tanh, "relu": torch.relu}[activation]
    W = [torch.tensor(coef.T.copy(), requires_grad=True) for coef in ours.coefs_]
    b = [torch.tensor(intercept.copy(), requires_grad=True) for intercept in ours.intercepts_]
    optimizer = torch.optim.SGD(
        [{"params": W, "weight_decay": l2}, {"params": b}], lr=eta, momentum=mu, nesterov=nesterov
    )
    for start in range(0, 1600, 32):
        A = torch.tensor(X[start : start + 32])
        for index in range(3):
            A = (function(A) if index else A) @ W[index].T + b[index]
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(A, torch.tensor(y[start : start + 32])).backward()
        optimizer.step()
    ours.fit(X, y)
    assert ours.n_updates_ == 50
    for mine, theirs in zip([*ours.coefs_, *ours.intercepts_], [*[w.T for w in W], *b], strict=True):
        np.testing.assert_allclose(mine, theirs.detach().numpy(), rtol=0, atol=1e-5)


# Learning


@pytest.mark.parametrize(
    "parameters",
    [{}, {"activation": "relu"}, {"activation": "identity"}, {"activation": "logistic", "solver": "adam"}],
    ids=str,
)
def test_five_images_are_learnt_by_heart(parameters, datasets):
    X, y = (values[:5] for values in datasets["digits"])
    clf = TinyMLPClassifier(l2=1e-4, batch_size=5, max_iter=200, tol=None, random_state=0, **parameters).fit(X, y)
    assert clf.n_updates_ == 200
    assert clf.predict_proba(X)[np.arange(5), y].min() > 0.999


def exclusive_or():
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).repeat(10, axis=0)
    return X, np.logical_xor(X[:, 0], X[:, 1]).astype(int)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("activation", ["tanh", slow("relu")])
@pytest.mark.parametrize(
    ("problem", "accuracy"),
    [
        (exclusive_or(), 1.0),
        slow(make_moons(300, noise=0.2, random_state=0), 0.95),
        slow(make_circles(300, noise=0.1, factor=0.5, random_state=0), 0.97),
    ],
    ids=["exclusive or", "moons", "circles"],
)
def test_hidden_units_solve_what_lines_cannot(problem, accuracy, activation, solver):
    X, y = problem
    starts = [TinyMLPClassifier(activation=activation, solver=solver, random_state=seed) for seed in range(5)]
    # Rounding decides which start ends beside the solution.
    assert sum(mlp.fit(X, y).score(X, y) >= accuracy for mlp in starts) >= 4
    assert SoftmaxRegression(random_state=0).fit(X, y).score(X, y) <= 0.9


@pytest.mark.slow
# Each shape and each activation on both sets.
@pytest.mark.parametrize(
    ("hidden", "activation", "name"),
    [
        (hidden, activation, ("wine", "iris")[(row + column) % 2])
        for row, hidden in enumerate([(3,), (64,), (64, 64), (200, 100, 50), (32,) * 5])
        for column, activation in enumerate(ACTIVATIONS)
    ],
    ids=str,
)
def test_the_automatic_learning_rate_suits_every_shape(hidden, activation, name, datasets):
    X, y = datasets[name]
    clf = TinyMLPClassifier(hidden, activation, l2=1e-4, max_iter=500, random_state=0).fit(X, y)
    # From log 3, what no model at all has, at least most of the way down.
    assert clf.data_loss_curve_[-1] < 0.2
    assert max(clf.data_loss_curve_) < 2


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("hidden", [(), (4,), (4, 3)], ids=str)
def test_no_step_is_longer_than_the_penalty_alone_admits(hidden, scale, standardised):
    X, y = standardised["iris"]
    clf = quick(hidden, l2=100.0).fit(scale * X, y)
    # The penalty has the curvature l2 in the weights of layers above the first, where there are some.
    assert clf.learning_rate_curve_[0] <= (1 / 100 if hidden else np.inf)
    assert max(clf.loss_curve_) <= 2 * clf.loss_curve_[0]


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_without_penalty_raw_and_rescaled_features_train_alike(scale, standardised):
    X, y = standardised["iris"]
    clf = quick(l2=0.0)
    expected = clf.fit(X, y).predict_proba(X)
    moved = X * scale + 1e3
    # Centring 1e3 beside 1e-3 leaves ten digits.
    np.testing.assert_allclose(clf.fit(moved, y).predict_proba(moved), expected, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["tanh", "relu", "logistic"])
@pytest.mark.parametrize("hidden", [(8,), (64,)], ids=str)
def test_moons_are_solved_from_every_start(hidden, activation):
    X, y = make_moons(300, noise=0.2, random_state=0)
    scores = [TinyMLPClassifier(hidden, activation, random_state=seed).fit(X, y).score(X, y) for seed in range(8)]
    # One in eight may stay at a straight line, which has 0.85.
    assert sorted(scores)[1] > 0.95


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_full_batch_learns_too(activation):
    X, y = make_classification(400, 20, n_informative=8, n_classes=3, random_state=0)
    clf = TinyMLPClassifier(activation=activation, l2=1e-4, batch_size=400, max_iter=400, random_state=0).fit(X, y)
    # Softmax regression has 0.72.
    assert clf.score(X, y) > 0.95


# Input


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("learning_rate_init", ["auto", 0.01])
def test_sparse_and_dense_give_the_same_model(learning_rate_init, solver, datasets):
    X, y = datasets["digits"]
    X, y = X[:300], y[:300]
    clf = TinyMLPClassifier(
        (10,), solver=solver, learning_rate_init=learning_rate_init, max_iter=10, tol=None, random_state=0
    )
    dense, sparsely = weights(clf.fit(X, y)), weights(clone(clf).fit(sparse.csr_array(X), y))
    # L-BFGS divides by small differences, which magnifies rounding.
    np.testing.assert_allclose(sparsely, dense, rtol=0, atol=1e-6)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("kind", [slow("dense"), "sparse"])
def test_float32_is_kept_to_the_end(kind, solver, datasets):
    X, y = datasets["digits"]
    X = sparse.csr_matrix(X.astype(np.float32)) if kind == "sparse" else X.astype(np.float32)
    clf = quick(solver=solver).fit(X, y)
    assert weights(clf).dtype == np.float32
    assert clf.predict_proba(X).dtype == np.float32
    if solver != "lbfgs":
        clf.partial_fit(X, y)
        assert weights(clf).dtype == np.float32
        assert {moment.dtype for moment in clf._training_state["moments"]} == {np.dtype(np.float32)}


def test_bytes_give_the_model_of_the_same_floats(datasets):
    X, y = datasets["digits"]
    bytewise, floats = quick().fit(X.astype(np.uint8), y), quick().fit(X.astype(np.float32), y)
    np.testing.assert_array_equal(weights(bytewise), weights(floats))


def test_large_dense_and_sparse_data_start_alike(rng):
    # Dense moments come from a subsample here.
    X = rng.normal(size=(9000, 64))
    y = rng.randint(0, 3, 9000)
    clf = TinyMLPClassifier((8,), max_iter=1, tol=None, random_state=0)
    dense, sparsely = clf.fit(X, y).coefs_[0], clone(clf).fit(sparse.csr_matrix(X), y).coefs_[0]
    assert np.corrcoef(dense.ravel(), sparsely.ravel())[0, 1] > 0.95


# Weights


@pytest.mark.parametrize("parameters", [{"batch_size": 1000}, {"solver": "lbfgs"}], ids=str)
@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_integer_weights_equal_repeated_samples(class_weight, parameters, iris):
    X, y = iris
    counts = np.random.RandomState(0).randint(0, 4, 150)
    clf = TinyMLPClassifier((5,), class_weight=class_weight, max_iter=30, tol=1e-6, random_state=0, **parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        weighted = clf.fit(X, y, sample_weight=counts).predict_proba(X)
        repeated = clf.fit(np.repeat(X, counts, axis=0), np.repeat(y, counts)).predict_proba(X)
    np.testing.assert_allclose(weighted, repeated, rtol=1e-6)


def test_balanced_class_weights_find_the_rare_class(rng):
    X = np.vstack([rng.normal(size=(950, 2)), rng.normal(1.5, 1.0, size=(50, 2))])
    y = np.repeat([0, 1], [950, 50])
    recall = {
        w: TinyMLPClassifier((8,), class_weight=w, random_state=0).fit(X, y).predict(X[y == 1]).mean()
        for w in (None, "balanced")
    }
    assert recall["balanced"] > recall[None] + 0.2


# Going on


@pytest.mark.parametrize("parameters", [{}, {"solver": "adam"}, {"learning_rate_init": 0.01}], ids=str)
def test_partial_fit_over_epochs_equals_fit(parameters, datasets):
    X, y = datasets["digits"]
    # What a stream, whose length nobody knows, has by default.
    parameters = {"l2": 1e-4, "batch_size": 32, "learning_rate": "constant", **parameters}
    clf = TinyMLPClassifier((20,), max_iter=4, tol=None, random_state=0, **parameters).fit(X, y)
    steps = TinyMLPClassifier((20,), random_state=0, **parameters)
    for _ in range(4):
        steps.partial_fit(X, y, classes=np.arange(10))
    # Between calls the first layer is turned into that of the raw features and back.
    np.testing.assert_allclose(weights(steps), weights(clf), atol=1e-7)
    np.testing.assert_allclose(steps.loss_curve_, clf.loss_curve_, rtol=1e-7)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_partial_fit_gives_the_same_bits_after_pickling_midway(solver, datasets):
    X, y = datasets["digits"]
    clf = TinyMLPClassifier((20,), solver=solver, random_state=0).partial_fit(X[:600], y[:600], classes=np.arange(10))
    thawed = pickle.loads(pickle.dumps(clf))
    for model in (clf, thawed):
        model.partial_fit(X[600:], y[600:])
    np.testing.assert_array_equal(weights(thawed), weights(clf))


@pytest.mark.slow
@pytest.mark.parametrize("learning_rate_init", ["auto", 0.3])
def test_partial_fit_on_one_sample_at_a_time_learns(learning_rate_init, standardised):
    X, y = standardised["wine"]
    clf = TinyMLPClassifier((8,), learning_rate_init=learning_rate_init, random_state=0)
    for i in np.random.RandomState(0).permutation(len(y)):
        clf.partial_fit(X[[i]], y[[i]], classes=[0, 1, 2])
    assert clf.score(X, y) > 0.9


def test_partial_fit_with_zero_weights_keeps_the_start(iris):
    X, y = iris
    clf = quick().partial_fit(X, y, classes=[0, 1, 2], sample_weight=np.zeros(150))
    assert clf.n_iter_ == 0
    assert np.any(clf.coefs_[0])
    np.testing.assert_array_equal(weights(clf.partial_fit(X, y)), weights(quick().partial_fit(X, y, classes=[0, 1, 2])))


def test_warm_start_goes_on_from_all_layers(iris):
    plain = {"batch_size": 150, "momentum": 0.0, "learning_rate_init": 0.01, "learning_rate": "constant"}
    clf = quick((8,), warm_start=True, **plain).fit(*iris)
    first = clf.loss_curve_
    through = quick((8,), **plain).set_params(max_iter=10).fit(*iris)
    np.testing.assert_allclose(first + clf.fit(*iris).loss_curve_, through.loss_curve_, rtol=1e-12)
    np.testing.assert_allclose(weights(clf), weights(through), rtol=1e-9)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_going_on_with_other_hidden_layers_is_an_error(method, iris):
    X, y = iris
    clf = quick((8,), warm_start=True).fit(X, y)
    before = weights(clf)
    with pytest.raises(ValueError, match=r"hidden_layer_sizes == \(9,\), was \(8,\)"):
        getattr(clf.set_params(hidden_layer_sizes=(9,)), method)(X, y)
    with pytest.raises(ValueError, match="cannot go on: activation == 'tanh', was 'relu'"):
        getattr(clf.set_params(hidden_layer_sizes=(8,), activation="tanh"), method)(X, y)
    np.testing.assert_array_equal(weights(clf), before)


# Early stopping, reproducibility


def test_best_parameters_of_all_layers_are_restored():
    rng = np.random.RandomState(0)
    X, y = rng.normal(size=(120, 30)), rng.randint(0, 3, 120)
    clf = quick(early_stopping=True, validation_fraction=0.3, l2=0.0).set_params(max_iter=30).fit(X, y)
    assert clf.best_epoch_ == 1 + int(np.argmin(clf.validation_loss_curve_)) < 30
    again = clone(clf).set_params(max_iter=clf.best_epoch_).fit(X, y)
    np.testing.assert_array_equal(weights(clf), weights(again))


@pytest.mark.parametrize("parameters", [{}, {"solver": "adam"}, {"solver": "lbfgs"}, {"init_scale": 0.1}], ids=str)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_same_seed_same_bits(parameters, datasets):
    X, y = datasets["digits"]
    first, second = quick(**parameters).fit(X, y), quick(**parameters).fit(X, y)
    np.testing.assert_array_equal(weights(first), weights(second))
    assert not np.array_equal(weights(quick(**parameters).set_params(random_state=1).fit(X, y)), weights(first))


def test_a_pickled_model_holds_its_weights_once():
    rng = np.random.RandomState(0)
    X, y = rng.normal(size=(40, 1000)), np.arange(40) % 4
    clf = quick(learning_rate_init=0.01).fit(X, y)
    assert len(pickle.dumps(clf)) < 1.1 * weights(clf).nbytes
    # What partial_fit goes on from: the moments as well.
    clf.partial_fit(X, y)
    assert len(pickle.dumps(clf)) < 2.1 * weights(clf).nbytes


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_intercepts_stay_zero_only_without(solver, fit_intercept, datasets):
    X, y = datasets["iris"]
    clf = TinyMLPClassifier(
        (6, 5), "tanh", solver=solver, fit_intercept=fit_intercept, max_iter=2000, random_state=0
    ).fit(X, y)
    assert all(np.any(intercept) == fit_intercept for intercept in clf.intercepts_)
    assert clf.score(X, y) > 0.9


@pytest.mark.parametrize("hidden_layer_sizes", [(), (5,), (4, 3)], ids=str)
def test_features_are_damped_more_below_hidden_layers(hidden_layer_sizes, datasets):
    X, y = datasets["iris"]
    clf = quick(hidden_layer_sizes, warm_start=True, l2=1e-3).fit(X, y)
    damping = HIDDEN_DAMPING if hidden_layer_sizes else DAMPING
    expected = np.sqrt(X.var(axis=0) + damping * np.ptp(X, axis=0) ** 2 + 1e-3)
    np.testing.assert_allclose(clf._training_state["scale"], expected, rtol=1e-9)
