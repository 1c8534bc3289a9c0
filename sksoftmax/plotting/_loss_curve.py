# SPDX-License-Identifier: BSD-3-Clause
"""How the objective and its parts went down in training."""

import math

import matplotlib as mpl
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator

from sksoftmax._validation import shape_of, shown
from sksoftmax.plotting._checks import check_bool, check_int, check_option, numbers, texts
from sksoftmax.plotting._docstrings import shared_parameters
from sksoftmax.plotting._fitted import final_model
from sksoftmax.plotting._named_features import cut
from sksoftmax.plotting._panels import plain, single_axes, tidily
from sksoftmax.plotting._ticks import plain_ticks

LABELS = {
    "loss": "objective",
    "data_loss": "mean cross-entropy",
    "penalty": "penalty",
    "validation_loss": "validation loss",
    "validation_score": "validation accuracy",
    "learning_rate": "learning rate",
    "minibatch_loss": "minibatch loss",
}
STYLES = {
    "loss": "-",
    "data_loss": (0, (5, 1.5)),
    "penalty": ":",
    "validation_loss": "-.",
    "validation_score": "-.",
    "learning_rate": (0, (1, 1)),
    "minibatch_loss": "-",
}
PER_EPOCH = [name for name in LABELS if name != "minibatch_loss"]
ATTRIBUTES = {name: f"{name}_curve_" for name in [*LABELS, "n_updates"]} | {"validation_score": "validation_scores_"}
ON_THE_RIGHT = ("validation_score", "learning_rate")
# Without a choice: of one training, and of several.
USUAL, USUAL_OF_SEVERAL = ("loss", "data_loss", "penalty", "validation_loss"), ("loss", "validation_loss")
# Entries of a legend beyond which it stands above the curves; trainings beyond which colours come from a scale.
MOST_INSIDE, MOST_COLOURS, LEGEND_COLUMNS = 6, 10, 2
FIGURE_INCHES, ENTRY_INCHES = (6.4, 4.0), 0.18
# The objective is drawn so much wider than the data loss; the part of a panel below a curve on the right.
OBJECTIVE_WIDTH, RIGHT_ABOVE = 2.5, 0.75
# Parts of an epoch that the line over the points of minibatches averages over, unless it is told.
SMOOTHED_PER_EPOCH = 4


