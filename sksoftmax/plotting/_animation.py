# SPDX-License-Identifier: BSD-3-Clause
"""Coefficients changing in training."""

import io
import re
import tempfile
from os import PathLike
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation, HTMLWriter, PillowWriter
from PIL import Image

from sksoftmax._validation import shown
from sksoftmax.plotting._checks import check_bool, check_dict, check_positive
from sksoftmax.plotting._coefficient_images import COLORBAR_INCHES, CoefficientImagesDisplay
from sksoftmax.plotting._fitted import final_model
from sksoftmax.plotting._loss_curve import LossCurveDisplay, curves_of
from sksoftmax.plotting._panels import image_grid, tidily

IMAGE_INCHES, CURVE_INCHES, TITLE_INCHES, SMALLEST_INCHES = 1.2, 3.6, 0.4, 3.0
# The best place for a legend would change while the curves grow, and a mark tell what is to come.
CURVE_OPTIONS = {"legend": "above", "mark_best": False}
READ_OPTIONS = {"layer", "units", "classes", "difference", "through_pipeline", "image_shape", "class_names"}
PALETTE_FRAMES, SAME_COLOUR = 5, 8
REST_MILLISECONDS = 2000
# By their names in Font Awesome, which matplotlib's page would fetch.
ICONS = {
    "minus": "\N{MINUS SIGN}",
    "fast-backward": "|\N{BLACK LEFT-POINTING POINTER}",
    "step-backward": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
    "play fa-flip-horizontal": "\N{BLACK LEFT-POINTING POINTER}",
    "pause": "||",
    "play": "\N{BLACK RIGHT-POINTING POINTER}",
    "step-forward": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
    "fast-forward": "\N{BLACK RIGHT-POINTING POINTER}|",
    "plus": "+",
}
# In MB; matplotlib's own limit would silently leave out the frames after the first 20.
EMBED_LIMIT = 1000.0


@tidily
def animate_coefficients(
    snapshots, *, loss_curve=True, interval=200, plot_options=None, curve_options=None, **read_options
):
    """Animate how the coefficients of a classifier became what they are.

    Parameters
    ----------
    snapshots : list of fitted estimators
        A frame for each, such as :func:`training_snapshots` returns.
    loss_curve : bool, default=True
        Whether to draw the curves of the training so far beside the coefficients.
    interval : int, default=200
        Milliseconds between frames.
    plot_options : dict, default=None
        Parameters of :meth:`CoefficientImagesDisplay.plot`. Unless they give a limit, the scale of all frames is that
        of the last.
    curve_options : dict, default=None
        Parameters of :meth:`LossCurveDisplay.plot`.
    **read_options
        The parameters of :meth:`CoefficientImagesDisplay.from_estimator` that say what to draw: `layer`, `units`,
        `classes`, `difference`, `through_pipeline`, `image_shape`, `class_names`. Hidden units have the same order in
        all frames, by their importance in the last.

    Returns
    -------
    animation : matplotlib.animation.FuncAnimation
        For :func:`save_animation`, or ``IPython.display.HTML(animation.to_jshtml())`` in a notebook. Its figure is
        open; close it when the animation is saved.

    Raises
    ------
    NotFittedError
        If a snapshot is not fitted.
    TypeError
        If a snapshot has no coefficients, or no `loss_curve_`.
    ValueError
        If there are no snapshots, or an option does not fit them.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sksoftmax import SoftmaxRegression
    >>> from sksoftmax.plotting import animate_coefficients, training_snapshots
    >>> X, y = load_digits(return_X_y=True)
    >>> snapshots = training_snapshots(SoftmaxRegression(random_state=0), X, y, epochs=range(4))
    >>> animation = animate_coefficients(snapshots)
    >>> page = animation.to_jshtml()
    """
    if not isinstance(snapshots, (list, tuple)):
        raise TypeError(f"snapshots is a {type(snapshots).__name__}, must be a list of fitted estimators.")
    if not snapshots:
        raise ValueError("snapshots is empty, must hold one or more fitted estimators.")
    check_positive("interval", interval)
    unknown = set(read_options) - READ_OPTIONS
    if unknown:
        raise TypeError(
            f"animate_coefficients() got {sorted(unknown)}, must be some of {sorted(READ_OPTIONS)}; options of the "
            "plots go into plot_options and curve_options."
        )
    check_bool("loss_curve", loss_curve)
    check_dict("plot_options", plot_options)
    check_dict("curve_options", curve_options)
    plot_options, curve_options = plot_options or {}, {**CURVE_OPTIONS, **(curve_options or {})}
    frames = [CoefficientImagesDisplay._of(s, ordered_by=snapshots[-1], **read_options) for s in snapshots]
    if any(frame.images.shape != frames[-1].images.shape or frame.names != frames[-1].names for frame in frames):
        raise ValueError("snapshots have different classes, features or layers, must have the same.")
    models = [final_model(snapshot) for snapshot in snapshots]
    curves = curves_of(models[-1]) if loss_curve else None
    width, height = _size_of(frames[-1], **plot_options)
    figure = plt.figure(figsize=(width + (CURVE_INCHES if loss_curve else 0), height), layout="constrained")
    place, grown = figure, []
    if loss_curve:
        place, beside = figure.subfigures(1, 2, width_ratios=[width, CURVE_INCHES])
        grown = _draw_curves(beside, curves, type(models[-1]).__name__, curve_options)
    images = frames[-1].plot(ax=place, **plot_options)
    title = place.suptitle(_title(models[-1]))
    figure.canvas.draw()
    # Laid out once, with all there will be to see, so that nothing moves but the coefficients and the curves.
    figure.set_layout_engine("none")

    def draw(frame):
        images._show(frames[frame].images)
        title.set_text(_title(models[frame]))
        for line, x, y in grown:
            so_far = x <= getattr(models[frame], "n_iter_", np.inf)
            line.set_data(x[so_far], y[so_far])
        return [*images.images_, title, *(line for line, _, _ in grown)]

    return _OwnIcons(figure, draw, frames=len(frames), interval=interval, blit=False)


