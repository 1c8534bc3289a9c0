# SPDX-License-Identifier: BSD-3-Clause
"""A cluster finds what one machine finds."""

import os
import pickle
import signal
import warnings
from collections import Counter

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, VectorizedGridSearchCV

dask = pytest.importorskip("dask", reason="dask is not installed")
distributed = pytest.importorskip("distributed", reason="distributed is not installed")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe", reason="dask.dataframe is not installed")
_dask_parts = pytest.importorskip("sksoftmax._dask_parts")
estimators = pytest.importorskip("sksoftmax.dask")
DaskSoftmaxRegression, DaskTinyMLPClassifier = estimators.DaskSoftmaxRegression, estimators.DaskTinyMLPClassifier

# Each starts processes, or waits for them.
pytestmark = pytest.mark.slow

# At the optimum: the objective is strongly convex, and its steepness there bounds how far coefficients are from it.
EXACT = {"l2": 0.01, "solver": "lbfgs", "tol": 1e-10, "max_iter": 500}
TOLERANCE = 1e-6
UNEVEN = (0, 7, 43, 0, 60, 40)
PREDICTIONS = ("predict", "predict_proba", "predict_log_proba", "decision_function")
ANY_PORT = {"dashboard_address": ":0"}


@pytest.fixture(scope="module", autouse=True)
def client():
    with distributed.Client(processes=True, n_workers=2, threads_per_worker=1, **ANY_PORT) as client:
        yield client


def in_blocks(*arrays, chunks=UNEVEN):
    return [da.from_array(array, chunks=(chunks, -1)[: array.ndim]) for array in arrays]


def assert_same(ours, theirs, tolerance=TOLERANCE):
    for (W, b), (V, c) in zip(ours.to_local()._published_layers(), theirs._published_layers()):
        assert W.dtype == V.dtype
        np.testing.assert_allclose(W, V, rtol=0, atol=tolerance)
        np.testing.assert_allclose(b, c, rtol=0, atol=tolerance)


@pytest.mark.parametrize("sparsely", [False, True])
@pytest.mark.parametrize("class_weight", [None, "balanced", {0: 2.0, 2: 0.5}])
def test_coefficients_are_those_of_one_machine(iris, sparsely, class_weight):
    # In order of their classes, so that blocks lack some.
    X, y = iris
    dX, dy = in_blocks(X, y)
    dX = dX.map_blocks(sparse.csr_matrix) if sparsely else dX
    ours = DaskSoftmaxRegression(**EXACT, class_weight=class_weight).fit(dX, dy)
    assert_same(ours, SoftmaxRegression(**EXACT, class_weight=class_weight).fit(X, y))


def test_a_class_without_weight_takes_no_part(iris):
    X, y = iris
    # Its intercept has no optimum, so the first steps are compared.
    settings = {"class_weight": {2: 0.0}, "max_iter": 5, "tol": None}
    ours = DaskSoftmaxRegression(**settings).fit(*in_blocks(X, y))
    assert_same(ours, SoftmaxRegression(solver="lbfgs", **settings).fit(X, y))


@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_sample_weights_are_those_of_one_machine(rng, iris, class_weight):
    X, y = iris
    w = rng.exponential(size=len(y)) * (rng.rand(len(y)) < 0.7)
    # A block without positive weight.
    w[:7] = 0
    ours = DaskSoftmaxRegression(**EXACT, class_weight=class_weight).fit(*in_blocks(X, y, w))
    assert_same(ours, SoftmaxRegression(**EXACT, class_weight=class_weight).fit(X, y, w))


def test_steps_are_those_of_one_machine_on_raw_data(datasets):
    X, y = datasets["breast cancer"]
    labels = np.array(["malignant", "benign"])[y]
    ours = DaskSoftmaxRegression().fit(*in_blocks(X, labels, chunks=(300, 269)))
    theirs = SoftmaxRegression(solver="lbfgs").fit(X, labels)
    assert ours.n_iter_ == theirs.n_iter_
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-6)
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)


def test_float32_is_computed_in_float32(iris):
    X, y = iris[0].astype(np.float32), iris[1]
    settings = {"l2": 0.01, "solver": "lbfgs", "tol": 1e-4}
    ours = DaskSoftmaxRegression(**settings).fit(*in_blocks(X, y))
    # Rounding of the objective hides changes of the coefficients of the order of its square root.
    assert_same(ours, SoftmaxRegression(**settings).fit(X, y), np.sqrt(np.finfo(np.float32).eps))