class LossCurveDisplay:
    """Objective, its two parts, validation loss and score, and learning rate of one training or several.

    It is best made with :meth:`from_estimator` or :meth:`from_estimators`; the parameters are kept as attributes.

    Parameters
    ----------
    trainings : list of dict
        For each training its curves, array-likes with a value for each epoch, under any of the keys "loss",
        "data_loss", "penalty", "validation_loss", "validation_score" and "learning_rate"; under "minibatch_loss" a
        value for each step, and under "n_updates" the number of steps by the end of each epoch, without which all
        epochs have equally many; and under "best_epoch" the epoch, counted from 1, whose parameters were kept.
    names : list of str
        A name for each training.

    Attributes
    ----------
    figure_ : matplotlib Figure or SubFigure
        The figure of the last `plot`.
    ax_ : matplotlib Axes
        The axes.
    right_ax_ : matplotlib Axes or None
        The axes with the scale on the right, of the validation score or the learning rate beside losses.
    legend_ : matplotlib Legend or None
        The legend.
    lines_ : list of dict of Line2D
        For each training its lines, under the keys of `trainings`; under "minibatch_loss" the smoothed line.
    points_ : list of Line2D
        The minibatches' points of each training that has some.
    best_ : list of Line2D
        The marks at the best epoch of each training that has one.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sksoftmax import SoftmaxRegression
    >>> from sksoftmax.plotting import LossCurveDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> clf = SoftmaxRegression(early_stopping=True, random_state=0).fit(X, y)
    >>> display = LossCurveDisplay.from_estimator(clf, yscale="log")
    >>> sorted(display.lines_[0])
    ['data_loss', 'loss', 'penalty', 'validation_loss']
    """

    def __init__(self, trainings, names):
        if not isinstance(trainings, (list, tuple)) or not trainings:
            raise ValueError(f"trainings == {shown(trainings)}, must be a list of one or more dicts of curves.")
        self.trainings, self.names = [_checked(training) for training in trainings], texts("names", names)
        if len(self.names) != len(self.trainings):
            raise ValueError(
                f"len(names) == {len(self.names)}, must be the number of trainings, {len(self.trainings)}."
            )

    @classmethod
    @shared_parameters
    def from_estimator(cls, estimator, *, name=None, ax=None, **plot_options):
        """Draw the training of a fitted estimator.

        Parameters
        ----------
        estimator : classifier, Pipeline or search
            Fitted, with `loss_curve_`. Of a pipeline the last step, of a search the best estimator.
        name : str, default=None
            Its name. None means that of its class.
        {single_ax}
        {plot_options}

        Returns
        -------
        display : LossCurveDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it has no `loss_curve_`.
        """
        model = final_model(estimator)
        return cls([curves_of(model)], [type(model).__name__ if name is None else name]).plot(ax=ax, **plot_options)

    @classmethod
    @shared_parameters
    def from_estimators(cls, estimators, *, ax=None, **plot_options):
        """Draw the training of several fitted estimators in one picture.

        Parameters
        ----------
        estimators : dict of {str: estimator}
            Fitted estimators, as for :meth:`from_estimator`, by their names.
        {single_ax}
        {plot_options}

        Returns
        -------
        display : LossCurveDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        NotFittedError
            If one is not fitted.
        TypeError
            If one has no `loss_curve_`, or `estimators` is no dict.
        """
        if not isinstance(estimators, dict):
            raise TypeError(f"estimators is a {type(estimators).__name__}, must be a dict of {{name: estimator}}.")
        if not estimators:
            raise ValueError("estimators == {}, must hold one or more.")
        trainings = [curves_of(final_model(estimator)) for estimator in estimators.values()]
        return cls(trainings, list(map(str, estimators))).plot(ax=ax, **plot_options)

    @tidily
    @shared_parameters
    def plot(
        self, ax=None, *, curves=None, xscale="linear", yscale="linear", smoothing=None, mark_best=True, legend="auto"
    ):
        """Draw the curves over the epochs.

        Parameters
        ----------
        {single_ax}
        curves : sequence of str, default=None
            What to draw, of "loss" (the objective), "data_loss", "penalty", "validation_loss", "minibatch_loss" (points
            with a smoothed line), and one of "validation_score" and "learning_rate", which beside losses has its scale
            on the right. None means the objective, its two parts and the validation loss; of several trainings the
            first and the last of these.
        xscale : {"linear", "log"}, default="linear"
            Scale of the epochs.
        yscale : {"linear", "log"}, default="linear"
            Scale of the losses. The learning rate has the same.
        smoothing : int, default=None
            Number of steps whose losses are averaged to a point of the smoothed line. None means a quarter of an epoch.
        mark_best : bool, default=True
            Whether to mark the epoch whose parameters were kept, where there was early stopping.
        legend : {"auto", "inside", "above"} or None, default="auto"
            Where to put the legend: among the curves or above the axes. "auto" puts more than six entries, or those of
            two scales, above. None draws none.

        Returns
        -------
        self : LossCurveDisplay
            This display; ``figure_`` is its figure.

        Raises
        ------
        ValueError
            If there are no such curves, or too many scales.
        """
        curves = self._named_curves(curves)
        check_option("xscale", xscale, "linear", "log")
        check_option("yscale", yscale, "linear", "log")
        check_option("legend", legend, "auto", "inside", "above", None)
        check_bool("mark_best", mark_best)
        windows = [_window(smoothing, training) for training in self.trainings]
        ax = single_axes(ax, self._size(curves, legend))
        right = [name for name in curves if name in ON_THE_RIGHT]
        self.ax_, self.figure_, self.right_ax_ = ax, ax.figure, None
        left = [name for name in curves if name not in right] or right
        ax.set(xlabel="epoch", ylabel=LABELS[left[0]] if len(left) == 1 else "loss")
        if right and left != right:
            self.right_ax_ = ax.twinx()
            self.right_ax_.set_ylabel(LABELS[right[0]])
        several = len(self.trainings) > 1
        self.lines_, self.points_, self.best_ = [], [], []
        for i, (training, window) in enumerate(zip(self.trainings, windows)):
            colours = [self._colour(i) if several else f"C{j}" for j in range(len(curves))]
            self.lines_.append(self._draw(training, dict(zip(curves, colours)), window))
            if mark_best:
                self.best_ += self._mark(training, self.lines_[-1])
        ax.set(xscale=xscale)
        for axes, names in ((ax, left), (self.right_ax_, right)):
            if axes is not None and "validation_score" not in names and _positive(axes):
                axes.set_yscale(yscale)
        if self.right_ax_ is not None:
            _keep_apart(ax, self.right_ax_)
        if xscale == "linear":
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        for axis in (ax.xaxis, ax.yaxis):
            if axis.get_scale() == "log" and not (axis is ax.yaxis and self.right_ax_ is not None):
                plain_ticks(axis, *axis.get_view_interval())
        self.legend_ = None if legend is None else self._explain(curves, legend)
        return self

    def _named_curves(self, curves):
        known = {
            name for training in self.trainings for name, curve in training.items() if name in LABELS and len(curve)
        }
        if curves is None:
            usual = USUAL if len(self.trainings) == 1 else USUAL_OF_SEVERAL
            return [name for name in usual if name in known]
        curves = list(curves) if len(shape_of(curves) or ()) == 1 else [curves]
        for name in curves:
            if not isinstance(name, str) or name not in LABELS:
                raise ValueError(f"curves holds {shown(name)}, must hold some of {list(LABELS)}.")
            if name not in known:
                raise ValueError(f"curves holds {name!r}: {_what_records(name)}.")
        if len(set(curves)) < len(curves):
            raise ValueError(f"curves == {curves!r}, must hold each name once.")
        if set(ON_THE_RIGHT) <= set(curves):
            raise ValueError(
                f"curves == {curves!r}, must hold one of {list(ON_THE_RIGHT)}: there is one scale on the right."
            )
        return curves

    def _size(self, curves, legend):
        """Inches, with room for a legend above the curves of several trainings."""
        width, height = FIGURE_INCHES
        n_entries = len(self.trainings) + len(curves) if len(self.trainings) > 1 else 0
        if legend == "above" or (legend == "auto" and n_entries > MOST_INSIDE):
            height += ENTRY_INCHES * math.ceil(n_entries / LEGEND_COLUMNS)
        return width, height

    def _colour(self, i):
        n = len(self.trainings)
        return f"C{i}" if n <= MOST_COLOURS else mpl.colormaps["viridis"](i / n)

    def _draw(self, training, colours, window):
        lines = {}
        for curve, colour in colours.items():
            values = training.get(curve, np.empty(0))
            if not len(values):
                continue
            axes = self.right_ax_ if self.right_ax_ and curve in ON_THE_RIGHT else self.ax_
            style = {"color": colour, "linestyle": STYLES[curve]}
            if curve == "loss" and "data_loss" in colours:
                # The two may be nearly the same: the one is seen under the other.
                style |= {"linewidth": OBJECTIVE_WIDTH * mpl.rcParams["lines.linewidth"], "alpha": 0.5}
            x = np.arange(1, len(values) + 1)
            if curve == "minibatch_loss":
                x = _epochs_of_steps(training)
                self.points_ += axes.plot(
                    x, values, ".", color=colour, markersize=2, alpha=0.25, rasterized=True, zorder=1
                )
                x, values = x[window - 1 :], np.convolve(values, np.full(window, 1 / window), "valid")
            elif curve == "learning_rate":
                # It is that of the epoch that ends there.
                style["drawstyle"] = "steps-pre"
            if len(values) == 1:
                # A line of one point is invisible.
                style["marker"] = "."
            label = f"minibatch loss, mean of {window}" if curve == "minibatch_loss" else LABELS[curve]
            (lines[curve],) = axes.plot(x, values, label=label, **style)
        return lines

    def _mark(self, training, lines):
        best = training.get("best_epoch")
        watched = next((curve for curve in ("validation_loss", "validation_score") if curve in lines), None)
        if best is None or watched is None:
            return []
        line = lines[watched]
        return line.axes.plot(
            [best],
            [training[watched][best - 1]],
            "*",
            color=line.get_color(),
            markersize=mpl.rcParams["font.size"],
            zorder=4,
            label=f"best epoch, {best}",
        )

    def _explain(self, curves, place):
        """The legend: of one training its lines, of several their colours, and what the styles of lines are."""
        if len(self.trainings) == 1:
            handles = [*self.lines_[0].values(), *self.best_]
        else:
            names = [plain(cut(name)) for name in self.names]
            handles = [
                Line2D([], [], color=self._colour(i), label=name if name[:1] != "_" else f" {name}")
                for i, name in enumerate(names)
            ]
            grey = {"color": "grey", "linewidth": mpl.rcParams["lines.linewidth"]}
            if len(curves) > 1:
                handles += [Line2D([], [], linestyle=STYLES[curve], label=LABELS[curve], **grey) for curve in curves]
            if self.best_:
                handles.append(Line2D([], [], linestyle="none", marker="*", label="best epoch", **grey))
        if not handles:
            return None
        # On the axes drawn last no line hides it.
        axes, style = self.right_ax_ or self.ax_, {"handles": handles, "fontsize": "small"}
        # Matplotlib looks for a free place among the curves of one axes only.
        crowded = len(handles) > MOST_INSIDE or self.right_ax_ is not None
        if place == "above" or (place == "auto" and crowded):
            return axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=LEGEND_COLUMNS, **style)
        return axes.legend(**style)


