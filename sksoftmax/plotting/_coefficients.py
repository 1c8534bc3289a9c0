# SPDX-License-Identifier: BSD-3-Clause
"""Coefficients of a classifier by the names of their features."""

import matplotlib as mpl
import numpy as np

from sksoftmax._validation import shown
from sksoftmax.plotting._cells import write_all
from sksoftmax.plotting._checks import (
    check_bool,
    check_cmaps,
    check_format,
    check_option,
    check_text,
    listed,
    numbers,
    texts,
)
from sksoftmax.plotting._docstrings import shared_parameters
from sksoftmax.plotting._fitted import rows_of_layer
from sksoftmax.plotting._images import DIVERGING, beyond, limits_of
from sksoftmax.plotting._named_features import (
    AGAINST,
    FOR,
    ROW_INCHES,
    feature_names_of,
    features_label,
    finish_bars,
    label_inches,
    largest,
    name_columns,
    name_rows,
    usual_number,
    wrapped,
)
from sksoftmax.plotting._panels import panels, set_titles, size_in_points, tidily

BARS_INCHES, CELL_INCHES, COLORBAR_INCHES, MARGIN_INCHES, SMALLEST_INCHES = 2.4, 0.55, 1.2, (0.7, 1.4), (4.8, 2.8)
# Rows of coefficients beyond which they are a heat map.
MOST_BARS = 3


