# SPDX-License-Identifier: BSD-3-Clause
"""Validation samples of the caller's own."""

import numpy as np
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, VectorizedGridSearchCV
from sksoftmax._held_out import train_and_validation
from tests.test_snapshots import assert_same_model

MODELS = [SoftmaxRegression, lambda **parameters: TinyMLPClassifier((5,), **parameters)]
models = pytest.mark.parametrize("model", MODELS, ids=["SoftmaxRegression", "TinyMLPClassifier"])


@pytest.fixture(scope="module")
def parts():
    X, y = load_digits(return_X_y=True)
    X_train, X_val, y_train, y_val = train_test_split(X[:600], y[:600], random_state=0, stratify=y[:600])
    return {"X": X_train, "y": y_train, "X_val": X_val, "y_val": y_val}


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("scoring", ["loss", "accuracy"])
@models
def test_the_samples_that_would_be_held_out_give_the_same_bits(model, scoring, solver, parts):
    X, y = parts["X"], parts["y"]
    clf = model(early_stopping=True, solver=solver, scoring=scoring, max_iter=15, tol=None, random_state=0).fit(X, y)
    train, held_out = train_and_validation(clf, X, np.arange(len(y)), np.searchsorted(clf.classes_, y), None)
    own = model(early_stopping=True, solver=solver, scoring=scoring, max_iter=15, tol=None, random_state=0)
    # Rows that lie apart in memory are the same rows.
    own.fit(X[train.rows], y[train.rows], X_val=X[held_out.rows], y_val=y[held_out.rows])
    assert_same_model(own, clf)
    assert own.validation_loss_curve_ == clf.validation_loss_curve_
    assert (own.best_epoch_, own.loss_curve_) == (clf.best_epoch_, clf.loss_curve_)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@models
def test_without_early_stopping_they_are_only_watched(model, solver, parts):
    weights = np.random.RandomState(0).uniform(0.5, 2, len(parts["y_val"]))
    clf = model(solver=solver, max_iter=7, tol=None, random_state=0).fit(**parts, sample_weight_val=weights)
    blind = model(solver=solver, max_iter=7, tol=None, random_state=0).fit(parts["X"], parts["y"])
    assert_same_model(clf, blind)
    assert clf.loss_curve_ == blind.loss_curve_
    assert not hasattr(clf, "best_epoch_")
    assert len(clf.validation_loss_curve_) == len(clf.validation_scores_) == clf.n_iter_ == 7
    p = clf.predict_proba(parts["X_val"])
    assert clf.validation_loss_curve_[-1] == pytest.approx(log_loss(parts["y_val"], p, sample_weight=weights))
    accuracy = accuracy_score(parts["y_val"], clf.classes_[p.argmax(axis=1)], sample_weight=weights)
    assert clf.validation_scores_[-1] == pytest.approx(accuracy)


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
@pytest.mark.parametrize(
    "kinds", [(np.asarray, sparse.csr_matrix), (sparse.csr_matrix, np.asarray), (sparse.csr_matrix,) * 2]
)
@pytest.mark.parametrize("columns", [64, 50], ids=["all features", "features that no training sample has"])
def test_either_may_be_sparse(columns, kinds, solver, parts):
    X, X_val = parts["X"].copy(), parts["X_val"]
    X[:, columns:] = 0
    data = {"X": kinds[0](X), "y": parts["y"], "X_val": kinds[1](X_val), "y_val": parts["y_val"]}
    clf = SoftmaxRegression(solver=solver, max_iter=5, tol=None, random_state=0).fit(**data)
    loss = log_loss(parts["y_val"], clf.predict_proba(X_val))
    assert clf.validation_loss_curve_[-1] == pytest.approx(loss)


def test_they_weigh_as_training_samples_of_their_class(parts):
    factors = {0: 5.0, 3: 0.5}
    clf = SoftmaxRegression(class_weight=factors, max_iter=3, tol=None, random_state=0).fit(**parts)
    weights = [factors.get(label, 1.0) for label in parts["y_val"]]
    loss = log_loss(parts["y_val"], clf.predict_proba(parts["X_val"]), sample_weight=weights)
    assert clf.validation_loss_curve_[-1] == pytest.approx(loss)
    rare = parts["y"] > 6
    few = {"X": parts["X"][rare | (np.arange(len(rare)) < 90)], "y": parts["y"][rare | (np.arange(len(rare)) < 90)]}
    clf = SoftmaxRegression(class_weight="balanced", max_iter=3, tol=None, random_state=0)
    clf.fit(**{**parts, **few})
    counts = np.bincount(few["y"])
    loss = log_loss(parts["y_val"], clf.predict_proba(parts["X_val"]), sample_weight=1 / counts[parts["y_val"]])
    assert clf.validation_loss_curve_[-1] == pytest.approx(loss)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y_val": None}, "X_val without y_val: pass both"),
        ({"X_val": None}, "y_val without X_val: pass both"),
        ({"X_val": None, "y_val": None, "sample_weight_val": [1.0]}, "sample_weight_val without X_val and y_val"),
        ({"y_val": np.full(150, 11)}, r"y_val contains \[11\], which are not among classes"),
        ({"X_val": np.zeros((150, 3))}, "X_val, y_val: X has 3 features, but SoftmaxRegression is expecting 64"),
        ({"X_val": np.full((150, 64), np.nan)}, "X_val, y_val: Input X contains NaN"),
        ({"y_val": np.zeros(3)}, "X_val, y_val: .*inconsistent numbers of samples"),
        ({"sample_weight_val": -np.ones(150)}, r"sample_weight_val holds -1\.0, must hold finite numbers >= 0"),
        ({"sample_weight_val": np.ones(3)}, r"sample_weight_val\.shape == \(3,\), must be \(150,\)"),
        ({"sample_weight_val": 0.0}, "All weights are zero: sample_weight_val"),
    ],
    ids=str,
)
def test_what_does_not_match_is_named_and_leaves_the_model_alone(changes, message, parts):
    clf = SoftmaxRegression(max_iter=2, tol=None).fit(parts["X"], parts["y"])
    before = dict(vars(clf))
    with pytest.raises(ValueError, match=message):
        clf.fit(**{**parts, **changes})
    assert vars(clf) == before


def test_a_pipeline_transforms_them_as_the_training_samples(parts):
    with config_context(enable_metadata_routing=True):
        clf = SoftmaxRegression(early_stopping=True, random_state=0).set_fit_request(X_val=True, y_val=True)
        pipeline = Pipeline([("scale", StandardScaler()), ("clf", clf)], transform_input=["X_val"]).fit(**parts)
    scaler = StandardScaler().fit(parts["X"])
    by_hand = SoftmaxRegression(early_stopping=True, random_state=0)
    by_hand.fit(scaler.transform(parts["X"]), parts["y"], X_val=scaler.transform(parts["X_val"]), y_val=parts["y_val"])
    assert_same_model(pipeline[-1], by_hand)
    assert pipeline[-1].validation_loss_curve_ == by_hand.validation_loss_curve_


def test_a_search_has_test_samples_of_its_own(parts):
    search = VectorizedGridSearchCV(SoftmaxRegression(max_iter=2, tol=None), {"l2": [0.1]}, cv=2)
    with pytest.raises(TypeError, match="unexpected parameters"):
        search.fit(**parts)
    with config_context(enable_metadata_routing=True):
        search.estimator.set_fit_request(X_val=True, y_val=True)
        with pytest.raises(TypeError, match=r"unexpected parameters \['X_val', 'y_val'\]"):
            search.fit(**parts)