def save_animation(animation, path, *, fps=10, dpi=100):
    """Save an animation.

    Parameters
    ----------
    animation : matplotlib.animation.Animation
        The animation.
    path : str or Path
        A name that ends in ``.gif``, or in ``.html`` for a page with buttons to step through the frames, all in one
        file.
    fps : float, default=10
        Frames in a second.
    dpi : float, default=100
        Pixels in an inch of the figure.

    Raises
    ------
    ValueError
        If the name ends in something else.
    OSError
        If the file cannot be written. Whatever fails, there is no part of a file, and one that was there is as before.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn.datasets import load_digits
    >>> from sksoftmax import SoftmaxRegression
    >>> from sksoftmax.plotting import animate_coefficients, save_animation, training_snapshots
    >>> X, y = load_digits(return_X_y=True)
    >>> snapshots = training_snapshots(SoftmaxRegression(random_state=0), X, y, epochs=range(3))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "learning.gif"
    ...     save_animation(animate_coefficients(snapshots), path, fps=2)
    ...     path.exists()
    True
    """
    if not isinstance(animation, Animation):
        raise TypeError(f"animation is a {type(animation).__name__}, must be an Animation of matplotlib.")
    if not isinstance(path, (str, PathLike)):
        raise TypeError(f"path == {shown(path)}, must be a str or Path.")
    suffix = Path(path).suffix.lower()
    if suffix not in WRITERS:
        raise ValueError(f"path == {str(path)!r}, must end in one of {list(WRITERS)}.")
    check_positive("fps", fps)
    check_positive("dpi", dpi)
    options, path = {"embed_frames": True} if suffix == ".html" else {}, Path(path).resolve()
    with (
        mpl.rc_context({"animation.embed_limit": EMBED_LIMIT}),
        tempfile.TemporaryDirectory(dir=path.parent.resolve(strict=True)) as beside,
    ):
        whole = Path(beside) / path.name
        animation.save(str(whole), writer=WRITERS[suffix](fps=fps, **options), dpi=dpi)
        whole.replace(path)