def _checked(training):
    if not isinstance(training, dict):
        raise TypeError(f"trainings hold a {type(training).__name__}, must hold dicts of curves.")
    unknown = set(training) - {*LABELS, "n_updates", "best_epoch"}
    if unknown:
        raise ValueError(
            f"trainings hold {sorted(map(str, unknown))}, must hold some of {[*LABELS, 'n_updates', 'best_epoch']}."
        )
    curves = {name: numbers(name, value, finite=False) for name, value in training.items() if name != "best_epoch"}
    for name, curve in curves.items():
        if curve.ndim != 1:
            raise ValueError(f"{name}.shape == {curve.shape}, must be (n_epochs,) or (n_steps,).")
    n_epochs = max((len(curves.get(name, ())) for name in PER_EPOCH), default=0)
    if len(curves.get("minibatch_loss", ())) and not n_epochs:
        raise ValueError("trainings hold minibatch_loss alone, must hold a curve of the epochs too.")
    if "n_updates" in curves and len(curves["n_updates"]) != n_epochs:
        raise ValueError(f"len(n_updates) == {len(curves['n_updates'])}, must be the number of epochs, {n_epochs}.")
    best = training.get("best_epoch")
    if best is not None:
        check_int("best_epoch", best, 1, n_epochs)
    return {**curves, "best_epoch": best}


