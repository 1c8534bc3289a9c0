# SPDX-License-Identifier: BSD-3-Clause
"""What each feature of a sample adds to the scores of the classes."""

import matplotlib as mpl
import numpy as np

from sksoftmax._validation import shown
from sksoftmax.plotting._cells import number
from sksoftmax.plotting._checks import check_bool, check_cmaps, check_int, check_text, numbers, texts, told
from sksoftmax.plotting._docstrings import shared_parameters
from sksoftmax.plotting._fitted import affine_classes, class_rows, is_table, names_of
from sksoftmax.plotting._images import (
    DIVERGING,
    OTHER,
    PIXELS,
    RIGHT,
    WRONG,
    as_images,
    beyond,
    check_lengths,
    checked_images,
    frame,
    limits_of,
    pixel_bounds,
    show_coefficients,
    show_pixels,
)
from sksoftmax.plotting._named_features import (
    AGAINST,
    FOR,
    MOST_LETTERS,
    ROW_INCHES,
    cut,
    feature_names_of,
    features_label,
    finish_bars,
    label_inches,
    largest,
    name_rows,
    row_points,
    usual_number,
    wrapped,
)
from sksoftmax.plotting._panels import (
    colorbar_beside,
    image_panels,
    panels,
    set_titles,
    size_in_points,
    tidily,
    without_ticks,
)
from sksoftmax.plotting._search_results import text_of

COLORBAR_INCHES, TITLE_LINES = 1.0, 4
WATERFALL_INCHES, MARGIN_INCHES, SMALLEST_INCHES = 2.6, (0.7, 1.1), (4.8, 2.8)
# Waterfalls, unless it is told; the rows of one beside those of features; the part of it that is left to the numbers.
MOST_WATERFALLS, N_OTHER_ROWS, NUMBER_ROOM = 3, 3, 0.3
NAMED = "Features with names, as of a frame or of feature_names=, are drawn as a table."