class _OnePalette(PillowWriter):
    """Writes a GIF whose frames share a palette, so that nothing changes its colour from frame to frame."""

    def setup(self, fig, outfile, dpi=None):
        super().setup(fig, outfile, dpi=dpi)
        self.images, self.usual_dpi = [], fig.dpi
        fig.set_dpi(self.dpi)

    def grab_frame(self, **savefig_kwargs):
        canvas = self.fig.canvas
        if hasattr(canvas, "buffer_rgba"):
            # What the animation has just drawn; saving would draw it twice more.
            if self.fig.stale:
                canvas.draw()
            pixels = np.asarray(canvas.buffer_rgba())
        else:
            buffer = io.BytesIO()
            self.fig.savefig(buffer, **{**savefig_kwargs, "format": "png", "dpi": self.dpi})
            pixels = np.asarray(Image.open(buffer).convert("RGBA"))
        self.images.append(Image.fromarray(pixels[..., :3].copy()))

    def finish(self):
        self.fig.set_dpi(self.usual_dpi)
        if not self.images:
            # Drawing the first has failed.
            return
        # Of the first and the last frame, and some between: what is rare in one of them is kept.
        chosen = self.images[:: max(1, len(self.images) // PALETTE_FRAMES)][-PALETTE_FRAMES:] + self.images[-1:]
        width, height = chosen[0].size
        together = Image.new("RGB", (width, height * len(chosen)))
        for i, image in enumerate(chosen):
            together.paste(image, (0, i * height))
        palette = together.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=1)
        # Nearly white would be seen beside the page, and Pillow does not tell it from white.
        colours, background = np.reshape(palette.getpalette(), (-1, 3)), np.array(together.getpixel((0, 0)))
        colours[np.abs(colours - background).max(axis=1) <= SAME_COLOUR] = background
        palette.putpalette(colours.ravel().tolist())
        first, *others = (image.quantize(palette=palette, dither=Image.Dither.NONE) for image in self.images)
        # It rests on its last frame.
        durations = [round(1000 / self.fps)] * len(others) + [max(REST_MILLISECONDS, round(1000 / self.fps))]
        first.save(self.outfile, save_all=True, append_images=others, duration=durations, loop=0)


class _WithIcons(HTMLWriter):
    """Writes a page whose buttons need nothing from the web."""

    def finish(self):
        super().finish()
        path = Path(self.outfile)
        path.write_text(with_icons(path.read_text(encoding="utf-8")), encoding="utf-8")


class _OwnIcons(FuncAnimation):
    """An animation whose pages need nothing from the web."""

    def to_jshtml(self, *args, **kwargs):
        return with_icons(super().to_jshtml(*args, **kwargs))


def with_icons(page):
    """The page with signs in place of the icons of a style sheet."""
    page = re.sub(r"<link[^>]*font-awesome[^>]*>", "", page)
    return re.sub(r'<i class="fa fa-([\w -]+)">', lambda match: f"<i>{ICONS.get(match[1], match[1])}", page)


WRITERS = {".gif": _OnePalette, ".html": _WithIcons}


def _draw_curves(place, curves, name, options):
    """Draw whole curves; return each artist that is to grow with all its x and y."""
    display = LossCurveDisplay([curves], [name]).plot(ax=place, **options)
    artists = [*display.lines_[0].values(), *display.points_, *display.best_]
    for line in display.lines_[0].values():
        # A line of one epoch would be invisible.
        line.set(marker=".", markevery=slice(-1, None))
    return [(artist, np.asarray(artist.get_xdata()), np.asarray(artist.get_ydata())) for artist in artists]


def _size_of(display, n_columns=None, **_):
    _, _, (width, height) = image_grid(
        len(display.images), display.images.shape[1:3], n_columns, inches=IMAGE_INCHES, margin=COLORBAR_INCHES
    )
    return width, max(height + TITLE_INCHES, SMALLEST_INCHES)


def _title(model):
    n_iter, kept = getattr(model, "n_iter_", None), getattr(model, "best_epoch_", None)
    if n_iter is None:
        return ""
    return f"epoch {np.max(n_iter)}" if kept in (None, n_iter) else f"epoch {n_iter}, kept: {kept}"
