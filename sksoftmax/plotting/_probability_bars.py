# SPDX-License-Identifier: BSD-3-Clause
"""Samples beside the probabilities of their classes."""

import math

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.patches import Patch

from sksoftmax._validation import shape_of, shown
from sksoftmax.plotting._checks import check_cmaps, check_int, column, numbers, texts, told
from sksoftmax.plotting._docstrings import shared_parameters
from sksoftmax.plotting._fitted import check_classifier, final_model, names_of
from sksoftmax.plotting._images import (
    OTHER,
    PIXELS,
    PREDICTED,
    RIGHT,
    WRONG,
    as_images,
    check_lengths,
    checked_images,
    dense_rows,
    pixel_bounds,
    show_pixels,
)
from sksoftmax.plotting._named_features import cut, label_inches, row_points
from sksoftmax.plotting._panels import panels, plain, set_titles, tidily, without_ticks

IMAGE_INCHES, BARS_INCHES, BAR_INCHES, MARGIN_INCHES = 1.6, 2.6, 0.22, 0.8
LEGEND_INCHES, SHORTEST_INCHES = 0.3, 1.9
# Samples in a row, unless it is told; and samples at most.
USUAL_COLUMNS, MOST_SAMPLES = 3, 60
# With more classes the rest is one bar, unless it is told.
MOST_BARS, MOST_LETTERS = 12, 22
REST = "all others"


