# SPDX-License-Identifier: BSD-3-Clause
"""Displays of classifiers of texts, whose features are the words that a step finds."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.pipeline import make_pipeline

from sksoftmax import SoftmaxRegression
from sksoftmax.plotting import CoefficientImagesDisplay, CoefficientsDisplay, EvidenceDisplay

TEXTS = ["poles and zeros", "zeros of a filter", "mean and median", "median of a sample"]
TOPICS = ["signal", "signal", "statistics", "statistics"]


@pytest.fixture(scope="module")
def model():
    return make_pipeline(TfidfVectorizer(), SoftmaxRegression(random_state=0)).fit(TEXTS, TOPICS)


def test_coefficients_have_the_names_of_words(model):
    display = CoefficientsDisplay.from_estimator(model)
    assert display.feature_names == model[0].get_feature_names_out().tolist()
    np.testing.assert_allclose(display.coefficients, model[-1].coef_)
    assert "TfidfVectorizer" in display.features_label


def test_words_that_are_hashed_have_the_names_of_their_columns():
    hashed = make_pipeline(HashingVectorizer(n_features=64), SoftmaxRegression(random_state=0)).fit(TEXTS, TOPICS)
    assert CoefficientsDisplay.from_estimator(hashed).feature_names == [f"x{j}" for j in range(64)]


@pytest.mark.parametrize("sample", [TEXTS[0], TEXTS[:1], np.array(TEXTS[:1], dtype=object)])
def test_the_evidence_of_a_text_is_that_of_its_words(sample, model):
    display = EvidenceDisplay.from_estimator(model, sample, difference=("signal", "statistics"))
    assert display.scores[0] == pytest.approx(-model.decision_function(TEXTS[:1])[0], rel=1e-12)
    words = {name for name, value in zip(display.feature_names, display.evidence[0]) if value}
    # A text of each topic has "and": rounding decides whether it has a weight.
    assert words | {"and"} == {"poles", "and", "zeros"}


def test_a_sample_is_one_text(model):
    with pytest.raises(ValueError, match=r"len\(x\) == 4, must be 1: a single sample"):
        EvidenceDisplay.from_estimator(model, TEXTS)


def test_texts_are_no_images(model):
    with pytest.raises(ValueError, match="The features have names"):
        CoefficientImagesDisplay.from_estimator(model)