def test_a_network_takes_the_steps_of_one_machine(iris):
    X, y = iris
    settings = {"max_iter": 15, "tol": None, "random_state": 0}
    ours = DaskTinyMLPClassifier((8,), "tanh", **settings).fit(*in_blocks(X, y))
    assert_same(ours, TinyMLPClassifier((8,), "tanh", solver="lbfgs", **settings).fit(X, y))
    assert ours.l2_ == TinyMLPClassifier((8,), solver="lbfgs", **settings).fit(X, y).l2_


def test_frames_in_and_lazy_frames_out(iris):
    X, y = pd.DataFrame(iris[0], columns=list("abcd")), pd.Series(iris[1]).map({0: "x", 1: "y", 2: "z"})
    dX, dy = dd.from_pandas(X, npartitions=3), dd.from_pandas(y, npartitions=3)
    clf = DaskSoftmaxRegression(**EXACT).fit(dX, dy)
    local = SoftmaxRegression(**EXACT).fit(X, y)
    assert clf.feature_names_in_.tolist() == list("abcd")
    lazy = clf.predict_proba(dX)
    assert isinstance(lazy, dd.DataFrame)
    p = lazy.compute()
    assert p.columns.tolist() == ["x", "y", "z"]
    np.testing.assert_allclose(p, local.predict_proba(X), atol=TOLERANCE)
    predicted = clf.predict(dX).compute()
    assert predicted.index.equals(X.index)
    assert (predicted == local.predict(X)).all()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_predictions_of_arrays_are_lazy_and_those_of_the_local_estimator(iris, n_classes):
    X, y = (array[iris[1] < n_classes] for array in iris)
    (dX, dy) = in_blocks(X, y, chunks=(len(y) // 2, 0, len(y) // 2))
    clf = DaskSoftmaxRegression(**EXACT).fit(dX.rechunk({1: 2}), dy)
    local = pickle.loads(pickle.dumps(clf.to_local()))
    assert type(local) is SoftmaxRegression
    for method in PREDICTIONS:
        lazy, expected = getattr(clf, method)(dX), getattr(local, method)(X)
        assert isinstance(lazy, da.Array)
        assert lazy.shape == expected.shape
        assert lazy.dtype == expected.dtype
        np.testing.assert_array_equal(lazy.compute(), expected)
        np.testing.assert_array_equal(getattr(clf, method)(X), expected)
    assert clf.score(dX, dy) == local.score(X, y)


@pytest.mark.parametrize(
    ("cls", "name", "value"),
    [
        (DaskSoftmaxRegression, "coef_", np.eye(3, 4)),
        (DaskSoftmaxRegression, "coef_", np.eye(3, 4, dtype=int)),
        (DaskSoftmaxRegression, "coef_", np.eye(3, 4, dtype=np.float32)),
        (DaskSoftmaxRegression, "intercept_", np.array([0.0, 9.0, 0.0])),
        (DaskSoftmaxRegression, "classes_", np.array(["a", "b", "c"])),
        (DaskTinyMLPClassifier, "coefs_", [np.eye(4, 64), np.eye(64, 3)]),
        (DaskTinyMLPClassifier, "intercepts_", [np.ones(64), np.arange(3.0)]),
    ],
)
def test_what_is_set_by_hand_is_what_predicts(cls, name, value, iris):
    X, y = iris
    # Products of fewer samples sum in another order.
    dX, dy = in_blocks(X, y, chunks=len(y))
    clf = cls(max_iter=2, tol=None, random_state=0).fit(dX, dy)
    local = pickle.loads(pickle.dumps(clf.to_local()))
    before = clf.predict_proba(dX), local.predict_proba(X)
    setattr(clf, name, value)
    setattr(local, name, value)
    assert getattr(clf, name) is value
    assert getattr(clf.to_local(), name) is value
    for method in PREDICTIONS:
        lazy, expected = getattr(clf, method)(dX), getattr(local, method)(X)
        assert lazy.dtype == expected.dtype
        np.testing.assert_array_equal(lazy.compute(), expected)
        np.testing.assert_array_equal(getattr(clf, method)(X), expected)
    np.testing.assert_array_equal(before[0].compute(), before[1])
    assert getattr(clf.fit(dX, dy), name) is not value


@pytest.mark.parametrize("method", PREDICTIONS)
@pytest.mark.parametrize("lazily", [False, True])
def test_what_is_set_by_hand_and_does_not_fit_is_named_before_anything_is_computed(method, lazily, iris):
    X, y = iris
    dX, dy = in_blocks(X, y)
    clf = DaskSoftmaxRegression(max_iter=2, tol=None).fit(dX, dy)
    for value in (clf.coef_.T, clf.coef_[:2], clf.coef_.tolist()):
        clf.coef_ = value
        with pytest.raises(ValueError, match=r"coef_ and intercept_ are .*, must be arrays of real numbers"):
            getattr(clf, method)(dX if lazily else X)


@pytest.mark.parametrize("method", PREDICTIONS)
def test_before_fit_there_is_no_prediction_and_fit_starts_afresh(method, iris):
    dX, dy = in_blocks(*iris)
    clf = DaskSoftmaxRegression(max_iter=2, tol=None)
    clf.coef_ = np.eye(3, 4)
    with pytest.raises(NotFittedError):
        getattr(clf, method)(dX)
    assert clf.fit(dX, dy).coef_ is clf.to_local().coef_


def on_call(monkeypatch, number, act):
    """Call `act` before the parts are asked for the so-many-th time."""
    each, calls = _dask_parts.Parts.each, []

    def counting(self, *arguments, **own):
        calls.append(arguments)
        if len(calls) == number:
            act()
        return each(self, *arguments, **own)

    monkeypatch.setattr(_dask_parts.Parts, "each", counting)
    return calls


def a_worker_killed(client, monkeypatch, number):
    """Kill a worker before the parts are asked for the so-many-th time."""
    pid = client.run(os.getpid).popitem()[1]
    return on_call(monkeypatch, number, lambda: os.kill(pid, signal.SIGKILL))


def test_a_worker_killed_in_the_middle_changes_nothing(client, monkeypatch, datasets):
    X, y = datasets["digits"]
    X = X / 16
    calls = a_worker_killed(client, monkeypatch, 10)
    ours = DaskSoftmaxRegression(**EXACT).fit(*in_blocks(X, y, chunks=200))
    assert len(calls) > 10
    assert_same(ours, SoftmaxRegression(**EXACT).fit(X, y))
    client.wait_for_workers(2)


@pytest.mark.parametrize(
    ("settings", "n_vectors", "beside"),
    # A gradient, or coefficients, velocity and the mean of the iterates; and what tells of them.
    [({"l2": 0.01}, 1, 1000), ({"solver": "sgd", "max_iter": 5, "tol": None}, 3, 4000)],
    ids=["lbfgs", "sgd"],
)
def test_no_block_is_sent_twice_and_none_while_it_trains(settings, n_vectors, beside, client, monkeypatch, datasets):
    X, y = datasets["digits"]
    dX, dy = client.persist(in_blocks(X, y, chunks=200))
    distributed.wait([dX, dy])
    before, joined = sent(client), {}
    on_call(monkeypatch, 1, lambda: joined.update(sent(client)))
    clf = DaskSoftmaxRegression(**settings).fit(dX, dy)
    assert max(Counter(key for message in sent_since(client, before) for key in message).values()) == 1
    messages = sent_since(client, joined)
    assert len(messages) >= clf.n_iter_
    largest = 8 * n_vectors * (clf.coef_.size + clf.intercept_.size) + beside
    assert max(size for message in messages for size in message.values()) < largest < 200 * X[0].nbytes / 2


def objective(clf, X, y, weights=None):
    """J in terms of the coefficients, whatever the curves say."""
    p = clf.predict_proba(X)[np.arange(len(y)), np.searchsorted(clf.classes_, y)]
    penalty = sum(np.square(W).sum() for W, _ in clf._published_layers())
    return np.average(-np.log(p), weights=weights) + 0.5 * clf.l2_ * penalty


# With a penalty that soon leads near the optimum.
NEAR = {"l2": 0.1, "tol": 1e-4, "max_iter": 500, "random_state": 0}
THERE = {**EXACT, "l2": 0.1}


@pytest.mark.parametrize("sparsely", [False, True])
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_local_sgd_comes_to_the_objective_of_one_machine(iris, solver, sparsely):
    # In order of their classes, in uneven blocks and empty ones.
    X, y = iris
    dX, dy = in_blocks(X, y)
    dX = dX.map_blocks(sparse.csr_matrix) if sparsely else dX
    ours = DaskSoftmaxRegression(solver=solver, **NEAR).fit(dX, dy).to_local()
    theirs = SoftmaxRegression(**THERE).fit(X, y)
    assert 0 <= objective(ours, X, y) - theirs.loss_ < 0.01 * theirs.loss_
    assert len(ours.loss_curve_) == len(ours.learning_rate_curve_) == ours.n_iter_


def test_local_sgd_weighs_samples_over_all_blocks(rng, iris):
    X, y = iris
    w = rng.exponential(size=len(y)) * (rng.rand(len(y)) < 0.7)
    w[:7] = 0
    settings = {"class_weight": {0: 2.0, 2: 0.5}}
    ours = DaskSoftmaxRegression(solver="sgd", **NEAR, **settings).fit(*in_blocks(X, y, w)).to_local()
    theirs = SoftmaxRegression(**THERE, **settings).fit(X, y, w)
    weights = w * np.array([2.0, 1.0, 0.5])[y]
    assert 0 <= objective(ours, X, y, weights) - theirs.loss_ < 0.01 * theirs.loss_


def test_local_sgd_of_a_network_in_float32_lowers_the_objective_as_one_machine(datasets):
    X, y = datasets["digits"]
    X = X.astype(np.float32)
    settings = {"hidden_layer_sizes": (16,), "random_state": 0, "max_iter": 15, "tol": None}
    ours = DaskTinyMLPClassifier(solver="sgd", **settings).fit(*in_blocks(X, y, chunks=300)).to_local()
    theirs = TinyMLPClassifier(**settings).fit(X, y)
    assert ours.coefs_[0].dtype == np.float32
    # Zero coefficients have log(10); another order of the samples moves either by a few percent of that.
    assert objective(ours, X, y) < objective(theirs, X, y) + 0.05


def test_blocks_that_are_not_in_memory_are_dealt_out_in_runs(client, iris):
    X, y = in_blocks(*iris, chunks=(75, 5, 70))
    parts = _dask_parts.Parts(client, SoftmaxRegression(), X, estimators._blocks(X, y, None))
    assert parts.each(lambda part: part.targets.tolist()) == [iris[1][:80].tolist(), iris[1][80:].tolist()]


def test_the_seed_decides_what_local_sgd_finds(iris):
    def fitted(seed):
        return DaskSoftmaxRegression(solver="sgd", random_state=seed, max_iter=4, tol=None).fit(*in_blocks(*iris)).coef_

    np.testing.assert_array_equal(fitted(0), fitted(0))
    assert not np.array_equal(fitted(0), fitted(1))


def test_schedules_of_local_sgd_count_rounds(iris):
    clf = DaskSoftmaxRegression(
        solver="sgd", learning_rate="exponential", learning_rate_init=0.01, decay=0.5, max_iter=3, tol=None
    ).fit(*in_blocks(*iris))
    assert clf.learning_rate_curve_ == [0.01, 0.005, 0.0025]


@pytest.mark.parametrize("solver", ["lbfgs", "sgd"])
def test_progress_is_printed(capsys, iris, solver):
    DaskSoftmaxRegression(solver=solver, verbose=2, max_iter=3, tol=None).fit(*in_blocks(*iris))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  elapsed")[0] for line in lines] == [f"epoch {i} of 3" for i in (1, 2, 3)]


def test_local_sgd_warns_as_the_plain_estimator(iris):
    with pytest.warns(ConvergenceWarning, match=r"has not converged after 2 of max_iter=2"):
        DaskSoftmaxRegression(solver="sgd", max_iter=2).fit(*in_blocks(*iris))


def test_a_worker_killed_in_the_middle_of_local_sgd_changes_nothing(client, monkeypatch, iris):
    def fitted():
        return DaskSoftmaxRegression(solver="sgd", random_state=0, max_iter=8, tol=None).fit(*in_blocks(*iris))

    whole = fitted()
    calls = a_worker_killed(client, monkeypatch, 8)
    killed = fitted()
    assert len(calls) > 8
    # A part has its order of samples from its place, and the same arithmetic with another worker.
    np.testing.assert_array_equal(killed.coef_, whole.coef_)
    assert killed.loss_curve_ == whole.loss_curve_
    client.wait_for_workers(2)


def sent_since(client, before):
    return [message for worker, log in sent(client).items() for message in log[len(before[worker]) :]]


def sent(client):
    """Bytes of each key of each message that each worker has sent."""
    return client.run(lambda dask_worker: [dict(entry["keys"]) for entry in dask_worker.transfer_outgoing_log])


@pytest.mark.parametrize("solver", ["lbfgs", "sgd"])
def test_without_workers_it_gives_up_and_stays_as_it_was(monkeypatch, iris, solver):
    monkeypatch.setattr(_dask_parts, "PATIENCE", 0.2)
    with (
        distributed.LocalCluster(1, processes=False, **ANY_PORT) as cluster,
        distributed.Client(cluster, set_as_default=False) as lonely,
    ):
        clf = DaskSoftmaxRegression(client=lonely, solver=solver, max_iter=3, tol=None).fit(*in_blocks(*iris))
        before = vars(clf).copy()
        on_call(monkeypatch, 5, lambda: cluster.scale(0))
        with pytest.raises(RuntimeError, match=r"[Ww]orkers .*are lost"):
            clf.set_params(l2=0.1).fit(*in_blocks(*iris))
    assert vars(clf) == {**before, "l2": 0.1}


def weighted(w):
    return {"sample_weight": da.from_array(w, chunks=UNEVEN)}


@pytest.mark.parametrize(
    ("parameters", "change", "message"),
    [
        ({"solver": "saga"}, {}, "The 'solver' parameter"),
        ({"warm_start": True}, {}, "warm_start == True, must be False on a cluster"),
        ({"store_minibatch_loss": True}, {}, "store_minibatch_loss == True, must be False"),
        ({"early_stopping": True, "solver": "sgd"}, {}, "early_stopping == True, must be False on a cluster"),
        ({"solver": "sgd", "learning_rate_init": 1e300}, {}, "Training diverged in epoch .* learning_rate_init"),
        ({"early_stopping": True}, {}, "early_stopping=True needs solver"),
        ({"l2": -1}, {}, "The 'l2' parameter"),
        ({}, {"X": np.zeros((150, 4))}, "X == <ndarray of shape .*must be a Dask array or frame with ndim == 2"),
        ({}, {"y": da.zeros((150, 1))}, "with ndim == 1"),
        ({}, {"y": da.zeros(150, chunks=150)}, "blocks of rows, must have as many"),
        ({}, {"y": da.zeros(150, chunks=(UNEVEN[::-1],))}, "inconsistent numbers of samples|minimum of 1"),
        ({}, {"y": da.zeros(150, chunks=(UNEVEN,))}, "DaskSoftmaxRegression needs at least 2 classes"),
        ({}, {"X": da.full((150, 4), np.nan, chunks=(UNEVEN, 4))}, "contains NaN"),
        ({}, weighted(np.zeros(150)), "All weights are zero"),
        ({}, weighted(np.full(150, -1.0)), "sample_weight holds -1.0"),
        ({}, {"X": da.zeros((0, 4)), "y": da.zeros(0)}, "X has no sample"),
    ],
)
def test_what_cannot_be_fitted_is_told(iris, parameters, change, message):
    X, y = in_blocks(*iris)
    clf = DaskSoftmaxRegression(**parameters)
    before = vars(clf).copy()
    with pytest.raises(ValueError, match=message):
        clf.fit(**{"X": X, "y": y, **change})
    assert vars(clf) == before


@pytest.mark.parametrize(
    ("cls", "plain"), [(DaskSoftmaxRegression, SoftmaxRegression), (DaskTinyMLPClassifier, TinyMLPClassifier)]
)
def test_parameters_are_those_of_the_plain_estimator_and_a_client(client, cls, plain):
    assert cls().get_params() == {**plain(solver="lbfgs").get_params(), "client": None}
    copy = clone(cls(l2=0.5, client=client))
    assert copy.l2 == 0.5
    assert copy.client is client
    assert repr(cls(l2=0.5)) == f"{cls.__name__}(l2=0.5)"
    with pytest.raises(TypeError, match="unexpected keyword argument 'alpha'"):
        cls(alpha=1)
    with pytest.raises(AttributeError, match="no attribute 'coef_'"):
        _ = cls().coef_


def test_a_vectorised_search_runs_on_a_cluster_and_sends_its_samples_once(client, datasets):
    X, y = datasets["digits"]
    candidates = {"l2": [1e-3, 1e-2], "batch_size": [64, 128]}
    settings = {"estimator": SoftmaxRegression(max_iter=3, tol=None, random_state=0), "param_grid": candidates, "cv": 2}
    before, received = computed(client), sent(client)
    with (
        dask.config.set({"distributed.admin.large-graph-warning-threshold": X.nbytes // 2}),
        joblib.parallel_config(backend="dask"),
        warnings.catch_warnings(record=True) as told,
    ):
        warnings.simplefilter("always")
        ours = VectorizedGridSearchCV(**settings).fit(X, y)
    assert not told
    assert sum(computed(client).values()) >= sum(before.values()) + 4
    messages = sent_since(client, received)
    large = [key for message in messages for key, size in message.items() if size > X.nbytes / 2]
    assert max(Counter(large).values(), default=0) <= 1
    theirs = GridSearchCV(**settings).fit(X, y)
    # Models of a stack are to rounding what they are alone, which may move one sample of a fold.
    np.testing.assert_allclose(
        ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"], atol=2 / len(y)
    )


def computed(client):
    """How many tasks each worker has computed."""
    return client.run(lambda dask_worker: dask_worker.state.executed_count)
