# SPDX-License-Identifier: BSD-3-Clause
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from sksoftmax.plotting import CoefficientImagesDisplay, animate_coefficients, save_animation, training_snapshots

EPOCHS = [0, 1, 3, 6]


@pytest.fixture(scope="module")
def snapshots(three_digits):
    return training_snapshots(SoftmaxRegression(tol=None, random_state=0), *three_digits, epochs=EPOCHS)


def drawn(animation, frame):
    """Images, title and lines of a frame."""
    artists = animation._func(frame)
    images = [artist for artist in artists if hasattr(artist, "get_clim")]
    (title,) = (artist.get_text() for artist in artists if hasattr(artist, "get_text"))
    return images, title, [artist for artist in artists if hasattr(artist, "get_xdata")]


@pytest.fixture
def written(tmp_path):
    """Save an animation, without which matplotlib warns that it was for nothing."""

    def save(animation, name="a.gif", **options):
        save_animation(animation, tmp_path / name, dpi=30, **options)
        return tmp_path / name

    return save


@pytest.mark.slow
def test_each_frame_is_the_coefficients_and_the_curves_so_far(snapshots, written):
    animation = animate_coefficients(snapshots)
    for frame, snapshot in enumerate(snapshots):
        images, title, lines = drawn(animation, frame)
        assert title == f"epoch {snapshot.n_iter_}"
        for image, row in zip(images, snapshot.coef_):
            np.testing.assert_array_equal(image.get_array(), row.reshape(8, 8))
        for line, curve in zip(lines, (snapshot.loss_curve_, snapshot.data_loss_curve_, snapshot.penalty_curve_)):
            np.testing.assert_array_equal(line.get_ydata(), curve)
    limit = np.percentile(np.abs(snapshots[-1].coef_), 99)
    assert {image.get_clim() for image in images} == {(-limit, limit)}
    written(animation)


@pytest.mark.slow
def test_a_gif_has_all_frames_and_ends_with_the_last(snapshots, written):
    animation = animate_coefficients(snapshots)
    path = written(animation, fps=4)
    with Image.open(path) as gif:
        assert gif.n_frames == len(snapshots)
        assert gif.info["duration"] == 250
        gif.seek(gif.n_frames - 1)
        last = np.asarray(gif.convert("RGB"), dtype=float)
    animation._func(len(snapshots) - 1)
    figure = animation._fig
    figure.set_dpi(30)
    figure.canvas.draw()
    expected = np.asarray(figure.canvas.buffer_rgba(), dtype=float)[..., :3]
    assert last.shape == expected.shape
    # A GIF has 256 colours for a frame.
    assert np.abs(last - expected).mean() < 3


@pytest.mark.slow
def test_a_page_holds_all_frames(snapshots, written):
    page = written(animate_coefficients(snapshots, loss_curve=False), "a.html").read_text()
    assert page.count("data:image/png;base64") == len(snapshots)


@pytest.mark.slow
def test_hidden_units_keep_the_order_of_the_last_frame(three_digits, written):
    model = TinyMLPClassifier((6,), tol=None, random_state=0)
    snapshots = training_snapshots(model, *three_digits, epochs=[0, 4])
    order = [int(name.split()[1]) for name in CoefficientImagesDisplay.from_estimator(snapshots[-1]).names]
    animation = animate_coefficients(snapshots, units=4, plot_options={"scale": "panel"})
    for frame, snapshot in enumerate(snapshots):
        for unit, image in zip(order[:4], drawn(animation, frame)[0]):
            np.testing.assert_array_equal(image.get_array(), snapshot.coefs_[0][:, unit].reshape(8, 8))
    written(animation)


@pytest.mark.slow
def test_pipelines_differences_and_minibatches_are_animated(three_digits, written):
    pipeline = make_pipeline(StandardScaler(), SoftmaxRegression(tol=None, random_state=0, store_minibatch_loss=True))
    snapshots = training_snapshots(pipeline, *three_digits, epochs=[1, 2])
    animation = animate_coefficients(snapshots, difference=(0, 2), curve_options={"curves": "minibatch_loss"})
    for frame, snapshot in enumerate(snapshots):
        (image,), _, (_, points) = drawn(animation, frame)
        expected = CoefficientImagesDisplay.from_estimator(snapshot, difference=(0, 2)).images[0]
        np.testing.assert_array_equal(image.get_array(), expected)
        np.testing.assert_array_equal(points.get_ydata(), snapshot[-1].minibatch_loss_curve_)
    written(animation)