class CoefficientsDisplay:
    """Coefficients of a linear classifier, or of the units of a neural network, by the names of their features.

    A bar for each feature and class, or a heat map of both, on one scale that is symmetric around zero: with the
    default colours red speaks for the class and blue against it. The features with the largest coefficients come first.

    It is best made with :meth:`from_estimator`; the parameters are kept as attributes.

    Parameters
    ----------
    coefficients : array-like of shape (n_rows, n_features)
        A row for each class.
    names : sequence of n_rows str
        What the rows speak for.
    feature_names : sequence of n_features str
        Names of the features.
    errors : array-like of shape (n_rows, n_features), default=None
        Standard deviations of the coefficients.
    label : str, default="coefficient"
        What is drawn.
    features_label : str, default=""
        What the features are called where they are not those that enter the estimator.

    Attributes
    ----------
    figure_ : matplotlib Figure or SubFigure
        The figure of the last `plot`.
    axes_ : ndarray of Axes
        A panel for each row of bars, or that of the heat map.
    features_ : ndarray of int
        Places of the drawn features, from the top.
    bars_ : list of BarContainer
        The bars of each panel, with their error bars; empty for a heat map.
    image_ : AxesImage or None
        The heat map, a row for each feature.
    texts_ : list of Text
        The numbers in its cells.
    colorbar_ : matplotlib Colorbar or None
        Its scale.

    See Also
    --------
    CoefficientImagesDisplay : Coefficients of pixels as images.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sksoftmax import SoftmaxRegression
    >>> from sksoftmax.plotting import CoefficientsDisplay
    >>> X, y = load_wine(return_X_y=True)
    >>> pipeline = make_pipeline(StandardScaler(), SoftmaxRegression(random_state=0)).fit(X, y)
    >>> display = CoefficientsDisplay.from_estimator(pipeline, X=X)
    >>> display.coefficients.shape, display.label
    ((3, 13), 'coefficient x standard deviation')
    """

    def __init__(self, coefficients, names, feature_names, *, errors=None, label="coefficient", features_label=""):
        self.coefficients = numbers("coefficients", coefficients, ndim=2)
        self.names, self.feature_names = texts("names", names), texts("feature_names", feature_names)
        self.errors = None if errors is None else numbers("errors", errors, ndim=2)
        for name, length in zip(("names", "feature_names"), self.coefficients.shape):
            if not length or len(getattr(self, name)) != length:
                raise ValueError(f"len({name}) == {len(getattr(self, name))}, must be {length}, and not 0.")
        if self.errors is not None and self.errors.shape != self.coefficients.shape:
            raise ValueError(f"errors.shape == {self.errors.shape}, must be {self.coefficients.shape}.")
        if self.errors is not None and (self.errors < 0).any():
            raise ValueError(f"errors holds {self.errors.min()}, must be >= 0.")
        check_text("label", label)
        check_text("features_label", features_label)
        self.label, self.features_label = label, features_label

    @classmethod
    @shared_parameters
    def from_estimator(
        cls,
        estimator,
        *,
        X=None,
        repeats=None,
        layer=0,
        units=None,
        classes=None,
        difference=None,
        through_pipeline=True,
        feature_names=None,
        class_names=None,
        ax=None,
        **plot_options,
    ):
        """Draw the coefficients of a fitted classifier.

        Parameters
        ----------
        estimator : classifier, Pipeline or search
            Fitted, with ``coef_`` or ``coefs_``, or a one-vs-rest classifier of such; of a calibrated classifier or a
            vote the mean of its members is drawn. Of a pipeline the coefficients are those of the features that enter
            it or, where its steps are not affine as behind a one-hot encoder, of the features that its last step sees.
        X : {array-like, sparse matrix} of shape (n_samples, n_features), default=None
            Samples such as those of the training. With them each coefficient is multiplied by the standard deviation of
            its feature, so that features of different units compare.
        repeats : sequence of fitted estimators, default=None
            Of the same kind, such as those of ``cross_validate(..., return_estimator=True)`` or
            :func:`training_snapshots`, whose standard deviation is drawn as error bars. None means the members of
            `estimator`, or the splits of a :class:`~sksoftmax.SoftmaxRegressionCV`, where it has some.
        {layer}
        {units}
        {classes}
        {difference}
        {through_pipeline}
        feature_names : sequence of str, default=None
            Names of the features. None means those of the frame that the estimator was fitted to, what the steps of the
            pipeline make of them, or x0, x1, ...
        class_names : sequence of str, default=None
            Names for ``classes_``, in that order. None uses the labels themselves. Hidden units are numbered.
        {ax}
        {plot_options}

        Returns
        -------
        display : CoefficientsDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it has neither ``coef_`` nor ``coefs_``, nor members that have them.
        ValueError
            If another parameter does not fit the estimator.
        """
        options = {
            "layer": layer,
            "units": units,
            "classes": classes,
            "difference": difference,
            "through_pipeline": through_pipeline,
            "class_names": class_names,
            "as_table": True,
        }
        rows, names, features, members = rows_of_layer(estimator, **options)
        if repeats is not None:
            members = _repeated(repeats, rows, features, {**options, "ordered_by": estimator})
        errors = None if members is None or len(members) < 2 else np.std(members, axis=0, ddof=1)[:, :-1]
        coefficients, label = rows[:, :-1], "coefficient"
        if X is not None:
            if features is None:
                raise ValueError(f"X == {shown(X)}, must be None for a layer that does not see the features.")
            deviations = np.std(features.of(X), axis=0)
            if len(deviations) != coefficients.shape[1]:
                raise ValueError(f"X has {len(deviations)} features, must have {coefficients.shape[1]}.")
            coefficients, label = coefficients * deviations, "coefficient x standard deviation"
            errors = None if errors is None else errors * deviations
        if feature_names is None:
            feature_names = feature_names_of(features, coefficients.shape[1])
        behind = "" if features is None else features.label
        display = cls(coefficients, names, feature_names, errors=errors, label=label, features_label=behind)
        return display.plot(ax=ax, **plot_options)

    @tidily
    @shared_parameters
    def plot(
        self,
        ax=None,
        *,
        kind="auto",
        n_features=None,
        cmap=DIVERGING,
        limit=None,
        percentile=100.0,
        values_format=".2f",
        colorbar=True,
    ):
        """Draw the coefficients.

        Parameters
        ----------
        {ax}
        kind : {"auto", "bars", "heatmap"}, default="auto"
            Bars, with a panel for each row, or a heat map. "auto" draws up to three rows as bars.
        {n_features}
        {cmap}
        {limit}
        percentile : float, default=100.0
            Percentile, in (0, 100], of the absolute coefficients that the scale reaches.
        values_format : str or None, default=".2f"
            Format of the numbers in the cells of a heat map. None writes none; nor are there any where they would be
            too small to read.
        {colorbar}

        Returns
        -------
        self : CoefficientsDisplay
            This display; ``figure_`` is its figure.
        """
        check_option("kind", kind, "auto", "bars", "heatmap")
        check_cmaps(cmap=cmap)
        check_format("values_format", values_format)
        check_bool("colorbar", colorbar)
        n_usual = usual_number(n_features, self.coefficients.shape[1])
        cmap, n_rows = mpl.colormaps[cmap] if isinstance(cmap, str) else cmap, len(self.coefficients)
        self.bars_, self.image_, self.texts_, self.colorbar_ = [], None, [], None
        is_bars = kind == "bars" or (kind == "auto" and n_rows <= MOST_BARS)
        n_panels, inches = (n_rows, BARS_INCHES) if is_bars else (1, CELL_INCHES * n_rows + COLORBAR_INCHES)
        size = label_inches(self.feature_names) + inches * n_panels, ROW_INCHES * n_usual
        size = [max(side + margin, least) for side, margin, least in zip(size, MARGIN_INCHES, SMALLEST_INCHES)]
        self.figure_, self.axes_ = panels(ax, n_panels, 1, n_panels, size)
        self.features_ = largest(self.coefficients, n_features, self.axes_[0])
        drawn = self.coefficients[:, self.features_]
        name_rows(self.axes_[0], [self.feature_names[j] for j in self.features_])
        if is_bars:
            self._draw_bars(drawn, limit, percentile, cmap)
        else:
            self._draw_map(drawn, limit, percentile, cmap, values_format, colorbar)
        told = features_label(len(self.features_), self.coefficients.shape[1], self.features_label)
        self.axes_[0].set_ylabel(wrapped(told, size_in_points(self.axes_[0])[1] / 72))
        return self

    def _draw_bars(self, drawn, limit, percentile, cmap):
        errors = np.zeros_like(drawn) if self.errors is None else self.errors[:, self.features_]
        end = 1.05 * limits_of(np.abs(drawn) + errors, limit, percentile)[0]
        for panel, values, error in zip(self.axes_, drawn, errors):
            bars = panel.barh(
                range(len(values)),
                values,
                xerr=None if self.errors is None else error,
                color=[cmap(FOR if value > 0 else AGAINST) for value in values],
                ecolor=mpl.rcParams["text.color"],
            )
            self.bars_.append(bars)
        finish_bars(self.axes_, -end, end, self.label)
        set_titles(self.axes_, self.names)

    def _draw_map(self, drawn, limit, percentile, cmap, values_format, colorbar):
        (panel,), (end,) = self.axes_, limits_of(drawn[None], limit, percentile)
        self.image_ = panel.imshow(drawn.T, cmap=cmap, vmin=-end, vmax=end, aspect="auto", interpolation="nearest")
        name_columns(panel, self.names)
        if colorbar:
            self.colorbar_ = self.figure_.colorbar(
                self.image_, ax=panel, label=self.label, extend=beyond(drawn[None], [end])
            )
        if values_format is not None:
            self.texts_ = write_all(panel, self.image_, drawn.T, values_format)


def _repeated(repeats, rows, features, options):
    """The rows (n_repeats, n_rows, n_features + 1) of other estimators of the same features."""
    read = [rows_of_layer(estimator, **options) for estimator in listed("repeats", repeats, "a sequence of estimators")]
    if len(read) < 2:
        raise ValueError(f"repeats == {shown(repeats)}, must hold two or more fitted estimators.")
    for others, _, their_features, _ in read:
        if others.shape != rows.shape or (features is not None and their_features.names != features.names):
            raise ValueError("repeats have other classes or features than estimator, must have the same.")
    return np.stack([others for others, *_ in read])
