# SPDX-License-Identifier: BSD-3-Clause
"""Fitted models are kept: as pickles, which say who made them, and with skops."""

import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, TinyMLPClassifier, __version__
from tests.parameters import few_quick
from tests.pickles.write import models

RELEASED = sorted((Path(__file__).parent / "pickles").glob("*.pkl"))


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_pickles_of_released_versions_predict_the_same(path, iris):
    X, _ = iris
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InconsistentVersionWarning)
        written = pickle.loads(path.read_bytes())
    for model, p in written:
        np.testing.assert_allclose(model.predict_proba(X), p, rtol=0, atol=1e-12)
        np.testing.assert_array_equal(model.predict(X), model.classes_[p.argmax(axis=1)])


def test_this_version_is_among_them():
    assert __version__ in [path.stem for path in RELEASED]


@pytest.mark.parametrize(("made_with", "warned"), [("0.1.9", False), ("0.2.0", True), ("1.1.0", True), (None, True)])
@pytest.mark.parametrize("clf", [SoftmaxRegression(), SoftmaxRegressionCV(), TinyMLPClassifier()])
def test_a_state_of_another_minor_version_is_warned_of(clf, made_with, warned, monkeypatch):
    monkeypatch.setattr("sksoftmax._versions.__version__", "0.1.0")
    state = clf.__getstate__()
    assert state.pop("_sksoftmax_version") == "0.1.0"
    if made_with:
        state["_sksoftmax_version"] = made_with
    loaded, before = type(clf).__new__(type(clf)), dict(state)
    if warned:
        with pytest.warns(InconsistentVersionWarning, match=f"sksoftmax.{type(clf).__name__} from version"):
            loaded.__setstate__(state)
    else:
        loaded.__setstate__(state)
    assert state == before
    assert vars(loaded) == vars(clf)


@pytest.mark.parametrize("cls", [SoftmaxRegression, SoftmaxRegressionCV, TinyMLPClassifier])
def test_a_pickle_knows_a_class_by_its_public_name(cls):
    assert cls.__module__ == "sksoftmax"
    assert b"sksoftmax._softmax" not in pickle.dumps(cls())
    assert type(pickle.loads(pickle.dumps(cls()))) is cls


@pytest.mark.parametrize("number", few_quick(range(5)))
def test_skops_needs_to_trust_the_estimator_alone(number, iris):
    skops = pytest.importorskip("skops.io", reason="skops is not installed")
    X, y = iris
    model = list(models(X, y))[number]
    name = f"sksoftmax.{type(model).__name__}"
    for kept in (model, make_pipeline(StandardScaler().fit(X), model)):
        dumped = skops.dumps(kept)
        assert skops.get_untrusted_types(data=dumped) == [name]
        loaded = skops.loads(dumped, trusted=[name])
        np.testing.assert_array_equal(loaded.predict_proba(X), kept.predict_proba(X))


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("cls", [SoftmaxRegression, TinyMLPClassifier])
def test_training_goes_on_after_skops_to_the_last_bit(cls, solver, iris):
    skops = pytest.importorskip("skops.io", reason="skops is not installed")
    X, y = iris
    clf = cls(solver=solver, random_state=0).partial_fit(X, y, classes=[0, 1, 2])
    loaded = skops.loads(skops.dumps(clf), trusted=[f"sksoftmax.{cls.__name__}"])
    for _ in range(3):
        clf.partial_fit(X, y)
        loaded.partial_fit(X, y)
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))
