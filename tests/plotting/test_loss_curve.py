# SPDX-License-Identifier: BSD-3-Clause
import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, TinyMLPClassifier
from sksoftmax.plotting import LossCurveDisplay


@pytest.fixture(scope="module")
def stopped(datasets):
    """Early stopping, every minibatch's loss."""
    X, y = datasets["digits"]
    model = TinyMLPClassifier((16,), early_stopping=True, max_iter=30, store_minibatch_loss=True, random_state=0)
    return model.set_params(tol=None).fit(X, y)


def test_the_lines_are_the_curves_over_the_epochs(stopped):
    display = LossCurveDisplay.from_estimator(stopped)
    expected = {
        "loss": stopped.loss_curve_,
        "data_loss": stopped.data_loss_curve_,
        "penalty": stopped.penalty_curve_,
        "validation_loss": stopped.validation_loss_curve_,
    }
    (lines,) = display.lines_
    assert lines.keys() == expected.keys()
    for name, curve in expected.items():
        np.testing.assert_array_equal(lines[name].get_xdata(), np.arange(1, stopped.n_iter_ + 1))
        np.testing.assert_array_equal(lines[name].get_ydata(), curve)
    assert display.ax_.get_xlabel() == "epoch"
    assert display.right_ax_ is None


def test_the_best_epoch_is_marked_where_the_validation_loss_is_least(stopped):
    (best,) = LossCurveDisplay.from_estimator(stopped).best_
    assert best.get_xdata()[0] == stopped.best_epoch_ == 1 + np.argmin(stopped.validation_loss_curve_)
    assert best.get_ydata()[0] == min(stopped.validation_loss_curve_)
    display = LossCurveDisplay.from_estimator(stopped, curves="validation_score")
    assert display.best_[0].get_ydata()[0] == stopped.validation_scores_[stopped.best_epoch_ - 1]
    assert display.right_ax_ is None
    assert display.ax_.get_ylabel() == "validation accuracy"
    display = LossCurveDisplay.from_estimator(stopped, curves=["loss", "validation_score"])
    assert display.best_[0].axes is display.right_ax_
    assert LossCurveDisplay.from_estimator(stopped, mark_best=False).best_ == []
    assert LossCurveDisplay.from_estimator(stopped, curves=["loss"]).best_ == []


def test_no_epoch_is_marked_where_validation_samples_are_only_watched(datasets):
    X, y = datasets["digits"]
    clf = SoftmaxRegression(max_iter=3, tol=None, random_state=0).fit(X[::2], y[::2], X_val=X[1::2], y_val=y[1::2])
    assert LossCurveDisplay.from_estimator(clf).best_ == []


@pytest.mark.parametrize("name", ["validation_score", "learning_rate"])
def test_a_scale_on_the_right(name, stopped):
    display = LossCurveDisplay.from_estimator(stopped, curves=["loss", name])
    assert display.lines_[0][name].axes is display.right_ax_ is not display.ax_
    curve = stopped.validation_scores_ if name == "validation_score" else stopped.learning_rate_curve_
    np.testing.assert_array_equal(display.lines_[0][name].get_ydata(), curve)
    with pytest.raises(ValueError, match="there is one scale on the right"):
        LossCurveDisplay.from_estimator(stopped, curves=["validation_score", "learning_rate"])


def test_minibatches_are_points_and_their_moving_average_ends_with_the_epochs(stopped):
    curve, n_epochs = stopped.minibatch_loss_curve_, stopped.n_iter_
    display = LossCurveDisplay.from_estimator(stopped, curves=["minibatch_loss", "data_loss"], smoothing=10)
    (points,) = display.points_
    np.testing.assert_array_equal(points.get_ydata(), curve)
    np.testing.assert_allclose(points.get_xdata()[[0, -1]], [n_epochs / len(curve), n_epochs])
    smooth = display.lines_[0]["minibatch_loss"]
    assert len(smooth.get_ydata()) == len(curve) - 9
    np.testing.assert_allclose(smooth.get_ydata()[[0, -1]], [curve[:10].mean(), curve[-10:].mean()])
    assert smooth.get_xdata()[-1] == pytest.approx(n_epochs)
    raw = LossCurveDisplay.from_estimator(stopped, curves="minibatch_loss", smoothing=1)
    np.testing.assert_allclose(raw.lines_[0]["minibatch_loss"].get_ydata(), curve)


