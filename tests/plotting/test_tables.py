# SPDX-License-Identifier: BSD-3-Clause
"""Displays of samples that are rows of a table."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax.plotting import EvidenceDisplay, ModelMatricesDisplay, ProbabilityBarsDisplay
from sksoftmax.plotting._named_features import cut
from tests.parameters import few_quick, slow
from tests.plotting.tables import ENCODERS, FRAMES, clf, encoded_by, one_hot

pd = pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def encoded(table):
    return make_pipeline(one_hot(), clf()).fit(*table)


def row_names(display):
    return [label.get_text() for label in display.axes_[0].get_yticklabels()]


def ends(bars):
    return [bar.get_x() + bar.get_width() for bar in bars]


@pytest.mark.parametrize("model", [clf(), clf(fit_intercept=False), LogisticRegression()], ids=["a", "b", "c"])
@pytest.mark.parametrize("n_features", [None, slow(2)])
def test_a_waterfall_goes_from_the_intercept_to_the_score(n_features, model, table):
    X, y = table
    pipeline = make_pipeline(one_hot(), model).fit(X, y)
    display = EvidenceDisplay.from_estimator(pipeline, X.iloc[[7]], n_features=n_features)
    scores = pipeline.decision_function(X.iloc[[7]])[0]
    for k, bars in enumerate(display.bars_):
        assert bars[0].get_width() == pytest.approx(display.intercepts[k], abs=1e-9)
        *steps, score = bars
        for before, after in pairwise(steps):
            assert before.get_x() + before.get_width() == pytest.approx(after.get_x(), abs=1e-9)
        assert ends(bars)[-2] == pytest.approx(scores[k], abs=1e-9)
        assert (score.get_x(), score.get_width()) == (0, pytest.approx(scores[k], abs=1e-9))
    assert len(display.features_) == (n_features or 7)
    assert ("all 5 others" in row_names(display)) == (n_features == 2)


@pytest.mark.parametrize("kind", few_quick([*FRAMES, *ENCODERS], 3))
def test_a_waterfall_ends_at_the_score_through_every_kind_of_pipeline(kind, table, iris):
    X, y = table
    if kind in ENCODERS:
        pipeline = make_pipeline(encoded_by(ENCODERS[kind]), clf())
    else:
        X, y = pd.DataFrame(iris[0], columns=list("abcd")), iris[1]
        pipeline = make_pipeline(*FRAMES[kind], clf())
    pipeline.fit(X, y)
    display = EvidenceDisplay.from_estimator(pipeline, X.iloc[[7]], n_features=2)
    scores = pipeline.decision_function(X.iloc[[7]])[0]
    np.testing.assert_allclose([ends(bars)[-2] for bars in display.bars_], scores, rtol=0, atol=1e-9)
    np.testing.assert_allclose([bars[-1].get_width() for bars in display.bars_], scores, rtol=0, atol=1e-9)
    expected = pipeline[:-1].get_feature_names_out().tolist() if kind in ENCODERS else list("abcd")
    assert display.feature_names == expected
    drawn = [name.split(" = ")[0] for name in row_names(display)[1:3]]
    assert drawn == [cut(expected[j]) for j in display.features_]


def test_rows_say_what_the_features_are(encoded, table):
    X, y = table
    x = X.iloc[3]
    display = EvidenceDisplay.from_estimator(encoded, x, y[3])
    names = row_names(display)
    assert (names[0], names[-1]) == ("intercept", "score")
    assert {f"one-hot__city_{x['city']} = 1", f"one-hot__pays with_{x['pays with']} = 1"} <= set(names)
    assert display.axes_[0].get_ylabel().replace("\n", " ") == "features after ColumnTransformer"
    titles = [panel.get_title() for panel in display.axes_]
    assert titles == [f"{name} (true)" if name == y[3] else name for name in ("coach", "plane", "train")]


def test_a_scaled_table_is_drawn_in_the_units_of_the_table(table):
    X, y = table[0][["age", "income"]], table[1]
    pipeline = make_pipeline(StandardScaler(), clf()).fit(X, y)
    shown = [EvidenceDisplay.from_estimator(pipeline, x) for x in (X.iloc[[3]], X.iloc[3], X.to_numpy()[3])]
    for display in shown:
        np.testing.assert_array_equal(display.sample, X.iloc[3])
        np.testing.assert_allclose(display.evidence, pipeline[-1].coef_ / pipeline[0].scale_ * X.to_numpy()[3])
    behind = EvidenceDisplay.from_estimator(pipeline, X.iloc[[3]], through_pipeline=False)
    np.testing.assert_allclose(behind.sample, pipeline[0].transform(X.iloc[[3]])[0])
    np.testing.assert_allclose(behind.scores, shown[0].scores)
    assert not any(panel.images for display in shown for panel in display.axes_)


def test_two_classes_against_each_other(encoded, table):
    x = table[0].iloc[[3]]
    display = EvidenceDisplay.from_estimator(encoded, x, difference=("plane", "train"))
    scores = encoded.decision_function(x)[0]
    assert ends(display.bars_[0])[-1] == pytest.approx(scores[1] - scores[2], abs=1e-9)


def test_of_many_classes_the_highest_scores_and_the_true_one_are_drawn(rng):
    evidence, intercepts, names = rng.normal(size=(8, 5)), rng.normal(size=8), list("abcdefgh")
    scores = evidence.sum(axis=1) + intercepts
    order = np.argsort(-scores)
    display = EvidenceDisplay(
        np.ones(5), evidence, intercepts, names, feature_names=list("vwxyz"), truth=names[order[6]]
    ).plot()
    expected = [names[order[0]], names[order[1]], names[order[2]], f"{names[order[6]]} (true)"]
    assert [panel.get_title() for panel in display.axes_] == expected
    assert len(display.plot(n_classes=2).axes_) == 2


def test_unnamed_features_are_a_square_image_or_are_given_names(iris):
    model = clf().fit(*iris)
    assert EvidenceDisplay.from_estimator(model, iris[0][0]).sample.shape == (2, 2)
    named = EvidenceDisplay.from_estimator(model, iris[0][0], feature_names=list("abcd"))
    assert named.sample.shape == (4,)
    three = clf().fit(iris[0][:, :3], iris[1])
    with pytest.raises(ValueError, match=r"3 values are no square image.* Features with names.* as a table"):
        EvidenceDisplay.from_estimator(three, iris[0][0, :3])
    with pytest.raises(ValueError, match=r"feature_names == .*, must be None where there is an image_shape"):
        EvidenceDisplay.from_estimator(model, iris[0][0], feature_names=list("abcd"), image_shape=(2, 2))


def test_the_sample_must_be_one_of_the_table(encoded, table):
    X, y = table
    numeric = clf().fit(X[["age", "income"]], y)
    with pytest.raises(ValueError, match=r"x.shape == \(2, 4\), must be a single sample"):
        EvidenceDisplay.from_estimator(encoded, X[:2])
    with pytest.raises(ValueError, match=r"has columns \['income', 'age'\], must have \['age', 'income'\]"):
        EvidenceDisplay.from_estimator(numeric, X[["income", "age"]][:1])
    with pytest.raises(TypeError, match="CalibratedClassifierCV has scores that are no sums over features"):
        EvidenceDisplay.from_estimator(CalibratedClassifierCV(clf(), cv=2).fit(X[["age", "income"]], y), X[:1])
    assert not plt.get_fignums()


@pytest.mark.slow
def test_bars_of_a_table_need_no_image(encoded, table):
    X, y = table
    display = ProbabilityBarsDisplay.from_estimator(encoded, X[:4], y[:4])
    assert display.axes_.shape == (4, 1)
    assert display.images_ == []
    p = encoded.predict_proba(X[:4])
    for i, bars in enumerate(display.bars_):
        np.testing.assert_array_equal([bar.get_width() for bar in bars], p[i])
        predicted = encoded.classes_[p[i].argmax()]
        assert display.axes_[i, 0].get_title() == f"predicted: {predicted}\ntrue: {y[i]}"
    unnamed = ProbabilityBarsDisplay.from_predictions(np.ones((2, 3)), None, [[0.5, 0.5], [0.1, 0.9]])
    assert unnamed.images is None


@pytest.mark.slow
def test_matrices_of_a_table_have_the_names_behind_its_encoder(encoded, table):
    X, y = table
    display = ModelMatricesDisplay.from_estimator(encoded, X[:5], y[:5])
    np.testing.assert_array_equal(display.data, encoded[0].transform(X[:5]))
    np.testing.assert_array_equal(display.coefficients[0], encoded[-1].coef_)
    assert display.feature_names == encoded[0].get_feature_names_out().tolist()
    scaled = make_pipeline(StandardScaler(), clf()).fit(X[["age", "income"]], y)
    behind = ModelMatricesDisplay.from_estimator(scaled, X[["age", "income"]][:5], through_pipeline=False)
    np.testing.assert_array_equal(behind.coefficients[0], scaled[-1].coef_)
    np.testing.assert_allclose(behind.data, scaled[0].transform(X[["age", "income"]][:5]))
    assert behind.features_label == "after StandardScaler"
