# SPDX-License-Identifier: BSD-3-Clause
"""ONNX graphs say what the estimators say."""

import doctest
import os
import re
import subprocess
import sys
import textwrap
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, TinyMLPClassifier
from sksoftmax.datasets import load_mnist
from tests.pages import DOCS
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
    """Compare the outputs of a graph with the model's; return how far the probabilities are from each other."""
    (labels, p), expected, predicted = run(model, X), model.predict_proba(X), model.predict(X)
    tolerance = tolerance or TOLERANCE[dtype]
    assert p.dtype == dtype
    np.testing.assert_allclose(p, expected, rtol=0, atol=tolerance)
    # Each of two probabilities may be off by the tolerance: where the model's are nearer than twice that, rounding
    # decides which is the larger one.
    second, first = np.sort(expected, axis=1)[:, -2:].T
    clear = first - second > 2 * tolerance
    np.testing.assert_array_equal(labels[clear], predicted[clear])
    assert np.mean(~clear) < 1e-3
    return abs(p - expected)


def networks(shapes):
    yield SoftmaxRegression(**QUICK)
    for shape in shapes:
        for activation in ["relu", "tanh", "logistic", "identity"]:
            yield TinyMLPClassifier(shape, activation, **QUICK)


def name(clf):
    shape, activation = clf._hidden_shape()
    return f"{type(clf).__name__}{shape}{activation}"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_classes", [slow(2), 3])
@pytest.mark.parametrize("clf", networks([(), (5,), (5, 4), (5, 4, 3)]), ids=name)
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
    *_, known = run(clf, X, output_class_labels=True)
    assert known.tolist() == clf.classes_.tolist()
    *_, known = run(clf, X, output_class_labels=True, nocl=True)
    assert known.tolist() == list(range(len(classes)))


@pytest.mark.parametrize(
    "classes", [np.array([5, 2**63, 2**64 - 1], np.uint64), np.array([1, 2, 3], "m8[s]"), np.array([1, 2, 3], "M8[Y]")]
)
def test_labels_that_a_graph_cannot_hold_are_refused(classes, iris):
    X, y = iris
    clf = SoftmaxRegression(**QUICK).fit(X, classes[y])
    with pytest.raises(ValueError, match=r"classes_ == .*, must be strings, or integers that int64 holds, as ONNX has"):
        run(clf, X.astype(np.float32))


def test_what_is_not_fitted_is_not_converted(iris):
    with pytest.raises(NotFittedError):
        run(SoftmaxRegression(), iris[0].astype(np.float32))


@pytest.mark.parametrize("n_classes", [slow(2), 3])
@pytest.mark.parametrize("clf", [SoftmaxRegression(**QUICK), slow(TinyMLPClassifier((4,), **QUICK))])
def test_options_are_those_of_other_classifiers(clf, n_classes, iris):
    X = iris[0].astype(np.float32)
    p = clf.fit(X, iris[1] % n_classes).predict_proba(X)
    _, dictionaries = run(clf, X, zipmap=True)
    np.testing.assert_allclose([[row[label] for label in clf.classes_] for row in dictionaries], p, atol=1e-6)
    _, *columns = run(clf, X, zipmap="columns")
    np.testing.assert_allclose(np.hstack([column.reshape(-1, 1) for column in columns]), p, atol=1e-6)
    *_, classes = run(clf, X, output_class_labels=True)
    np.testing.assert_array_equal(classes, clf.classes_)
    _, raw = run(clf, X, raw_scores=True)
    scores = clf.decision_function(X)
    expected = np.column_stack([-scores, scores]) if n_classes == 2 else scores
    np.testing.assert_allclose(raw, expected, atol=1e-4)


@pytest.mark.parametrize("make", [lambda clf: clf, lambda clf: make_pipeline(StandardScaler(), clf)])
def test_dictionaries_of_float64_are_refused(make, iris):
    model = make(SoftmaxRegression(**QUICK)).fit(*iris)
    for options in (None, {type(model): {"zipmap": True}}):
        with pytest.raises(ValueError, match=r"zipmap == True, must be False or 'columns'"):
            skl2onnx.to_onnx(model, iris[0][:1], options=options)
    _, *columns = run(model, iris[0], zipmap="columns")
    np.testing.assert_allclose(np.column_stack(columns), model.predict_proba(iris[0]), rtol=0, atol=1e-12)


@pytest.mark.parametrize("n_classes", [slow(2), 3])
@pytest.mark.parametrize("clf", [SoftmaxRegression(**QUICK), slow(TinyMLPClassifier((4,), **QUICK))])
@pytest.mark.parametrize(
    "around",
    [
        partial(CalibratedClassifierCV, cv=2),
        OneVsRestClassifier,
        partial(BaggingClassifier, n_estimators=2, random_state=0),
        lambda clf: StackingClassifier([("clf", clf)], SoftmaxRegression(**QUICK), cv=2),
        lambda clf: VotingClassifier([("clf", clf)], voting="soft", flatten_transform=False),
    ],
    ids=["calibrated", "one-vs-rest", "bagging", "stacking", "voting"],
)
def test_estimators_around_ours_are_converted(around, clf, n_classes, iris):
    X, y = iris
    assert_same(around(clf).fit(X, y % n_classes), X, np.float64)


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