class ProbabilityBarsDisplay:
    """For each of some samples its image, if it is one, and a bar for the probability of each class.

    The bar of the true class is blue, that of a wrongly predicted one orange. Without true labels the bar of the
    predicted class is light blue.

    It is best made with :meth:`from_estimator` or :meth:`from_predictions`; the parameters are kept as attributes.

    Parameters
    ----------
    images : array-like of shape (n_samples, height, width) or (n_samples, height, width, 3), or None
        The samples. None draws the bars alone.
    probabilities : array-like of shape (n_samples, n_classes)
        Probabilities of the classes, which sum to one.
    names : sequence of n_classes str
        Names of the classes.
    labels : sequence of n_samples str, default=None
        Names of the true classes.

    Attributes
    ----------
    figure_ : matplotlib Figure or SubFigure
        The figure of the last `plot`.
    axes_ : ndarray of Axes of shape (n_samples, 2) or (n_samples, 1)
        For each sample the panel of the image, if there are images, and that of the bars.
    images_ : list of n_samples AxesImage
        The drawn images; empty where there are none.
    legend_ : matplotlib Legend or None
        What the colours are, below the figure; None in a part of a figure.
    bars_ : list of n_samples BarContainer
        The bars, whose widths sum to one.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sksoftmax import SoftmaxRegression
    >>> from sksoftmax.plotting import ProbabilityBarsDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> clf = SoftmaxRegression(random_state=0).fit(X, y)
    >>> display = ProbabilityBarsDisplay.from_estimator(clf, X[:3], y[:3])
    >>> display.probabilities.shape
    (3, 10)
    """

    def __init__(self, images, probabilities, names, *, labels=None):
        self.images = None if images is None else checked_images("images", images)
        self.probabilities = _checked("probabilities", probabilities)
        self.names, self.labels = texts("names", names), None if labels is None else texts("labels", labels)
        if len(set(self.names)) < len(self.names):
            raise ValueError(f"names == {shown(self.names)}, must be distinct, as must the classes they are of.")
        n_samples = len(self.probabilities if self.images is None else self.images)
        if self.probabilities.shape != (n_samples, len(self.names)):
            raise ValueError(
                f"probabilities.shape == {self.probabilities.shape}, must be the number of images and of names, "
                f"({n_samples}, {len(self.names)})."
            )
        check_lengths(n_samples, labels=self.labels)
        if n_samples > MOST_SAMPLES:
            raise ValueError(f"There are {n_samples} samples, must be at most {MOST_SAMPLES}: choose some of X.")

    @classmethod
    @shared_parameters
    def from_estimator(cls, estimator, X, y=None, *, image_shape=None, class_names=None, ax=None, **plot_options):
        """Draw samples beside the probabilities that a fitted classifier gives them.

        Parameters
        ----------
        estimator : classifier, Pipeline or search
            Fitted, with ``predict_proba``.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The samples to draw, at most 60.
        y : array-like of shape (n_samples,), default=None
            True labels.
        image_shape : tuple of int, default=None
            (height, width), or (height, width, 3) for colour images. None means square grey images, and none for
            features that have names or are no square number.
        {class_names}
        {ax}
        {plot_options}

        Returns
        -------
        display : ProbabilityBarsDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it has no ``predict_proba``.
        ValueError
            If another parameter does not fit.
        """
        model = final_model(estimator)
        check_classifier(model)
        if not hasattr(estimator, "predict_proba"):
            raise TypeError(f"{type(model).__name__} has no predict_proba, which the bars are made of.")
        y_proba = np.asarray(estimator.predict_proba(X))
        return cls.from_predictions(
            X,
            None if y is None else column("y", y, len(y_proba)),
            y_proba,
            classes=model.classes_,
            image_shape=image_shape,
            class_names=class_names,
            ax=ax,
            **plot_options,
        )

    @classmethod
    @shared_parameters
    def from_predictions(
        cls, X, y_true, y_proba, *, classes=None, image_shape=None, class_names=None, ax=None, **plot_options
    ):
        """Draw samples beside given probabilities.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The samples to draw, at most 60.
        y_true : array-like of shape (n_samples,) or None
            True labels.
        y_proba : array-like of shape (n_samples, n_classes)
            Probabilities of the classes.
        classes : array-like of shape (n_classes,), default=None
            Labels of the columns. None means 0, 1, ...
        image_shape : tuple of int, default=None
            As in :meth:`from_estimator`.
        class_names : sequence of str, default=None
            Names for `classes`. None uses the labels themselves.
        {ax}
        {plot_options}

        Returns
        -------
        display : ProbabilityBarsDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        ValueError
            If a parameter does not fit.
        """
        images, n_samples = _images_of(X, image_shape)
        y_proba = _checked("y_proba", y_proba)
        n_classes = y_proba.shape[1]
        if len(y_proba) != n_samples:
            raise ValueError(f"y_proba.shape == {y_proba.shape}, must be ({n_samples}, n_classes), as X.")
        if classes is None:
            classes = range(n_classes)
        elif shape_of(classes) != (n_classes,):
            raise ValueError(f"{told('classes', classes)}, must be ({n_classes},): one for each column.")
        classes = np.asarray(classes)
        names, labels = names_of(classes, class_names), None
        if y_true is not None:
            named = dict(zip(classes.tolist(), names))
            labels = [named.get(label, str(label)) for label in column("y_true", y_true, n_samples).tolist()]
        return cls(images, y_proba, names, labels=labels).plot(ax=ax, **plot_options)

    @tidily
    @shared_parameters
    def plot(self, ax=None, *, n_columns=None, n_classes=None, cmap=PIXELS):
        """Draw the images and the bars.

        Parameters
        ----------
        {ax}
        n_columns : int, default=None
            Samples in a row. None means up to three.
        n_classes : int, default=None
            Number of classes with a bar, the most probable ones and the true one; the rest share one. None means all,
            or 12 of more.
        {pixels_cmap}

        Returns
        -------
        self : ProbabilityBarsDisplay
            This display; ``figure_`` is its figure.
        """
        check_cmaps(cmap=cmap)
        n_samples, n_bars = len(self.probabilities), self._n_bars(n_classes)
        if n_columns is None:
            n_columns = USUAL_COLUMNS
        check_int("n_columns", n_columns, 1)
        n_columns = min(n_columns, n_samples)
        n_rows = -(-n_samples // n_columns)
        height = max(IMAGE_INCHES, BAR_INCHES * (n_bars + 1)) + MARGIN_INCHES
        bars = max(BARS_INCHES, label_inches([cut(name, MOST_LETTERS) for name in self.names]) + SHORTEST_INCHES)
        widths = [bars] if self.images is None else [IMAGE_INCHES, bars]
        n_panels, size = len(widths), (sum(widths) * n_columns, height * n_rows + LEGEND_INCHES)
        self.figure_, axes = panels(
            ax, n_panels * n_samples, n_rows, n_panels * n_columns, size, width_ratios=widths * n_columns
        )
        self.axes_ = axes.reshape(-1, n_panels)
        self.images_ = [] if self.images is None else self._draw_images(self.axes_[:, 0], cmap)
        self.bars_ = [self._draw_bars(panel, i, n_bars) for i, panel in enumerate(self.axes_[:, -1])]
        for panel in self.axes_[-n_columns:, -1]:
            panel.set_xlabel("probability")
        predicted = [self.names[k] for k in self.probabilities.argmax(axis=1)]
        titles, truths = [f"predicted: {name}" for name in predicted], [f"true: {label}" for label in self.labels or ()]
        if self.labels is not None and self.images is None:
            titles = [f"{title}\n{truth}" for title, truth in zip(titles, truths)]
        elif self.labels is not None:
            set_titles(self.axes_[:, 0], truths)
        set_titles(self.axes_[:, -1], titles)
        for panel, label, name in zip(self.axes_[:, -1], self.labels or (), predicted):
            if label != name:
                panel.title.set_color(WRONG)
        self.legend_ = self._explain(ax)
        return self

    def _explain(self, ax):
        """A legend of the colours below a figure of the bars alone, or None in a part of one."""
        if ax is not None and not isinstance(ax, FigureBase):
            return None
        if self.labels is None:
            colours = {"predicted": PREDICTED}
        else:
            wrong = any(label != self.names[k] for label, k in zip(self.labels, self.probabilities.argmax(axis=1)))
            colours = {"true class": RIGHT, **({"wrongly predicted": WRONG} if wrong else {})}
        handles = [Patch(color=colour, label=label) for label, colour in {**colours, "other": OTHER}.items()]
        return self.figure_.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)

    def _draw_images(self, axes, cmap):
        bounds = pixel_bounds(self.images)
        drawn = [show_pixels(panel, image, bounds, cmap) for panel, image in zip(axes, self.images)]
        without_ticks(axes)
        return drawn

    def _n_bars(self, n_classes):
        if n_classes is None:
            return min(len(self.names), MOST_BARS)
        check_int("n_classes", n_classes, 1, len(self.names))
        return n_classes

    def _draw_bars(self, panel, i, n_bars):
        names, widths = list(self.names), self.probabilities[i].tolist()
        best = names[int(np.argmax(widths))]
        colors = dict.fromkeys(names, OTHER)
        if self.labels is None:
            colors[best] = PREDICTED
        else:
            colors[best] = WRONG
            colors[self.labels[i]] = RIGHT
        if n_bars < len(names):
            shown = self._shown(i, n_bars)
            names, widths = [names[k] for k in shown], [widths[k] for k in shown]
        bar_colors = [colors[name] for name in names]
        if n_bars < len(self.names):
            names, widths, bar_colors = [*names, REST], [*widths, max(0.0, 1 - sum(widths))], [*bar_colors, OTHER]
        bars = panel.barh(range(len(names)), widths, color=bar_colors)
        size = row_points(panel, len(names))
        panel.set_yticks(range(len(names)), [plain(cut(name, MOST_LETTERS)) for name in names], fontsize=size)
        texts = [f"{width:.2f}" if width >= 0.005 else "" for width in widths]
        panel.bar_label(bars, texts, padding=2, fontsize=size)
        # Room for the number beside a bar of one.
        panel.set(xlim=(0, 1.2), xticks=[0, 0.5, 1], ylim=(len(names) - 0.5, -0.5))
        for side in ("top", "right"):
            panel.spines[side].set_visible(False)
        panel.spines["bottom"].set_bounds(0, 1)
        return bars

    def _shown(self, i, n_bars):
        """Places of the most probable classes, the true one among them."""
        order = np.argsort(-self.probabilities[i], kind="stable")
        shown = order[:n_bars].tolist()
        if self.labels is not None and self.labels[i] in self.names:
            truth = self.names.index(self.labels[i])
            shown = shown if truth in shown else [*shown[:-1], truth]
        return shown


def _images_of(X, image_shape):
    """X as images, or None where they are none, and the number of samples."""
    if image_shape is None and hasattr(X, "columns"):
        return None, len(X)
    X = dense_rows(X)
    n_samples, n_features = X.shape
    if image_shape is None and math.isqrt(n_features) ** 2 != n_features:
        return None, n_samples
    return as_images(X, image_shape), n_samples


def _checked(name, probabilities):
    """Probabilities as an array (n_samples, n_classes)."""
    checked = numbers(name, probabilities)
    if checked.ndim != 2 or not checked.size:
        raise ValueError(f"{told(name, probabilities)}, must be (n_samples, n_classes).")
    wrong = (checked < 0).any(axis=1) | (np.abs(checked.sum(axis=1) - 1) > 1e-3)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(f"{name}[{row}] == {shown(checked[row].tolist())}, must be >= 0 and sum to one.")
    return checked