class EvidenceDisplay:
    """Why this class and not that one: for one sample, coefficient times feature, a panel for each class.

    The evidence of an image is an image, and that of a row of a table a waterfall: a bar for each of the features that
    weigh most, each beginning where the one above it ends. With the intercept it sums to the score (logit) of the
    class.
    With the default colours red speaks for the class, blue against it. Of images the highest score is framed, in orange
    if another class is known to be true.

    It is best made with :meth:`from_estimator`; the parameters are kept as attributes.

    Parameters
    ----------
    sample : array-like of shape (height, width), (height, width, 3) or (n_features,)
        The image or, with `feature_names`, the values of its features.
    evidence : array-like of shape (n_panels, height, width), (n_panels, height, width, 3) or (n_panels, n_features)
        Coefficients times features.
    intercepts : array-like of shape (n_panels,)
        What the scores have beside the evidence.
    names : sequence of n_panels str
        What the evidence speaks for.
    feature_names : sequence of n_features str, default=None
        Names of the features of a table. None means an image.
    features_label : str, default=""
        What the features are called where they are not those that enter the estimator.
    truth : str, default=None
        Name of the true class.

    Attributes
    ----------
    scores : ndarray of shape (n_panels,)
        Sums of evidence and intercept.
    figure_ : matplotlib Figure or SubFigure
        The figure of the last `plot`.
    axes_ : ndarray of Axes
        The panel of the image, and those of its evidence; or only those of the waterfalls.
    images_ : list of n_panels AxesImage
        The drawn evidence of an image, in colours the sum over the channels; empty for a table.
    sample_ : AxesImage or None
        The drawn image.
    colorbar_ : matplotlib Colorbar or None
        The scale of the evidence of an image.
    bars_ : list of n_panels BarContainer
        The waterfalls, from the intercept to the score; empty for an image.
    features_ : ndarray of int or None
        Places of the features that have a bar, from the top.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_digits
    >>> from sksoftmax import SoftmaxRegression
    >>> from sksoftmax.plotting import EvidenceDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> clf = SoftmaxRegression(random_state=0).fit(X, y)
    >>> display = EvidenceDisplay.from_estimator(clf, X[0])
    >>> bool(np.allclose(display.scores, clf.decision_function(X[:1])[0]))
    True
    """

    def __init__(self, sample, evidence, intercepts, names, *, feature_names=None, features_label="", truth=None):
        if feature_names is None:
            self.feature_names, self.evidence = None, checked_images("evidence", evidence)
        else:
            self.feature_names = texts("feature_names", feature_names)
            self.evidence = numbers("evidence", evidence, ndim=2)
            n_features = self.evidence.shape[1]
            if not self.evidence.size:
                raise ValueError(f"{told('evidence', evidence)}, must be (n_panels, n_features), neither of them 0.")
            if len(self.feature_names) != n_features:
                raise ValueError(f"len(feature_names) == {len(self.feature_names)}, must be {n_features}.")
        self.intercepts = numbers("intercepts", intercepts, ndim=1)
        self.sample, self.names = numbers("sample", sample), texts("names", names)
        if self.sample.shape != self.evidence.shape[1:]:
            raise ValueError(f"{told('sample', sample)}, must be that of the evidence, {self.evidence.shape[1:]}.")
        check_lengths(len(self.evidence), intercepts=self.intercepts, names=self.names)
        check_text("features_label", features_label)
        if truth is not None:
            check_text("truth", truth)
        self.features_label, self.truth = features_label, truth
        self.scores = self.evidence.reshape(len(self.evidence), -1).sum(axis=1) + self.intercepts

    @classmethod
    @shared_parameters
    def from_estimator(
        cls,
        estimator,
        x,
        y=None,
        *,
        classes=None,
        difference=None,
        through_pipeline=True,
        image_shape=None,
        feature_names=None,
        class_names=None,
        ax=None,
        **plot_options,
    ):
        """Draw what the features of a sample say in a fitted linear classifier.

        Parameters
        ----------
        estimator : classifier, Pipeline or search
            Fitted, with ``coef_``. Of a pipeline the evidence is that of the features that enter it, seen through
            scalers and other affine steps; an image of zeros has none. Features with names are drawn as a table; where
            the steps are not affine, as behind a one-hot encoder, it is that of the features that the last step sees:
            of texts, their words.
        x : array-like of shape (n_features,) or (1, n_features), or str
            The sample as it enters the estimator; a Series or a frame of one row too. A text where a step makes
            features of texts.
        y : label, default=None
            Its true class, to mark.
        {classes}
        {difference}
        {through_pipeline}
        image_shape : tuple of int, default=None
            (height, width), or (height, width, 3) for colour images. None means a table if the features have names, and
            a square grey image if they have none.
        {feature_names}
        {class_names}
        {ax}
        {plot_options}

        Returns
        -------
        display : EvidenceDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it has no coefficients, or hidden layers.
        ValueError
            If another parameter does not fit.
        """
        table = feature_names is not None or is_table(estimator, image_shape)
        if feature_names is not None and image_shape is not None:
            raise ValueError(f"feature_names == {shown(feature_names)}, must be None where there is an image_shape.")
        reading = affine_classes(estimator, through_pipeline=through_pipeline, as_table=table)
        model, (layer,), features, _ = reading
        rows, names = class_rows(model, layer, class_names, classes, difference)
        sample, truth = features.of_one(x), None
        if y is not None:
            named = dict(zip(model.classes_.tolist(), names_of(model.classes_, class_names)))
            if y not in named:
                raise ValueError(f"y == {shown(y)}, must be one of the labels {shown(list(named))}.")
            truth = named[y]
        evidence, intercepts = rows[:, :-1] * sample, rows[:, -1]
        if table:
            if feature_names is None:
                feature_names = feature_names_of(features, len(sample))
            options = {"feature_names": feature_names, "features_label": features.label}
        else:
            (sample,) = as_images(sample[None], image_shape, NAMED)
            evidence, options = as_images(evidence, image_shape), {}
        return cls(sample, evidence, intercepts, names, truth=truth, **options).plot(ax=ax, **plot_options)

    @tidily
    @shared_parameters
    def plot(
        self,
        ax=None,
        *,
        n_classes=None,
        n_features=None,
        n_columns=None,
        cmap=DIVERGING,
        sample_cmap=PIXELS,
        limit=None,
        percentile=100.0,
        colorbar=True,
    ):
        """Draw the sample and the evidence.

        Parameters
        ----------
        {ax}
        n_classes : int, default=None
            Number of classes to draw, those with the highest scores first. None draws all that were read, in their
            order; of a table the three with the highest scores, and the true one.
        n_features : int, default=None
            Number of features of a table that have a bar, those with the largest absolute evidence; the others share
            one. None means as many as there is room for, at most 20.
        n_columns : int, default=None
            Panels in a row, of images. None makes the grid wider than high, with few empty places.
        {cmap}
        sample_cmap : str or Colormap, default="gray_r"
            Sequential colours of an image; of no effect on colour images.
        limit : float, default=None
            The scale of the evidence of an image goes from -limit to limit. None means the `percentile`.
        percentile : float, default=100.0
            Percentile, in (0, 100], of the absolute evidence, that the scale of images reaches.
        colorbar : bool, default=True
            Whether to draw the scale of images.

        Returns
        -------
        self : EvidenceDisplay
            This display; ``figure_`` is its figure.
        """
        check_cmaps(cmap=cmap, sample_cmap=sample_cmap)
        check_bool("colorbar", colorbar)
        drawn = self._shown(n_classes)
        self.images_, self.bars_, self.sample_, self.colorbar_, self.features_ = [], [], None, None, None
        if self.feature_names is None:
            self._draw_images(ax, drawn, n_columns, cmap, sample_cmap, limit, percentile, colorbar)
        else:
            self._draw_waterfalls(ax, drawn, n_features, mpl.colormaps[cmap] if isinstance(cmap, str) else cmap)
        return self

    def _draw_images(self, ax, drawn, n_columns, cmap, sample_cmap, limit, percentile, colorbar):
        evidence = (self.evidence.sum(axis=3) if self.evidence.ndim == 4 else self.evidence)[drawn]
        (limit,) = limits_of(evidence[None], limit, percentile)
        self.figure_, self.axes_ = image_panels(
            ax,
            1 + len(drawn),
            evidence.shape[1:],
            n_columns,
            margin=COLORBAR_INCHES if colorbar else 0.0,
            title_lines=TITLE_LINES,
        )
        self.sample_ = show_pixels(self.axes_[0], self.sample, pixel_bounds(self.sample), sample_cmap)
        self.images_ = [show_coefficients(*one, limit, cmap) for one in zip(self.axes_[1:], evidence)]
        without_ticks(self.axes_)
        names = [self.names[k] for k in drawn]
        best = int(np.argmax(self.scores[drawn]))
        if self.truth in names:
            frame(self.axes_[1 + names.index(self.truth)], RIGHT)
        if len(drawn) > 1:
            frame(self.axes_[1 + best], RIGHT if self.truth in (None, names[best]) else WRONG)
        if colorbar:
            extend = beyond(evidence[None], [limit])
            self.colorbar_ = colorbar_beside(
                self.figure_, self.axes_, self.images_[0], label="coefficient x pixel", extend=extend
            )
        sums = self.scores - self.intercepts
        set_titles(self.axes_, ["sample", *[f"{self._name(k)}\n{_sum(sums[k], self.intercepts[k])}" for k in drawn]])

    def _draw_waterfalls(self, ax, drawn, n_features, cmap):
        n_all = len(self.feature_names)
        n_rows = usual_number(n_features, n_all) + N_OTHER_ROWS
        values = [f" = {text_of(value)}" for value in self.sample]
        values = [cut(name, MOST_LETTERS - len(value)) + value for name, value in zip(self.feature_names, values)]
        size = [
            max(label_inches(values) + WATERFALL_INCHES * len(drawn) + MARGIN_INCHES[0], SMALLEST_INCHES[0]),
            max(ROW_INCHES * n_rows + MARGIN_INCHES[1], SMALLEST_INCHES[1]),
        ]
        self.figure_, self.axes_ = panels(ax, len(drawn), 1, len(drawn), size)
        self.features_ = largest(self.evidence[drawn], n_features, self.axes_[0], N_OTHER_ROWS)
        others = np.setdiff1d(np.arange(n_all), self.features_)
        rows = [
            "intercept",
            *[values[j] for j in self.features_],
            *([f"all {len(others)} others"] if len(others) else []),
            "score",
        ]
        name_rows(self.axes_[0], rows)
        for panel, k in zip(self.axes_, drawn):
            steps = [self.intercepts[k], *self.evidence[k, self.features_]]
            if len(others):
                steps.append(self.evidence[k, others].sum())
            self.bars_.append(_waterfall(panel, steps, self.scores[k], cmap))
        ends = np.array([bound for panel in self.axes_ for bound in panel.dataLim.intervalx])
        low, high = min(ends.min(), 0.0), max(ends.max(), 0.0)
        room = NUMBER_ROOM * (high - low or 1.0)
        finish_bars(self.axes_, low - room, high + room, "coefficient x value")
        told_features = features_label(len(self.features_), n_all, self.features_label)
        self.axes_[0].set_ylabel(wrapped(told_features, size_in_points(self.axes_[0])[1] / 72))
        set_titles(self.axes_, [self._name(k) for k in drawn])

    def _name(self, k):
        return f"{self.names[k]} (true)" if self.names[k] == self.truth else self.names[k]

    def _shown(self, n_classes):
        """Places of the evidence to draw."""
        n_all, order = len(self.evidence), np.argsort(-self.scores, kind="stable")
        if n_classes is not None:
            check_int("n_classes", n_classes, 1, n_all)
            return order[:n_classes]
        if self.feature_names is None or n_all <= MOST_WATERFALLS:
            return np.arange(n_all)
        truth = [k for k in order[MOST_WATERFALLS:] if self.names[k] == self.truth]
        return np.array([*order[:MOST_WATERFALLS], *truth])


