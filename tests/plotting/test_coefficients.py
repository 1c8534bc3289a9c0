# SPDX-License-Identifier: BSD-3-Clause
"""Coefficients by the names of their features."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_validate
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, TinyMLPClassifier
from sksoftmax.plotting import CoefficientImagesDisplay, CoefficientsDisplay, training_snapshots
from sksoftmax.plotting._fitted import affine_classes
from tests.parameters import slow
from tests.plotting.tables import clf, one_hot, trips

pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def numeric(table):
    X, y = table
    return X[["age", "income"]], y


def row_names(display):
    return [label.get_text() for label in display.axes_[0].get_yticklabels()]


def widths(bars):
    return [bar.get_width() for bar in bars]


def test_bars_are_the_coefficients_the_largest_first(numeric):
    X, y = numeric
    model = clf().fit(X, y)
    display = CoefficientsDisplay.from_estimator(model)
    order = np.argsort(-np.abs(model.coef_).max(axis=0))
    assert row_names(display) == [X.columns[j] for j in order]
    assert [panel.get_title() for panel in display.axes_] == ["coach", "plane", "train"]
    for bars, coef in zip(display.bars_, model.coef_):
        np.testing.assert_array_equal(widths(bars), coef[order])
    assert len({panel.get_xlim() for panel in display.axes_}) == 1
    low, high = display.axes_[0].get_xlim()
    assert low == -high


def test_a_heat_map_has_a_row_for_each_feature_on_a_scale_around_zero(numeric):
    X, y = numeric
    model = clf().fit(X, y)
    display = CoefficientsDisplay.from_estimator(model, kind="heatmap", class_names=["c", "p", "t"])
    order = np.argsort(-np.abs(model.coef_).max(axis=0))
    np.testing.assert_array_equal(display.image_.get_array(), model.coef_[:, order].T)
    assert display.image_.get_clim() == (-np.abs(model.coef_).max(), np.abs(model.coef_).max())
    assert [label.get_text() for label in display.axes_[0].get_xticklabels()] == ["c", "p", "t"]
    written = [text.get_text() for text in display.texts_]
    assert written == [f"{round(value, 2) + 0:.2f}" for value in model.coef_[:, order].T.flat]
    assert "-0.00" not in written
    many = CoefficientsDisplay(np.ones((4, 2)), list("abcd"), list("xy")).plot()
    assert many.image_ is not None
    assert many.bars_ == []


def test_the_largest_are_drawn_and_the_others_counted(rng):
    coefficients = rng.normal(size=(2, 50))
    display = CoefficientsDisplay(coefficients, "ab", [f"f{j}" for j in range(50)]).plot(n_features=3)
    assert row_names(display) == [f"f{j}" for j in np.argsort(-np.abs(coefficients).max(axis=0))[:3]]
    assert "3 largest of 50 features" in display.axes_[0].get_ylabel().replace("\n", " ")
    assert len(display.plot().features_) == 20


def test_names_go_through_a_one_hot_encoder_and_the_picture_says_so(table):
    X, y = table
    pipeline = make_pipeline(one_hot(), clf()).fit(X, y)
    display = CoefficientsDisplay.from_estimator(pipeline)
    assert display.feature_names == pipeline[0].get_feature_names_out().tolist()
    assert {"one-hot__city_Oslo", "scaled__age"} <= set(row_names(display))
    np.testing.assert_array_equal(display.coefficients, pipeline[-1].coef_)
    assert display.axes_[0].get_ylabel().replace("\n", " ") == "features after ColumnTransformer"


def test_times_the_standard_deviation_features_compare(numeric):
    X, y = numeric
    raw, scaled = (model.fit(X, y) for model in (make_pipeline(clf()), make_pipeline(StandardScaler(), clf())))
    for model in (raw, scaled):
        display = CoefficientsDisplay.from_estimator(model, X=X)
        expected = affine_classes(model).layers[0][:, :-1] * np.std(X.to_numpy(), axis=0)
        np.testing.assert_allclose(display.coefficients, expected)
        assert display.axes_[0].get_xlabel().replace("\n", " ") == "coefficient x standard deviation"
    np.testing.assert_allclose(display.coefficients, scaled[-1].coef_)
    encoded = make_pipeline(one_hot(), clf()).fit(*trips())
    display = CoefficientsDisplay.from_estimator(encoded, X=trips()[0])
    deviations = np.std(np.asarray(encoded[0].transform(trips()[0])), axis=0)
    np.testing.assert_allclose(display.coefficients, encoded[-1].coef_ * deviations)


def test_error_bars_are_those_of_folds_and_of_snapshots(table, numeric):
    X, y = table
    pipeline = make_pipeline(one_hot(), clf())
    folds = cross_validate(pipeline, X, y, cv=3, return_estimator=True)["estimator"]
    display = CoefficientsDisplay.from_estimator(pipeline.fit(X, y), repeats=folds)
    spread = np.std([fold[-1].coef_ for fold in folds], axis=0, ddof=1)
    np.testing.assert_allclose(display.errors, spread)
    for bars, error in zip(display.bars_, spread[:, display.features_]):
        (segments,) = (lines.get_segments() for lines in bars.errorbar.lines[2])
        np.testing.assert_allclose([(b - a)[0] / 2 for a, b in segments], error)
    X, y = numeric
    snapshots = training_snapshots(clf(tol=None), X, y, epochs=[1, 2, 3])
    display = CoefficientsDisplay.from_estimator(snapshots[-1], repeats=snapshots)
    np.testing.assert_allclose(display.errors, np.std([model.coef_ for model in snapshots], axis=0, ddof=1))


@pytest.mark.parametrize("fit_intercept", [True, slow(False)])
def test_a_search_for_the_penalty_has_error_bars_of_its_splits(fit_intercept, numeric):
    X, y = numeric
    search = SoftmaxRegressionCV([0.1, 1.0], cv=3, max_iter=3, tol=None, fit_intercept=fit_intercept)
    pipeline = make_pipeline(StandardScaler(), search).fit(X, y)
    display = CoefficientsDisplay.from_estimator(pipeline)
    paths = pipeline[-1].coefs_paths_[:, list(pipeline[-1].l2s_).index(pipeline[-1].l2_), :, :2]
    np.testing.assert_allclose(display.errors, np.std(paths / pipeline[0].scale_, axis=0, ddof=1))
    of_one = CoefficientsDisplay.from_estimator(pipeline, difference=("coach", "train"))
    np.testing.assert_allclose(
        of_one.errors[0], np.std((paths[:, 0] - paths[:, 2]) / pipeline[0].scale_, axis=0, ddof=1)
    )


@pytest.mark.slow
def test_one_against_the_rest_has_a_row_for_each_class(numeric):
    X, y = numeric
    for inner in (LogisticRegression(), clf(), make_pipeline(StandardScaler(), LogisticRegression())):
        model = OneVsRestClassifier(inner).fit(X, y)
        display = CoefficientsDisplay.from_estimator(model)
        layer = affine_classes(model).layers[0]
        scores = X.to_numpy() @ layer[:, :-1].T + layer[:, -1]
        if not isinstance(inner, SoftmaxRegression):
            np.testing.assert_allclose(scores, model.decision_function(X))
        np.testing.assert_array_equal(scores.argmax(axis=1), np.searchsorted(model.classes_, model.predict(X)))
        assert display.names == ["coach", "plane", "train"]


def test_members_of_an_ensemble_are_their_mean_with_error_bars(numeric):
    X, y = numeric
    calibrated = CalibratedClassifierCV(make_pipeline(StandardScaler(), clf()), cv=3).fit(X, y)
    members = [part.estimator for part in calibrated.calibrated_classifiers_]
    vote = VotingClassifier([("a", clf()), ("b", LogisticRegression())], voting="soft").fit(X, y)
    for ensemble, parts in ((calibrated, members), (vote, vote.estimators_)):
        display = CoefficientsDisplay.from_estimator(ensemble)
        coefficients = [affine_classes(part).layers[0][:, :-1] for part in parts]
        np.testing.assert_allclose(display.coefficients, np.mean(coefficients, axis=0))
        np.testing.assert_allclose(display.errors, np.std(coefficients, axis=0, ddof=1))
        assert display.names == ["coach", "plane", "train"]
        with pytest.raises(TypeError, match="pass one of its members, of calibrated_classifiers_ or estimators_"):
            affine_classes(ensemble)


def test_features_without_names_have_those_of_scikit_learn_or_what_they_are_given(iris):
    model = clf().fit(*iris)
    display = CoefficientsDisplay.from_estimator(model)
    assert sorted(row_names(display)) == ["x0", "x1", "x2", "x3"]
    named = CoefficientsDisplay.from_estimator(model, feature_names=["a", "b", "c", "d"])
    assert sorted(row_names(named)) == ["a", "b", "c", "d"]


def test_hidden_units_are_rows_too(numeric):
    X, y = numeric
    model = TinyMLPClassifier((5, 4), max_iter=2, tol=None, random_state=0).fit(X, y)
    images = CoefficientsDisplay.from_estimator(model, units=[3, 1])
    np.testing.assert_array_equal(images.coefficients, model.coefs_[0][:, [3, 1]].T)
    assert images.names == ["unit 3", "unit 1"]
    last = CoefficientsDisplay.from_estimator(model, layer=-1)
    np.testing.assert_array_equal(last.coefficients, model.coefs_[-1].T)
    assert sorted(row_names(last)) == [f"unit {unit}" for unit in range(4)]


def test_features_with_names_are_no_image_unless_it_has_a_shape(numeric, iris):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(iris[0], columns=["sl", "sw", "pl", "pw"])
    for model in (clf().fit(frame, iris[1]), make_pipeline(StandardScaler(), clf()).fit(frame, iris[1])):
        with pytest.raises(ValueError, match=r"features have names, 'sl' .* CoefficientsDisplay draws"):
            CoefficientImagesDisplay.from_estimator(model)
        assert CoefficientImagesDisplay.from_estimator(model, image_shape=(2, 2)).images.shape == (3, 2, 2)
    with pytest.raises(ValueError, match=r"3 values are no square image.* CoefficientsDisplay draws"):
        CoefficientImagesDisplay.from_estimator(clf().fit(iris[0][:, :3], iris[1]))


def test_the_through_pipeline_switch(numeric):
    X, y = numeric
    pipeline = make_pipeline(StandardScaler(), clf()).fit(X, y)
    seen = CoefficientsDisplay.from_estimator(pipeline)
    np.testing.assert_allclose(seen.coefficients, pipeline[-1].coef_ / pipeline[0].scale_)
    behind = CoefficientsDisplay.from_estimator(pipeline, through_pipeline=False)
    np.testing.assert_array_equal(behind.coefficients, pipeline[-1].coef_)
    assert (seen.features_label, behind.features_label) == ("", "after StandardScaler")


@pytest.mark.slow
def test_categories_that_no_probe_has_are_not_taken_for_nothing(table):
    X, y = table
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    numbers = 5 + X[["city"]].apply(lambda column: column.astype("category").cat.codes).to_numpy()
    pipeline = make_pipeline(encoder, clf()).fit(numbers, y)
    with pytest.raises(ValueError, match=r"\(OneHotEncoder\) are no affine map"):
        affine_classes(pipeline)
    assert CoefficientsDisplay.from_estimator(pipeline).feature_names == ["x0_5", "x0_6", "x0_7"]


def test_what_does_not_fit_is_named(numeric):
    X, y = numeric
    model = clf().fit(X, y)
    with pytest.raises(ValueError, match="repeats have other classes or features than estimator"):
        CoefficientsDisplay.from_estimator(model, repeats=[model, clf().fit(X[["age"]], y)])
    with pytest.raises(ValueError, match=r"repeats == \[.*\], must hold two or more|repeats == <list"):
        CoefficientsDisplay.from_estimator(model, repeats=[model])
    net = TinyMLPClassifier((2,), max_iter=1, tol=None).fit(X, y)
    with pytest.raises(ValueError, match="must be None for a layer that does not see the features"):
        CoefficientsDisplay.from_estimator(net, layer=1, X=X)
    assert not plt.get_fignums()
