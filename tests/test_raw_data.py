# SPDX-License-Identifier: BSD-3-Clause
"""Raw, unscaled data with default settings: nothing to scale, nothing to choose."""

import gzip
import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from tests.parameters import slow

# Mean accuracy of five folds; LogisticRegression reaches 0.961, 0.954, 0.973 and 0.915 on the raw features.
ACCURACY = {"wine": 0.96, "breast cancer": 0.94, "iris": 0.95, "digits": 0.915}
on_each_set = pytest.mark.parametrize("name", ["wine", "iris", slow("breast cancer"), slow("digits")])


@on_each_set
def test_default_settings_on_raw_features(name, datasets):
    X, y = datasets[name]
    raw = cross_val_score(SoftmaxRegression(random_state=0), X, y, cv=5).mean()
    assert raw >= ACCURACY[name]
    by_hand = make_pipeline(
        StandardScaler(), SoftmaxRegression(learning_rate_init=0.05, learning_rate="adaptive", random_state=0)
    )
    with warnings.catch_warnings():
        # With such a rate iris ends far above its minimum.
        warnings.simplefilter("ignore", ConvergenceWarning)
        assert raw >= cross_val_score(by_hand, X, y, cv=5).mean() - 0.01


# MLPClassifier((64,), "tanh") reaches 0.972, 0.970, 0.940 and 0.924 on standardised features.
MLP_ACCURACY = {"wine": 0.96, "breast cancer": 0.95, "iris": 0.94, "digits": 0.925}


@on_each_set
def test_a_hidden_layer_with_default_settings_on_raw_features(name, datasets):
    X, y = datasets[name]
    assert cross_val_score(TinyMLPClassifier(random_state=0), X, y, cv=5).mean() >= MLP_ACCURACY[name]


@pytest.mark.parametrize("solver", [slow("adam"), "lbfgs"])
@on_each_set
def test_other_solvers_on_raw_features(name, solver, datasets):
    X, y = datasets[name]
    clf = SoftmaxRegression(solver=solver, random_state=0)
    # Closer to the unpenalised optimum, digits overfits by a little: LogisticRegression's own raw figure less 0.005.
    assert cross_val_score(clf, X, y, cv=5).mean() >= ACCURACY[name] - 0.005


@pytest.mark.parametrize("l2", [1e-6, 1e-3, 1.0, 100.0])
@on_each_set
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_every_penalty_trains_without_divergence(name, l2, datasets):
    X, y = datasets[name]
    clf = SoftmaxRegression(l2=l2, random_state=0).fit(X, y)
    exact = SoftmaxRegression(l2=l2, solver="lbfgs", tol=1e-6, max_iter=10_000).fit(X, y)
    # From log K, the loss of no model at all, at least nine tenths of the way to the optimum.
    start = np.log(len(clf.classes_))
    assert start - clf.loss_curve_[-1] >= 0.9 * (start - exact.loss_curve_[-1])


def read_idx(path, offset):
    return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=offset)


@pytest.fixture(scope="module")
def mnist():
    """Training pixels and labels, test pixels and labels, all of them bytes."""
    if "SKSOFTMAX_MNIST" not in os.environ:
        pytest.skip("SKSOFTMAX_MNIST does not name a folder of MNIST's files")
    folder = Path(os.environ["SKSOFTMAX_MNIST"])
    parts = []
    for name in ("train", "t10k"):
        parts.append(read_idx(folder / f"{name}-images-idx3-ubyte.gz", 16).reshape(-1, 784))
        parts.append(read_idx(folder / f"{name}-labels-idx1-ubyte.gz", 8))
    return parts


@pytest.mark.slow
def test_default_settings_on_mnist_pixels(mnist):
    X, y, X_test, y_test = mnist
    clf = SoftmaxRegression(random_state=0).fit(X, y)
    assert clf.coef_.dtype == np.float32
    assert clf.score(X_test, y_test) >= 0.92


@pytest.mark.slow
def test_hidden_units_on_mnist_pixels(mnist):
    X, y, X_test, y_test = mnist
    assert TinyMLPClassifier(random_state=0).fit(X, y).score(X_test, y_test) >= 0.97


@pytest.mark.slow
def test_ten_epochs_are_enough_on_mnist_pixels(mnist):
    X, y, X_test, y_test = mnist
    clf = TinyMLPClassifier((50,), "relu", random_state=0)
    scores = (clf.partial_fit(X, y, classes=np.arange(10)).score(X_test, y_test) for _ in range(10))
    assert any(score >= 0.97 for score in scores)


@pytest.mark.slow
def test_five_epochs_of_plain_steps_on_mnist(mnist):
    X, y, X_test, y_test = mnist
    clf = TinyMLPClassifier(
        batch_size=32,
        learning_rate_init=0.5,
        learning_rate="cosine",
        momentum=0.0,
        max_iter=5,
        tol=None,
        random_state=0,
    )
    assert clf.fit(X / np.float32(255), y).score(X_test / np.float32(255), y_test) >= 0.97


@pytest.mark.parametrize("name", ["wine", "digits"])
def test_what_is_not_converged_does_not_depend_on_the_order_of_features_or_classes(name, datasets, rng):
    X, y = datasets[name]
    features, signs, classes = (
        rng.permutation(X.shape[1]),
        rng.choice([-1, 1], X.shape[1]),
        rng.permutation(y.max() + 1),
    )
    settings = {"max_iter": 3, "tol": None, "random_state": 0}
    p = SoftmaxRegression(**settings).fit(X, y).predict_proba(X)
    others = (X * signs)[:, features]
    p_of_others = SoftmaxRegression(**settings).fit(others, classes[y]).predict_proba(others)
    # Sums in another order round otherwise.
    np.testing.assert_allclose(p_of_others[:, classes], p, rtol=1e-7, atol=1e-9)
