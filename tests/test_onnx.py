# SPDX-License-Identifier: BSD-3-Clause
"""ONNX graphs say what the estimators say."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, TinyMLPClassifier
from sksoftmax.datasets import load_mnist
from tests.parameters import slow

skl2onnx = pytest.importorskip("skl2onnx", reason="skl2onnx is not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("sksoftmax.onnx")

TOLERANCE = {np.float32: 1e-6, np.float64: 1e-12}
QUICK = {"max_iter": 5, "tol": None, "random_state": 0}


def run(model, X, **options):
    """The outputs of the graph of a model."""
    graph = skl2onnx.to_onnx(model, X[:1], options={type(model): {"zipmap": False, **options}})
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"X": X})


def assert_same(model, X, dtype, tolerance=None):
    labels, p = run(model, X)
    np.testing.assert_array_equal(labels, model.predict(X))
    assert p.dtype == dtype
    np.testing.assert_allclose(p, model.predict_proba(X), rtol=0, atol=tolerance or TOLERANCE[dtype])


def networks():
    yield SoftmaxRegression(**QUICK)
    for shape in [(), (5,), (5, 4), (5, 4, 3)]:
        for activation in ["relu", "tanh", "logistic", "identity"]:
            yield TinyMLPClassifier(shape, activation, **QUICK)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("clf", networks(), ids=lambda clf: f"{type(clf).__name__}{clf._hidden_shape()}")
def test_labels_and_probabilities_are_the_same(clf, n_classes, dtype, iris):
    X = iris[0].astype(dtype)
    assert_same(clf.fit(X, iris[1] % n_classes), X, dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("clf", [SoftmaxRegression(**QUICK), TinyMLPClassifier((4,), **QUICK)])
def test_pipelines_and_the_best_of_a_search_are_converted(clf, dtype, iris):
    X = iris[0].astype(dtype)
    columns = ColumnTransformer([("a", StandardScaler(), [0, 2]), ("b", MinMaxScaler(), [1])], remainder="passthrough")
    assert_same(make_pipeline(StandardScaler(), clf).fit(X, iris[1]), X, dtype)
    search = GridSearchCV(make_pipeline(columns, clf), {"columntransformer__remainder": ["drop"]}, cv=2)
    assert_same(search.fit(X, iris[1]).best_estimator_, X, dtype)


@pytest.mark.parametrize(
    "classes",
    [
        ["a", "b", "ü"],
        np.array(["a", "b", "ü"], object),
        [False, True],
        [-(2**40), 0, 5],
        np.array([0, 7, 255], np.uint8),
    ],
    ids=["strings", "objects", "booleans", "large", "bytes"],
)
def test_every_kind_of_label_comes_out(classes, iris):
    X, classes = iris[0].astype(np.float32), np.asarray(classes)
    clf = SoftmaxRegression(**QUICK).fit(X, classes[iris[1] % len(classes)])
    labels, _ = run(clf, X)
    assert labels.tolist() == clf.predict(X).tolist()
    numbers, _ = run(clf, X, nocl=True)
    np.testing.assert_array_equal(clf.classes_[numbers], clf.predict(X))


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("clf", [SoftmaxRegression(**QUICK), TinyMLPClassifier((4,), **QUICK)])
def test_options_are_those_of_other_classifiers(clf, n_classes, iris):
    X = iris[0].astype(np.float32)
    p = clf.fit(X, iris[1] % n_classes).predict_proba(X)
    _, dictionaries = run(clf, X, zipmap=True)
    np.testing.assert_allclose([[row[label] for label in clf.classes_] for row in dictionaries], p, atol=1e-6)
    _, *columns = run(clf, X, zipmap="columns")
    np.testing.assert_allclose(np.hstack([column.reshape(-1, 1) for column in columns]), p, atol=1e-6)
    *_, classes = run(clf, X, output_class_labels=True)
    np.testing.assert_array_equal(classes, clf.classes_)
    _, logits = run(clf, X, raw_scores=True)
    scores = logits[:, 1] - logits[:, 0] if n_classes == 2 else logits
    np.testing.assert_allclose(scores, clf.decision_function(X), atol=1e-4)


def test_sparse_coefficients_and_chosen_penalties_are_converted(iris):
    X, y = iris
    assert_same(SoftmaxRegression(**QUICK).fit(X, y).sparsify(), X, np.float64)
    assert_same(SoftmaxRegressionCV(l2s=[1e-2], cv=2).fit(X, y), X, np.float64)


@pytest.mark.parametrize("dtype", [bool, np.int64])
def test_integers_are_computed_with_in_float32(dtype, iris):
    X = (iris[0] - 1).astype(dtype)
    clf = TinyMLPClassifier((4,), **QUICK).fit(X.astype(np.float32), iris[1])
    assert_same(clf, X, np.float32) if dtype is np.int64 else run(clf, X)
    np.testing.assert_allclose(run(clf, X)[1], clf.predict_proba(X.astype(np.float32)), atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("clf", [slow(SoftmaxRegression()), slow(TinyMLPClassifier((32, 16)))], ids=["softmax", "mlp"])
def test_all_test_images_of_mnist(clf, dtype):
    if "SKSOFTMAX_MNIST" not in os.environ:
        pytest.skip("SKSOFTMAX_MNIST does not say where MNIST is")
    X, y = load_mnist(os.environ["SKSOFTMAX_MNIST"], return_X_y=True)
    X_test, _ = load_mnist(os.environ["SKSOFTMAX_MNIST"], subset="test", return_X_y=True)
    clf.set_params(**QUICK).fit(X.astype(dtype) / dtype(255), y)
    # Sums of 784 products in float32: ours are as far from those in float64 as the graph's, about 1.5e-6.
    assert_same(clf, X_test.astype(dtype) / dtype(255), dtype, 5e-6 if dtype is np.float32 else 1e-12)


SERVE = Path(__file__).parent.parent / "docs" / "guide" / "serve.py"
ALONE = "import sys, runpy; sys.modules['sklearn'] = sys.modules['sksoftmax'] = None; sys.argv = sys.argv[1:]; "


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_script_of_the_guide_needs_no_scikit_learn(dtype, iris, tmp_path):
    X, names = iris[0].astype(dtype), np.array(["a", "b", "c"])
    model = make_pipeline(StandardScaler(), TinyMLPClassifier((4,), **QUICK)).fit(X, names[iris[1]])
    graph = skl2onnx.to_onnx(model, X[:1], options={"zipmap": False})
    (tmp_path / "model.onnx").write_bytes(graph.SerializeToString())
    np.savetxt(tmp_path / "samples.csv", X, delimiter=",")
    script = ALONE + "runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-c", script, str(SERVE), str(tmp_path / "model.onnx"), str(tmp_path / "samples.csv")]
    printed = [line.split() for line in subprocess.check_output(command, text=True).splitlines()]
    assert [label for label, *_ in printed] == model.predict(X).tolist()
    np.testing.assert_allclose([list(map(float, p)) for _, *p in printed], model.predict_proba(X), atol=2e-6)
