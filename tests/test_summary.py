# SPDX-License-Identifier: BSD-3-Clause
"""The table of a fitted model says what its attributes say."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, summary


def test_it_holds_the_facts_as_text_and_html(iris):
    X, y = iris
    labels = np.array(["<a>", "b & c", "d"])
    clf = SoftmaxRegression(random_state=0).fit(X, labels[y])
    table = summary(make_pipeline(StandardScaler().fit(X), clf))
    assert table["classes"] == "3: <a>, b & c, d"
    assert (table["features"], table["epochs"]) == ("4", str(clf.n_iter_))
    assert float(table["objective"]) == pytest.approx(clf.loss_, rel=1e-3)
    for label, row in zip(labels, clf.coef_):
        assert float(table[f"norm of class {label}"]) == pytest.approx(np.linalg.norm(row), rel=1e-3)
    assert str(table).splitlines()[0].split() == ["model", "SoftmaxRegression"]
    html = table._repr_html_()
    assert "&lt;a&gt;, b &amp; c, d" in html
    assert html.count("<tr>") == len(table)
    assert summary(clf.sparsify()) == table


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({}, "converged, tol=0.001"),
        ({"max_iter": 3, "tol": None}, "max_iter=3"),
        ({"early_stopping": True, "max_iter": 1000}, "no better on validation samples, n_iter_no_change=3"),
    ],
    ids=["plateau", "max_iter", "validation"],
)
def test_it_says_why_training_stopped(settings, reason, iris):
    clf = TinyMLPClassifier((4,), random_state=0).set_params(**settings)
    assert summary(clf.fit(*iris))["stopped"] == reason


def test_training_by_parts_has_no_end(iris):
    X, y = iris
    clf = SoftmaxRegression(random_state=0).fit(X, y)
    assert summary(clf.partial_fit(X, y))["stopped"].startswith("partial_fit")
    untrained = SoftmaxRegression().partial_fit(X, y, classes=[0, 1, 2], sample_weight=np.zeros(150))
    assert summary(untrained)["learning rate"] == "none"


def test_wrong_estimators_are_refused():
    with pytest.raises(TypeError, match=r"estimator == LogisticRegression\(\), must be"):
        summary(LogisticRegression())
    with pytest.raises(NotFittedError):
        summary(SoftmaxRegression())
