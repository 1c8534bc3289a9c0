# SPDX-License-Identifier: BSD-3-Clause
"""Models of scikit-learn that predict as ours do."""

import subprocess
import sys

import joblib
import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, TinyMLPClassifier, to_sklearn
from tests.parameters import few_quick

LABELS = [np.arange(6), np.array(list("abcdef")), np.array(list("abcdef"), object), np.arange(6) * 2.0 - 3]


def random_model(seed):
    """A fitted estimator, and samples that it has not seen."""
    rng = np.random.RandomState(seed)
    n_classes, n_features = rng.randint(2, 7), rng.randint(1, 20)
    labels = LABELS[rng.randint(len(LABELS))] if n_classes > 2 else np.array([False, True])
    X, y = rng.normal(size=(60, n_features)) * 10 ** rng.uniform(-1, 1), labels[np.arange(60) % n_classes]
    shape = tuple(rng.randint(1, 9, size=rng.randint(4)).tolist())
    activation = rng.choice(["relu", "tanh", "logistic", "identity"])
    settings = {"fit_intercept": bool(rng.randint(2)), "max_iter": 5, "tol": None, "random_state": seed}
    if rng.randint(3):
        model = TinyMLPClassifier(shape, str(activation), l2=1e-4, **settings)
    else:
        model = SoftmaxRegression(l2=10 ** rng.uniform(-4, 0), **settings)
    return model.fit(X, y), rng.normal(size=(40, n_features)) * X.std()


@pytest.mark.parametrize("seed", few_quick(range(200), 20))
def test_probabilities_of_random_models_are_the_same(seed):
    clf, X = random_model(seed)
    model = to_sklearn(clf)
    np.testing.assert_array_equal(model.classes_, clf.classes_)
    np.testing.assert_allclose(model.predict_proba(X), clf.predict_proba(X), rtol=0, atol=1e-12)
    np.testing.assert_array_equal(model.predict(X), clf.predict(X))


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(
    ("clf", "kind"),
    [
        (SoftmaxRegression(), LogisticRegression),
        (SoftmaxRegressionCV(l2s=[1e-3], cv=2), LogisticRegression),
        (TinyMLPClassifier(()), LogisticRegression),
        (TinyMLPClassifier((3,)), MLPClassifier),
    ],
    ids=["softmax", "cv", "no hidden layer", "hidden layer"],
)
def test_float32_is_kept(clf, kind, n_classes, iris):
    X, y = iris[0].astype(np.float32), iris[1] % n_classes
    clf = clf.set_params(random_state=0).fit(X, y)
    model = to_sklearn(clf)
    assert type(model) is kind
    p = model.predict_proba(X)
    assert p.dtype == np.float32
    np.testing.assert_allclose(p, clf.predict_proba(X), atol=2e-6)
    layers = [model.coef_] if kind is LogisticRegression else model.coefs_
    assert {W.dtype for W in layers} == {np.dtype(np.float32)}


def test_a_pipeline_keeps_its_steps(iris):
    X, y = iris
    pipeline = make_pipeline(StandardScaler(), make_pipeline(StandardScaler(), TinyMLPClassifier((4,), random_state=0)))
    search = GridSearchCV(pipeline, {"pipeline__tinymlpclassifier__l2": [1e-3]}, cv=2).fit(X, y)
    fitted = search.best_estimator_
    model = to_sklearn(fitted)
    assert isinstance(model[-1][-1], MLPClassifier)
    assert isinstance(fitted[-1][-1], TinyMLPClassifier)
    assert model[0] is fitted[0]
    np.testing.assert_allclose(model.predict_proba(X), fitted.predict_proba(X), rtol=0, atol=1e-12)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_sparse_coefficients_and_samples_work(n_classes, iris):
    X, y = iris[0], iris[1] % n_classes
    clf = SoftmaxRegression(random_state=0).fit(X, y).sparsify()
    model = to_sklearn(clf)
    assert sparse.issparse(model.coef_)
    for samples in (X, sparse.csr_matrix(X)):
        np.testing.assert_allclose(model.predict_proba(samples), clf.predict_proba(X), rtol=0, atol=1e-12)


@pytest.mark.parametrize("clf", [SoftmaxRegression(), TinyMLPClassifier((3,))], ids=lambda clf: type(clf).__name__)
def test_names_of_features_are_taken_over(clf, iris):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(iris[0], columns=list("abcd"))
    model = to_sklearn(clf.set_params(random_state=0).fit(frame, iris[1]))
    # Without them a frame is warned of.
    np.testing.assert_allclose(model.predict_proba(frame), clf.predict_proba(frame), rtol=0, atol=1e-12)
    assert model.feature_names_in_.tolist() == list("abcd")


@pytest.mark.parametrize("clf", [SoftmaxRegression(), TinyMLPClassifier((3,))], ids=lambda clf: type(clf).__name__)
def test_it_shares_no_array_with_the_estimator(clf, iris):
    clf = clf.set_params(random_state=0).fit(*iris)
    model, before = to_sklearn(clf), clf.predict_proba(iris[0])
    arrays = [model.coef_, model.intercept_] if hasattr(model, "coef_") else [*model.coefs_, *model.intercepts_]
    for array in [*arrays, model.classes_]:
        array *= 2
    np.testing.assert_array_equal(clf.predict_proba(iris[0]), before)


def test_its_layers_not_its_parameters_count(iris):
    clf = TinyMLPClassifier((3,), "tanh", random_state=0).fit(*iris)
    model = to_sklearn(clf.set_params(hidden_layer_sizes=(7, 7), activation="relu"))
    assert (model.hidden_layer_sizes, model.activation) == ((3,), "tanh")
    np.testing.assert_allclose(model.predict_proba(iris[0]), clf.predict_proba(iris[0]), rtol=0, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("clf", [SoftmaxRegression(), TinyMLPClassifier((3,))], ids=lambda clf: type(clf).__name__)
def test_it_loads_where_the_package_is_not_installed(clf, iris, tmp_path):
    path = tmp_path / "model"
    joblib.dump((to_sklearn(clf.set_params(random_state=0).fit(*iris)), iris[0]), path)
    script = (
        "import sys, joblib; sys.modules['sksoftmax'] = None; model, X = joblib.load(sys.argv[1]); "
        "print(model.predict(X).tolist())"
    )
    said = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True).stdout
    assert said.strip() == str(clf.predict(iris[0]).tolist())


@pytest.mark.parametrize(
    "wrong", [LogisticRegression(), GridSearchCV(SoftmaxRegression(), {}), "clf", make_pipeline(StandardScaler())]
)
def test_other_estimators_are_refused(wrong):
    with pytest.raises(TypeError, match=r"estimator == .*, must be a fitted SoftmaxRegression"):
        to_sklearn(wrong)


@pytest.mark.parametrize("unfitted", [SoftmaxRegression(), make_pipeline(StandardScaler(), TinyMLPClassifier())])
def test_unfitted_estimators_are_refused(unfitted):
    with pytest.raises(NotFittedError):
        to_sklearn(unfitted)