def _keep_apart(left, right):
    """Give the curves of the axis on the right the upper part of the panel, and those on the left the rest."""
    for axes, (low, high) in ((left, (0.0, RIGHT_ABOVE)), (right, (RIGHT_ABOVE, 1.0))):
        transform, bounds = axes.yaxis.get_transform(), np.array(axes.get_ylim(), dtype=np.float64)
        bottom, top = transform.transform(bounds)
        span = (top - bottom) / (high - low)
        start = bottom - low * span
        axes.set_ylim(transform.inverted().transform(np.array([start, start + span])))
        axes.yaxis.set_minor_locator(NullLocator())
        plain_ticks(axes.yaxis, *bounds)


def _positive(axes):
    """Whether a logarithmic scale has something to show."""
    return any((line.get_ydata() > 0).any() for line in axes.lines)


def curves_of(model):
    found = {name: getattr(model, attribute, None) for name, attribute in ATTRIBUTES.items()}
    curves = {name: curve for name, curve in found.items() if curve is not None}
    if "loss" not in curves:
        raise TypeError(f"{type(model).__name__} has no loss_curve_: it records no losses in training.")
    best = getattr(model, "best_epoch_", None)
    if best is None and getattr(model, "early_stopping", False) and len(curves.get("validation_score", ())):
        # MLPClassifier keeps the first of the best scores and says not which.
        best = int(np.argmax(curves["validation_score"])) + 1
    return curves if best is None else {**curves, "best_epoch": int(best)}


def _what_records(name):
    if name == "minibatch_loss":
        return "it is kept in training with store_minibatch_loss=True"
    if name.startswith("validation"):
        return "it is kept in training with early_stopping=True"
    return "no training has it"


def _n_epochs(training):
    return max(len(training.get(curve, ())) for curve in PER_EPOCH)


def _epochs_of_steps(training):
    """Epochs that have passed after each step."""
    steps, n_epochs = np.arange(1, len(training["minibatch_loss"]) + 1), _n_epochs(training)
    ends = training.get("n_updates")
    if ends is None or not len(ends):
        return steps * (n_epochs / len(steps))
    return np.interp(steps, [0, *ends], np.arange(n_epochs + 1))


def _window(smoothing, training):
    """Steps to average over."""
    n_steps = len(training.get("minibatch_loss", ()))
    if smoothing is None:
        return max(1, round(n_steps / max(1, _n_epochs(training)) / SMOOTHED_PER_EPOCH))
    check_int("smoothing", smoothing, 1, n_steps or math.inf)
    return int(smoothing)