def test_models_without_curves_are_animated_without(three_digits, written):
    X, y = three_digits
    models = [LogisticRegression(C=C, tol=1e-2, max_iter=1000).fit(X / 16, y) for C in (0.01, 1.0)]
    animation = animate_coefficients(models, loss_curve=False)
    np.testing.assert_array_equal(drawn(animation, 0)[0][2].get_array(), models[0].coef_[2].reshape(8, 8))
    written(animation)
    with pytest.raises(TypeError, match="LogisticRegression has no loss_curve_"):
        animate_coefficients(models)


@pytest.mark.slow
def test_frames_of_early_stopping_tell_which_epoch_is_kept(three_digits, written):
    model = SoftmaxRegression(learning_rate_init=0.5, tol=None, early_stopping=True, random_state=0)
    snapshots = training_snapshots(model, *three_digits, epochs=range(1, 6))
    animation = animate_coefficients(snapshots)
    for frame, snapshot in enumerate(snapshots):
        kept = snapshot.best_epoch_
        expected = f"epoch {snapshot.n_iter_}" + ("" if kept == snapshot.n_iter_ else f", kept: {kept}")
        assert drawn(animation, frame)[1] == expected
    assert any(snapshot.best_epoch_ != snapshot.n_iter_ for snapshot in snapshots)
    written(animation)


@pytest.mark.slow
def test_colours_of_a_gif_are_those_of_the_figure_in_every_frame(snapshots, written):
    animation = animate_coefficients(snapshots, curve_options={"curves": ["loss", "data_loss", "penalty"]})
    with Image.open(written(animation)) as gif:
        for frame in range(gif.n_frames):
            gif.seek(frame)
            pixels = np.asarray(gif.convert("RGB"), dtype=float)
            assert pixels[0, 0].tolist() == [255, 255, 255]
            greenish = (pixels[..., 1] > pixels[..., 0] + 40) & (pixels[..., 1] > pixels[..., 2] + 40)
            assert greenish.any(), "the line of the penalty, or its entry of the legend"


def test_what_cannot_be_animated_leaves_no_figure(snapshots, three_digits, tmp_path):
    X, y = three_digits
    two = SoftmaxRegression(max_iter=1, tol=None).fit(X[y < 2], y[y < 2])
    with pytest.raises(ValueError, match="snapshots have different classes, features or layers"):
        animate_coefficients([two, *snapshots])
    with pytest.raises(TypeError, match="snapshots is a SoftmaxRegression, must be a list"):
        animate_coefficients(two)
    with pytest.raises(TypeError, match=r"got \['cmap'\], must be some of .* plot_options"):
        animate_coefficients(snapshots, cmap="PuOr")
    with pytest.raises(ValueError, match="interval == 0, must be a finite number > 0"):
        animate_coefficients(snapshots, interval=0)
    with pytest.raises(ValueError, match="snapshots is empty"):
        animate_coefficients([])
    with pytest.raises(ValueError, match="image_shape"):
        animate_coefficients(snapshots, image_shape=(3, 3))
    with pytest.raises(ValueError, match="curves holds 'validation_loss'"):
        animate_coefficients(snapshots, curve_options={"curves": "validation_loss"})
    assert not plt.get_fignums()
    animation = animate_coefficients(snapshots, loss_curve=False)
    with pytest.raises(ValueError, match=r"path == 'learning.txt', must end in one of \['.gif', '.html'\]"):
        save_animation(animation, "learning.txt")
    for options in ({"fps": 0}, {"fps": -1}, {"dpi": 0}, {"dpi": "high"}):
        with pytest.raises(ValueError, match=r"(fps|dpi) == .*, must be a finite number > 0"):
            save_animation(animation, tmp_path / "a.gif", **options)
    save_animation(animation, tmp_path / "a.gif", dpi=20)
