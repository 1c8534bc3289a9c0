# SPDX-License-Identifier: BSD-3-Clause
"""find_learning_rate trains as fit does, and its display draws what it found."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, find_learning_rate
from sksoftmax.plotting import LearningRateDisplay

RATES = [1e-4, 1e-2, 1.0]


@pytest.mark.parametrize(
    "estimator",
    [
        SoftmaxRegression(random_state=0, early_stopping=True),
        SoftmaxRegression(random_state=0, solver="adam"),
        TinyMLPClassifier((5,), "tanh", random_state=0),
    ],
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("n_epochs", [1, 3])
def test_each_objective_is_that_of_a_fit(estimator, n_epochs, iris, rng):
    X, y = iris
    weights = rng.rand(len(y))
    found = find_learning_rate(estimator, X, y, learning_rates=RATES[::-1], n_epochs=n_epochs, sample_weight=weights)
    np.testing.assert_array_equal(found.learning_rates, RATES)
    for rate, objective in zip(RATES, found.objectives):
        estimator.set_params(learning_rate_init=rate, learning_rate="constant", max_iter=n_epochs, tol=None)
        estimator.set_params(early_stopping=False).fit(X, y, weights)
        # Products of a stack round differently.
        assert estimator.loss_ == pytest.approx(objective, rel=1e-9)
    assert found.best == RATES[np.argmin(found.objectives)]


def test_a_pipeline_is_fitted_once_and_left_alone(iris):
    X, y = iris
    pipeline = make_pipeline(StandardScaler(), SoftmaxRegression(random_state=0))
    found = find_learning_rate(pipeline, X * 100, y)
    alone = find_learning_rate(SoftmaxRegression(random_state=0), StandardScaler().fit_transform(X * 100), y)
    np.testing.assert_array_equal(found.objectives, alone.objectives)
    assert not hasattr(pipeline[0], "mean_")


def test_the_best_rate_trains_well(datasets):
    X, y = datasets["digits"]
    best = find_learning_rate(SoftmaxRegression(random_state=0), X, y).best
    one_epoch = SoftmaxRegression(learning_rate_init=best, max_iter=1, tol=None, random_state=0)
    assert one_epoch.fit(X, y).score(X, y) > 0.85


def test_a_single_step_tells_no_rate_from_another(iris):
    X, y = iris
    full = SoftmaxRegression(batch_size=len(y))
    with pytest.raises(ValueError, match="n_epochs == 1, must be larger where a batch holds all samples"):
        find_learning_rate(full, X, y, learning_rates=RATES)
    assert len(set(find_learning_rate(full, X, y, learning_rates=RATES, n_epochs=2).objectives)) == len(RATES)


def test_diverged_rates_are_infinite(iris):
    X, y = iris
    found = find_learning_rate(SoftmaxRegression(random_state=0), X, y, learning_rates=[1e-3, 1e300])
    assert np.isfinite(found.objectives).tolist() == [True, False]
    with pytest.raises(ValueError, match="diverges with all learning_rates"):
        find_learning_rate(SoftmaxRegression(random_state=0), X, y, learning_rates=[1e300])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"learning_rates": [0.1, 0.0]}, ValueError, r"learning_rates == \[0.1, 0.0\], must be a sequence of finite"),
        ({"learning_rates": 0.1}, ValueError, r"learning_rates == 0.1, must be"),
        ({"learning_rates": []}, ValueError, r"learning_rates == \[\], must be"),
        ({"learning_rates": "auto"}, ValueError, r"learning_rates == 'auto', must be"),
        ({"n_epochs": 0}, ValueError, "n_epochs == 0, must be an int >= 1"),
        ({"estimator": LogisticRegression()}, TypeError, "estimator is a LogisticRegression, must be"),
        ({"estimator": SoftmaxRegression(solver="lbfgs")}, ValueError, "solver == 'lbfgs', must be"),
        ({"estimator": SoftmaxRegression(l2=-1)}, ValueError, "'l2' parameter of SoftmaxRegression must be"),
        ({"sample_weight": [1.0]}, ValueError, "sample_weight.shape"),
    ],
)
def test_bad_calls(options, error, message, iris):
    X, y = iris
    with pytest.raises(error, match=message):
        find_learning_rate(**{"estimator": SoftmaxRegression(), "X": X, "y": y, **options})


def test_the_display_draws_objectives_and_marks_the_best(iris):
    X, y = iris
    found = find_learning_rate(SoftmaxRegression(random_state=0), X, y, learning_rates=[*RATES, 10.0])
    found = found._replace(objectives=[*found.objectives[:3], np.inf])
    display = LearningRateDisplay.from_learning_rates(found, color="C3")
    np.testing.assert_array_equal(display.line_.get_xdata(), RATES)
    np.testing.assert_array_equal(display.line_.get_ydata(), found.objectives[:3])
    assert display.best_.get_xdata() == [found.best]
    assert display.best_.get_ydata() == pytest.approx([min(found.objectives)])
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()][-1] == "diverges"
    assert display.ax_.get_xscale() == "log"
    assert LearningRateDisplay([0.1, 1.0], [2.0, 1.0], best=1.0).plot().diverged_ is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"learning_rates": [1.0, 0.1]}, "must hold numbers > 0 in ascending order"),
        ({"learning_rates": []}, "must hold numbers > 0 in ascending order"),
        ({"objectives": [1.0]}, r"objectives.shape == \(1,\), must be \(2,\)"),
        ({"objectives": [np.inf, np.nan]}, "objectives holds no finite number"),
        ({"best": 0.0}, "best == 0.0, must be"),
    ],
)
def test_bad_displays(arguments, message):
    with pytest.raises(ValueError, match=message):
        LearningRateDisplay(**{"learning_rates": [0.1, 1.0], "objectives": [2.0, 1.0], "best": 1.0, **arguments})


def test_other_results_are_refused():
    with pytest.raises(TypeError, match="found is a dict, must be what find_learning_rate returns"):
        LearningRateDisplay.from_learning_rates({})