def _sum(evidence, intercept):
    """A sum in words, a line for each of its parts."""
    if intercept == 0:
        return f"score {number(evidence, '.2f')}"
    sign = "-" if intercept < 0 else "+"
    lines = f"evidence {number(evidence, '.2f')}", f"{sign} intercept {abs(intercept):.2f}"
    # With no-break spaces they are not broken anew.
    return "\n".join([*lines, f"= score {number(evidence + intercept, '.2f')}"]).replace(" ", "\N{NO-BREAK SPACE}")


def _waterfall(panel, steps, score, cmap):
    """Draw bars that each begin where the one above ends, and their sum."""
    ends = np.cumsum(steps)
    starts, widths = np.append(ends - steps, 0.0), np.append(steps, score)
    neutral = mpl.rcParams["text.color"]
    colours = [OTHER, *[cmap(FOR if step > 0 else AGAINST) for step in steps[1:]], neutral]
    bars = panel.barh(range(len(widths)), widths, left=starts, color=colours)
    panel.vlines(ends, np.arange(len(ends)), np.arange(1, len(ends) + 1), color=OTHER, linewidth=0.8, zorder=0)
    for row, (start, width) in enumerate(zip(starts, widths)):
        panel.annotate(
            number(width, "+.2f" if row < len(steps) else ".2f"),
            (start + width, row),
            (3 if width >= 0 else -3, 0),
            textcoords="offset points",
            ha="left" if width >= 0 else "right",
            va="center",
            fontsize=row_points(panel, len(widths)),
            bbox={"facecolor": panel.get_facecolor(), "edgecolor": "none", "pad": 0.5},
        )
    return bars
