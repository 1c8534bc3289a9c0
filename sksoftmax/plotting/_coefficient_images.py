# SPDX-License-Identifier: BSD-3-Clause
"""Coefficients of a classifier as images."""

from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from sksoftmax._validation import shown
from sksoftmax.plotting._checks import check_bool, check_cmaps, check_option, texts
from sksoftmax.plotting._docstrings import shared_parameters
from sksoftmax.plotting._fitted import is_table, rows_of_layer
from sksoftmax.plotting._images import (
    DIVERGING,
    as_images,
    beyond,
    check_lengths,
    checked_images,
    in_colours,
    limits_of,
    show_coefficients,
)
from sksoftmax.plotting._named_features import wrapped
from sksoftmax.plotting._panels import colorbar_beside, image_panels, set_titles, tidily, without_ticks

COLORBAR_INCHES = 1.0
# Part of a figure's height that the label of its scale takes.
LABEL_PART = 0.7
NAMED = "CoefficientsDisplay draws coefficients by the names of their features."


class CoefficientImagesDisplay:
    """Coefficients of a linear classifier, one image for each class, or of the hidden units of a neural network.

    All panels share one colour scale that is symmetric around zero, so that a colour means the same everywhere: with
    the default colours red pixels speak for the class, or excite the unit, blue ones do the opposite, and white ones do
    not matter.

    It is best made with :meth:`from_estimator`; the parameters are kept as attributes.

    Parameters
    ----------
    images : array-like of shape (n_panels, height, width) or (n_panels, height, width, 3)
        Coefficients in the shape of the images, with a last axis for red, green and blue.
    names : sequence of n_panels str
        Titles of the panels.

    Attributes
    ----------
    figure_ : matplotlib Figure or SubFigure
        The figure of the last `plot`.
    axes_ : ndarray of n_panels Axes
        The panels.
    images_ : list of n_panels AxesImage
        The drawn images.
    limits_ : ndarray of shape (n_panels,)
        The scale of each goes from -limit to limit.
    colorbar_ : matplotlib Colorbar or None
        Their scale; none of colour images, whose colours are three coefficients each.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sksoftmax import SoftmaxRegression
    >>> from sksoftmax.plotting import CoefficientImagesDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> clf = SoftmaxRegression(random_state=0).fit(X, y)
    >>> display = CoefficientImagesDisplay.from_estimator(clf)
    >>> display.images.shape
    (10, 8, 8)
    >>> CoefficientImagesDisplay.from_estimator(clf, difference=(4, 9)).names
    ['4 rather than 9']
    """

    def __init__(self, images, names):
        self.images, self.names = checked_images("images", images), texts("names", names)
        check_lengths(len(self.images), names=self.names)

    @classmethod
    @shared_parameters
    def from_estimator(
        cls,
        estimator,
        *,
        layer=0,
        units=None,
        classes=None,
        difference=None,
        through_pipeline=True,
        image_shape=None,
        class_names=None,
        ax=None,
        **plot_options,
    ):
        """Draw the coefficients of a fitted classifier.

        Parameters
        ----------
        estimator : classifier, Pipeline or search
            Fitted, with ``coef_`` of shape (n_classes, n_features), or (1, n_features) for two classes; or a neural
            network with ``coefs_``, a list of (fan_in, fan_out). Of a pipeline the last step is drawn, of a search
            its best estimator.
        {layer}
        {units}
        {classes}
        {difference}
        {through_pipeline}
        {image_shape}
        class_names : sequence of str, default=None
            Names for ``classes_``, in that order. None uses the labels themselves. Hidden units are numbered.
        {ax}
        {plot_options}

        Returns
        -------
        display : CoefficientImagesDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it has neither ``coef_`` nor ``coefs_``.
        ValueError
            If another parameter does not fit the estimator, or a step of the pipeline is not affine.
        """
        display = cls._of(
            estimator,
            layer=layer,
            units=units,
            classes=classes,
            difference=difference,
            through_pipeline=through_pipeline,
            image_shape=image_shape,
            class_names=class_names,
        )
        return display.plot(ax=ax, **plot_options)

    @classmethod
    def _of(
        cls,
        estimator,
        *,
        layer=0,
        units=None,
        classes=None,
        difference=None,
        through_pipeline=True,
        image_shape=None,
        class_names=None,
        ordered_by=None,
    ):
        """The display, not drawn; its hidden units have the order of another estimator if one is given."""
        table = is_table(estimator, image_shape)
        rows, names, features, _ = rows_of_layer(
            estimator,
            layer=layer,
            units=units,
            classes=classes,
            difference=difference,
            through_pipeline=through_pipeline,
            class_names=class_names,
            ordered_by=ordered_by,
            as_table=table,
        )
        if table and features is not None and features.names is not None:
            raise ValueError(
                f"The features have names, {shown(features.names[0])} and so on. {NAMED} "
                "image_shape=(height, width) draws them as images."
            )
        return cls(as_images(rows[:, :-1], image_shape, NAMED), names)

    @tidily
    @shared_parameters
    def plot(
        self, ax=None, *, n_columns=None, cmap=DIVERGING, scale="shared", limit=None, percentile=99.0, colorbar=True
    ):
        """Draw the panels.

        Parameters
        ----------
        {ax}
        {n_columns}
        {cmap}
        scale : {"shared", "panel"}, default="shared"
            Whether all panels share a scale, or each has its own.
        {limit}
        percentile : float, default=99.0
            Percentile, in (0, 100], of the absolute coefficients, of all panels or of each, that the scale reaches.
            Less than 100 keeps a few large coefficients from taking all the colours; of images of some dozens of
            pixels, 90 or 95 may be needed.
        {colorbar}

        Returns
        -------
        self : CoefficientImagesDisplay
            This display; ``figure_`` is its figure.
        """
        check_option("scale", scale, "shared", "panel")
        check_cmaps(cmap=cmap)
        check_bool("colorbar", colorbar)
        colorbar = colorbar and self.images.ndim == 3
        self.limits_ = limits_of(self.images, limit, percentile, shared=scale == "shared")
        self.figure_, self.axes_ = image_panels(
            ax, len(self.images), self.images.shape[1:3], n_columns, margin=COLORBAR_INCHES if colorbar else 0.0
        )
        self.images_ = [
            show_coefficients(panel, image, limit, cmap)
            for panel, image, limit in zip(self.axes_, self.images, self.limits_)
        ]
        without_ticks(self.axes_)
        self.colorbar_ = self._draw_scale(scale) if colorbar else None
        set_titles(self.axes_, self.names)
        return self

    def _draw_scale(self, scale):
        drawn, label = self.images_[0], "coefficient"
        if scale == "panel":
            drawn, label = ScalarMappable(Normalize(-1, 1), drawn.cmap), "coefficient / limit of the panel"
        label = wrapped(label, LABEL_PART * self.figure_.bbox.height / self.figure_.dpi)
        return colorbar_beside(self.figure_, self.axes_, drawn, label=label, extend=beyond(self.images, self.limits_))

    def _show(self, images):
        """Draw other images of the same shape in the panels, on the same scales."""
        for drawn, image, limit in zip(self.images_, images, self.limits_):
            drawn.set_data(in_colours(image, limit))
