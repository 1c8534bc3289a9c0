# SPDX-License-Identifier: BSD-3-Clause
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from sksoftmax.plotting import training_snapshots

EPOCHS = [0, 1, 4, 9]


def assert_same_model(a, b):
    for ours, theirs in zip(a._published_layers(), b._published_layers()):
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])


@pytest.mark.parametrize(
    "estimator",
    [
        SoftmaxRegression(random_state=0),
        SoftmaxRegression(random_state=0, learning_rate_init=0.01, learning_rate="step", batch_size=1000),
        SoftmaxRegression(random_state=0, solver="adam", class_weight="balanced"),
        SoftmaxRegression(random_state=0, early_stopping=True, scoring="accuracy"),
        SoftmaxRegression(solver="lbfgs"),
        TinyMLPClassifier((8,), random_state=0, store_minibatch_loss=True),
    ],
    ids=lambda e: f"{type(e).__name__}-{e.solver}-{e.learning_rate}-{e.early_stopping}",
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_snapshot_is_what_fit_makes_with_that_many_epochs(estimator, iris):
    X, y = iris
    weights = np.random.RandomState(0).uniform(0.5, 2, len(y))
    snapshots = training_snapshots(estimator, X, y, epochs=EPOCHS, sample_weight=weights)
    assert [snapshot.n_iter_ for snapshot in snapshots] == EPOCHS
    for epochs, snapshot in zip(EPOCHS[1:], snapshots[1:]):
        expected = clone(estimator).set_params(max_iter=epochs).fit(X, y, sample_weight=weights)
        assert_same_model(snapshot, expected)
        for name in (name for name in vars(expected) if name.endswith("_")):
            if name not in ("coefs_", "intercepts_"):
                np.testing.assert_array_equal(getattr(snapshot, name), getattr(expected, name))


def test_the_first_snapshot_of_softmax_regression_knows_nothing(iris):
    X, y = iris
    (untrained,) = training_snapshots(SoftmaxRegression(), X, y, epochs=[0])
    np.testing.assert_allclose(untrained.predict_proba(X), 1 / 3)
    assert untrained.loss_curve_ == []


def test_a_cosine_schedule_ends_at_the_last_epoch(iris):
    X, y = iris
    model = SoftmaxRegression(learning_rate="cosine", tol=None, random_state=0)
    (last,) = training_snapshots(model, X, y, epochs=[6])
    assert_same_model(last, clone(model).set_params(max_iter=6).fit(X, y))


def test_snapshots_go_on_by_partial_fit_as_a_fit_does_also_after_pickling(iris):
    X, y = iris
    model = SoftmaxRegression(tol=None, random_state=0)
    snapshot = training_snapshots(model, X, y, epochs=[2, 5])[0]
    expected = clone(model).set_params(max_iter=2).fit(X, y).partial_fit(X, y)
    assert_same_model(pickle.loads(pickle.dumps(snapshot)).partial_fit(X, y), expected)


def test_the_estimator_is_left_alone_and_snapshots_share_nothing_that_changes(iris):
    X, y = iris
    model = SoftmaxRegression(tol=None, random_state=0)
    before = model.get_params()
    first, second = training_snapshots(model, X, y, epochs=[1, 2])
    assert model.get_params() == before
    assert not hasattr(model, "coef_")
    coefficients, curve = second.coef_.copy(), list(second.loss_curve_)
    first.partial_fit(X, y)
    first.coef_[:] = 0
    np.testing.assert_array_equal(second.coef_, coefficients)
    assert second.loss_curve_ == curve
    assert len(second.loss_curve_) == 2


def test_snapshots_of_a_pipeline_are_pipelines_on_the_same_fitted_scaler(iris):
    X, y = iris
    pipeline = make_pipeline(MinMaxScaler(), StandardScaler(), SoftmaxRegression(tol=None, random_state=0))
    snapshots = training_snapshots(pipeline, X, y, epochs=[0, 3])
    assert not hasattr(pipeline[0], "scale_")
    expected = clone(pipeline).set_params(softmaxregression__max_iter=3).fit(X, y)
    np.testing.assert_array_equal(snapshots[1].predict_proba(X), expected.predict_proba(X))
    assert snapshots[0][0] is snapshots[1][0]
    alone = make_pipeline(SoftmaxRegression(tol=None, random_state=0))
    (only,) = training_snapshots(alone, X, y, epochs=[3])
    assert_same_model(only[-1], alone.set_params(softmaxregression__max_iter=3).fit(X, y)[-1])


def test_epochs_may_come_in_any_order_and_as_any_ints(iris):
    X, y = iris
    assert training_snapshots(SoftmaxRegression(), X, y, epochs=2)[0].n_iter_ == 2
    for epochs in (range(3), np.array([2, 0, 1]), [0, 1, 1, 2]):
        snapshots = training_snapshots(SoftmaxRegression(), X, y, epochs=epochs)
        assert [snapshot.n_iter_ for snapshot in snapshots] == [0, 1, 2]


def test_an_early_end_of_training_is_the_last_snapshot_and_is_told(iris):
    X, y = iris
    model = SoftmaxRegression(tol=1.0, n_iter_no_change=2, learning_rate="constant", random_state=0)
    with pytest.warns(
        UserWarning, match=r"Training ended after 3 epochs; there are no snapshots of the epochs \[5, 9\]"
    ):
        snapshots = training_snapshots(model, X, y, epochs=[1, 5, 9])
    assert [snapshot.n_iter_ for snapshot in snapshots] == [1, 3]
    with pytest.warns(UserWarning, match="ended after 3"):
        snapshots = training_snapshots(model, X, y, epochs=[3, 5])
    assert [snapshot.n_iter_ for snapshot in snapshots] == [3]


@pytest.mark.parametrize("epochs", [[], -1, [-1], [1.5], ["a"], "ab", [True], [[1], [1, 2]], None], ids=repr)
def test_epochs_that_are_none(epochs, iris):
    with pytest.raises(ValueError, match=r"epochs == .*, must be an int >= 0 or a sequence of them"):
        training_snapshots(SoftmaxRegression(), *iris, epochs=epochs)


def test_other_estimators_are_named(iris):
    with pytest.raises(TypeError, match="estimator is a LogisticRegression, must be a SoftmaxRegression"):
        training_snapshots(LogisticRegression(), *iris)
    with pytest.raises(TypeError, match="estimator is a LogisticRegression"):
        training_snapshots(make_pipeline(StandardScaler(), LogisticRegression()), *iris)