def test_the_average_of_an_epoch_of_minibatches_meets_the_data_loss(datasets):
    X, y = datasets["digits"]
    model = SoftmaxRegression(max_iter=5, tol=None, batch_size=len(y) // 10, store_minibatch_loss=True, random_state=0)
    model.fit(X[: 10 * (len(y) // 10)], y[: 10 * (len(y) // 10)])
    display = LossCurveDisplay.from_estimator(model, curves=["minibatch_loss", "data_loss"], smoothing=10)
    lines = display.lines_[0]
    smooth = dict(zip(np.round(lines["minibatch_loss"].get_xdata(), 6), lines["minibatch_loss"].get_ydata()))
    for epoch, loss in zip(lines["data_loss"].get_xdata(), lines["data_loss"].get_ydata()):
        assert smooth[epoch] == pytest.approx(loss)


def test_several_trainings_share_a_picture(stopped, digits_model):
    display = LossCurveDisplay.from_estimators({"net": stopped, "linear": digits_model}, xscale="log", yscale="log")
    assert [list(lines) for lines in display.lines_] == [["loss", "validation_loss"], ["loss"]]
    np.testing.assert_array_equal(display.lines_[1]["loss"].get_ydata(), digits_model.loss_curve_)
    colours = [{line.get_color() for line in lines.values()} for lines in display.lines_]
    assert colours == [{"C0"}, {"C1"}]
    texts = [text.get_text() for text in display.legend_.get_texts()]
    assert texts == ["net", "linear", "objective", "validation loss", "best epoch"]
    assert (display.ax_.get_xscale(), display.ax_.get_yscale()) == ("log", "log")


def test_pipelines_searches_and_other_models(datasets):
    X, y = datasets["iris"]
    pipeline = make_pipeline(StandardScaler(), SoftmaxRegression(max_iter=3, tol=None, random_state=0))
    search = GridSearchCV(pipeline, {"softmaxregression__l2": [1e-3, 1.0]}, cv=2).fit(X, y)
    curve = search.best_estimator_[-1].loss_curve_
    np.testing.assert_array_equal(LossCurveDisplay.from_estimator(search).lines_[0]["loss"].get_ydata(), curve)
    tuned = SoftmaxRegressionCV(l2s=[1e-3, 1.0], max_iter=2, tol=None).fit(X, y)
    np.testing.assert_array_equal(
        LossCurveDisplay.from_estimator(tuned).lines_[0]["loss"].get_ydata(), tuned.loss_curve_
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_network_of_scikit_learn_is_drawn_with_its_best_epoch(datasets):
    model = MLPClassifier((4,), early_stopping=True, max_iter=15, random_state=0).fit(*datasets["iris"])
    display = LossCurveDisplay.from_estimator(model, curves=["loss", "validation_score"])
    np.testing.assert_array_equal(display.lines_[0]["loss"].get_ydata(), model.loss_curve_)
    assert display.best_[0].get_ydata()[0] == model.best_validation_score_
    plain = MLPClassifier((4,), max_iter=3, random_state=0).fit(*datasets["iris"])
    assert list(LossCurveDisplay.from_estimator(plain).lines_[0]) == ["loss"]


def test_one_epoch_is_a_visible_point(datasets):
    model = SoftmaxRegression(max_iter=1, tol=None, random_state=0).fit(*datasets["iris"])
    assert LossCurveDisplay.from_estimator(model).lines_[0]["loss"].get_marker() == "."


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"curves": 3}, "curves holds 3, must hold some of"),
        ({"curves": [["loss"]]}, "curves holds .*, must hold some of"),
        ({"xscale": "symlog"}, "xscale == 'symlog', must be one of"),
        ({"yscale": "cubic"}, "yscale == 'cubic', must be one of"),
        ({"legend": "below"}, "legend == 'below', must be one of"),
        ({"curves": ["gradient"]}, "curves holds 'gradient', must hold some of"),
        ({"curves": "validation_loss"}, "curves holds 'validation_loss': .* early_stopping=True"),
        ({"curves": "minibatch_loss"}, "curves holds 'minibatch_loss': .* store_minibatch_loss=True"),
    ],
)
def test_curves_that_there_are_not(options, message, digits_model):
    with pytest.raises(ValueError, match=message):
        LossCurveDisplay.from_estimator(digits_model, **options)
    assert not plt.get_fignums()


@pytest.mark.parametrize("smoothing", [0, 1.5, 10**9, True])
def test_a_smoothing_that_is_no_number_of_steps(smoothing, stopped):
    with pytest.raises(ValueError, match=r"smoothing == .*, must be an int from 1 to"):
        LossCurveDisplay.from_estimator(stopped, curves="minibatch_loss", smoothing=smoothing)
    assert not plt.get_fignums()


def test_models_without_a_curve(datasets):
    with pytest.raises(TypeError, match="LogisticRegression has no loss_curve_"):
        LossCurveDisplay.from_estimator(LogisticRegression(max_iter=1000).fit(*datasets["iris"]))
    with pytest.raises(NotFittedError):
        LossCurveDisplay.from_estimator(SoftmaxRegression())
    with pytest.raises(TypeError, match="estimators is a list, must be a dict"):
        LossCurveDisplay.from_estimators([SoftmaxRegression()])
    with pytest.raises(TypeError, match="trainings hold a list, must hold dicts"):
        LossCurveDisplay([[1.0]], ["a"])
    for training, message in (
        ({"loss": [[1.0]]}, r"loss.shape == \(1, 1\), must be"),
        ({"minibatch_loss": [1.0]}, "minibatch_loss alone, must hold a curve of the epochs too"),
        ({"loss": [1.0], "best_epoch": 2}, "best_epoch == 2, must be an int from 1 to 1"),
        ({"loss": [1.0], "best_epoch": 0}, "best_epoch == 0, must be an int from 1"),
        ({"loss": [1.0], "n_updates": [1, 2]}, r"len\(n_updates\) == 2, must be the number of epochs, 1"),
    ):
        with pytest.raises(ValueError, match=message):
            LossCurveDisplay([training], ["a"])
    with pytest.raises(ValueError, match=r"trainings hold \['accuracy'\], must hold some of"):
        LossCurveDisplay([{"accuracy": [1.0]}], ["a"])
    with pytest.raises(ValueError, match=r"len\(names\) == 1, must be the number of trainings, 2"):
        LossCurveDisplay([{"loss": [1.0]}] * 2, ["a"])


def test_steps_lie_in_their_epochs_where_epochs_differ(datasets):
    X, y = datasets["digits"]
    model = SoftmaxRegression(store_minibatch_loss=True, batch_size=100, random_state=0)
    for rows in (slice(0, 1000), slice(0, 200), slice(0, 500)):
        model.partial_fit(X[rows], y[rows], classes=range(10))
    assert model.n_updates_curve_ == [10, 12, 17]
    (points,) = LossCurveDisplay.from_estimator(model, curves="minibatch_loss").points_
    np.testing.assert_allclose(points.get_xdata(), [*np.arange(1, 11) / 10, 1.5, 2, *(2 + np.arange(1, 6) / 5)])


def test_a_learning_rate_is_drawn_in_steps_and_alone_on_its_own_scale(stopped):
    display = LossCurveDisplay.from_estimator(stopped, curves=["learning_rate"], yscale="log")
    assert display.ax_.get_ylabel() == "learning rate"
    assert display.right_ax_ is None
    assert display.lines_[0]["learning_rate"].get_drawstyle() == "steps-pre"
    assert display.ax_.get_yscale() == "log"


def test_many_trainings_keep_the_legend_off_the_curves(digits_model):
    display = LossCurveDisplay.from_estimators({f"_model {i}": digits_model for i in range(12)}, yscale="log")
    display.figure_.canvas.draw()
    assert len({line.get_color() for lines in display.lines_ for line in lines.values()}) == 12
    assert len(display.legend_.get_texts()) == 12
    assert display.ax_.get_ylabel() == "objective"
    box, axes = display.legend_.get_window_extent(), display.ax_.get_window_extent()
    assert box.y0 >= axes.y1
    assert box.y1 <= display.figure_.bbox.height
    assert LossCurveDisplay.from_estimator(digits_model, legend=None).legend_ is None


def test_a_penalty_of_zero_has_no_logarithm(datasets):
    model = SoftmaxRegression(l2=0.0, max_iter=3, tol=None).fit(*datasets["iris"])
    display = LossCurveDisplay.from_estimator(model, curves="penalty", yscale="log")
    assert display.ax_.get_yscale() == "linear"
    LossCurveDisplay.from_estimator(model, yscale="log").figure_.canvas.draw()