@pytest.fixture(scope="module")
def mnist():
    """A tenth of the training images, and the test images, of floats from 0 to 1, by type."""
    if "SKSOFTMAX_MNIST" not in os.environ:
        pytest.skip("SKSOFTMAX_MNIST does not say where MNIST is")
    X, y = load_mnist(os.environ["SKSOFTMAX_MNIST"], return_X_y=True)
    X_test, _ = load_mnist(os.environ["SKSOFTMAX_MNIST"], subset="test", return_X_y=True)
    return {dtype: (X[::10] / dtype(255), y[::10], X_test / dtype(255)) for dtype in (np.float32, np.float64)}


SCALED_HALF = ColumnTransformer([("upper", StandardScaler(), slice(392)), ("lower", "passthrough", slice(392, 784))])


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("before", [[], [StandardScaler()], [SCALED_HALF]], ids=["alone", "scaler", "columns"])
@pytest.mark.parametrize("clf", networks([(), (16,), (16, 16), (16, 16, 16)]), ids=name)
def test_all_test_images_of_mnist(clf, before, dtype, mnist):
    X, y, X_test = mnist[dtype]
    model = clone(make_pipeline(*before, clf)).fit(X, y)
    # Sums of 784 products round to 1e-5 in float32, whoever adds them up: the estimator's own probabilities are up to
    # 3e-6 from those in float64. Nearer than 1e-6 are all but one in a thousand.
    distances = assert_same(model, X_test, dtype, 5e-6 if dtype is np.float32 else None)
    assert np.mean(distances > 1e-6) < 2e-3


ALONE = "import sys, runpy; sys.modules['sklearn'] = sys.modules['sksoftmax'] = None; sys.argv = sys.argv[1:]; "


def served(graph, samples):
    """The labels and probabilities that the script of the guide prints, where scikit-learn is not installed."""
    script = ALONE + "runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-c", script, str(DOCS / "guide" / "serve.py"), str(graph), str(samples)]
    printed = [line.split() for line in subprocess.check_output(command, text=True).splitlines()]
    return [label for label, *_ in printed], [list(map(float, p)) for _, *p in printed]


def assert_served(graph, samples, model, X):
    labels, p = served(graph, samples)
    assert labels == list(map(str, model.predict(X)))
    np.testing.assert_allclose(p, model.predict_proba(X), atol=2e-6)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_script_of_the_guide_needs_no_scikit_learn(dtype, iris, tmp_path):
    X, names = iris[0].astype(dtype), np.array(["a", "b", "c"])
    model = make_pipeline(StandardScaler(), TinyMLPClassifier((4,), **QUICK)).fit(X, names[iris[1]])
    graph = skl2onnx.to_onnx(model, X[:1], options={"zipmap": False})
    np.savetxt(tmp_path / "samples.csv", X, delimiter=",")
    (tmp_path / "model.onnx").write_bytes(graph.SerializeToString())
    assert_served(tmp_path / "model.onnx", tmp_path / "samples.csv", model, X)


def frame_with_holes(iris):
    """Numbers and words, either with missing values, and names of the classes."""
    X, y = iris
    frame = pd.DataFrame({"length": X[:, 0], "width": X[:, 3], "size": np.where(X[:, 2] > 4, "big, or so", "small")})
    frame.loc[::7, "width"] = frame.loc[::11, "size"] = np.nan
    return frame, np.array(["a", "b", "c"])[y]


def pipeline_of_columns():
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    columns = make_column_transformer(
        (numbers, ["length", "width"]), (OneHotEncoder(handle_unknown="ignore"), ["size"])
    )
    return make_pipeline(columns, SoftmaxRegression(**QUICK))


def blocks_of_python(page):
    """The code of a page in its order: examples, and blocks without prompts."""
    for part in doctest.DocTestParser().parse(page.read_text()):
        if isinstance(part, doctest.Example):
            yield part.source
        else:
            for block in re.findall(r"^\.\. code-block:: python\n\n((?:   .*\n|\n)+)", part, re.MULTILINE):
                yield textwrap.dedent(block)


@pytest.fixture
def run_page(tmp_path, monkeypatch):
    """Run the code of a page in an empty folder."""
    for extra in ("shap", "skops"):
        pytest.importorskip(extra, reason=f"{extra} is not installed")
    monkeypatch.chdir(tmp_path)

    def run(page, **given):
        for block in blocks_of_python(DOCS / page):
            exec(block, given)
        plt.close("all")
        return given

    return run


def test_the_recipe_of_deployment_does_what_it_says(run_page):
    found = run_page("recipes/deploying.rst")
    np.savetxt("samples.csv", found["X"], delimiter=",")
    assert_served("wines.onnx", "samples.csv", found["model"], found["X"])


def test_the_page_on_deployment_does_what_it_says(iris, run_page):
    frame, names = frame_with_holes(iris)
    found = run_page("guide/deploy.rst", frame=frame, of_columns=pipeline_of_columns().fit(frame, names))
    clf, X = found["clf"], found["X"]
    values = found["explainer"](X)
    np.testing.assert_allclose(values.values.sum(axis=1) + values.base_values, clf.decision_function(X))
    np.testing.assert_allclose(found["pipeline"].predict_proba(X), found["theirs"].predict_proba(X))
    frame.to_csv("frame.csv", index=False)
    assert_served("table.onnx", "frame.csv", found["of_columns"], frame)
