# SPDX-License-Identifier: BSD-3-Clause
"""Coefficients of a classifier as images."""

import math
from numbers import Integral

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.gridspec import GridSpecFromSubplotSpec
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

PANEL_INCHES, TITLE_INCHES, COLORBAR_INCHES = 1.5, 0.25, 2.0


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
    figure_ : matplotlib Figure
        The figure of the last `plot`.
    axes_ : ndarray of n_panels Axes
        The panels.
    images_ : list of n_panels AxesImage
        The drawn images.
    colorbar_ : matplotlib Colorbar or None
        Their scale; None for colour images, whose channels are drawn as such.

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
    """

    def __init__(self, images, names):
        self.images = np.array(images, dtype=np.float64)
        self.names = list(names)
        shape = self.images.shape
        if len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] != 3):
            raise ValueError(
                f"images.shape == {shape}, must be (n_panels, height, width) or (n_panels, height, width, 3)."
            )
        if len(self.names) != len(self.images):
            raise ValueError(f"len(names) == {len(self.names)}, must be the number of images, {len(self.images)}.")

    @classmethod
    def from_estimator(cls, estimator, *, layer=0, image_shape=None, class_names=None, ax=None, **plot_options):
        """Draw the coefficients of a fitted classifier.

        Parameters
        ----------
        estimator : classifier or Pipeline
            Fitted, with ``coef_`` of shape (n_classes, n_features), or (1, n_features) for two classes; or a neural
            network with ``coefs_``, a list of (fan_in, fan_out). Of a pipeline the last step is drawn.
        layer : int, default=0
            Layer of a neural network. 0 is the one that sees the features: an image for each of its units. -1 is the
            last: an image for each class.
        image_shape : tuple of int, default=None
            (height, width), or (height, width, 3) for colour images. None means square grey images.
        class_names : sequence of str, default=None
            Names for ``classes_``, in that order. None uses the labels themselves. Hidden units are numbered.
        ax : Axes or array of Axes, default=None
            As in `plot`.
        **plot_options
            The other parameters of `plot`.

        Returns
        -------
        display : CoefficientImagesDisplay

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it has neither ``coef_`` nor ``coefs_``.
        ValueError
            If `layer`, `image_shape` or `class_names` does not fit.
        """
        model = estimator[-1] if hasattr(estimator, "steps") else estimator
        check_is_fitted(model)
        coef, of_classes = _coefficients(model, layer)
        shape = _image_shape(coef.shape[1], image_shape)
        names = _class_names(model, class_names, len(coef)) if of_classes else _unit_names(class_names, len(coef))
        return cls(coef.reshape(len(coef), *shape), names).plot(ax=ax, **plot_options)

    def plot(self, ax=None, *, n_columns=None, cmap="RdBu_r", limit=None, colorbar=True):
        """Draw the panels.

        Parameters
        ----------
        ax : Axes or array of Axes, default=None
            An Axes whose place the panels take, or one Axes for each panel. None makes a new figure.
        n_columns : int, default=None
            Panels in a row. None makes the grid about twice as wide as high.
        cmap : str or Colormap, default="RdBu_r"
            Diverging colours; of no effect on colour images.
        limit : float, default=None
            The scale goes from -limit to limit. None means the largest absolute coefficient.
        colorbar : bool, default=True
            Whether to draw the scale.

        Returns
        -------
        self : CoefficientImagesDisplay
        """
        if limit is None:
            limit = float(np.abs(self.images).max()) or 1.0
        elif not limit > 0:
            raise ValueError(f"limit == {limit}, must be > 0.")
        self.figure_, self.axes_ = _panels(ax, self.images.shape, n_columns)
        in_colour = self.images.ndim == 4
        self.images_ = []
        for panel, image, name in zip(self.axes_, self.images, self.names):
            if in_colour:
                image = np.clip(0.5 + 0.5 * image / limit, 0, 1)
            self.images_.append(panel.imshow(image, cmap=cmap, vmin=-limit, vmax=limit, interpolation="nearest"))
            panel.set_title(name)
            panel.set(xticks=[], yticks=[])
        self.colorbar_ = None
        if colorbar and not in_colour:
            self.colorbar_ = self.figure_.colorbar(
                self.images_[0], ax=list(self.axes_), shrink=0.8, label="coefficient"
            )
        return self


def _coefficients(model, layer):
    """(n_panels, n_inputs) float array, and whether the panels are classes rather than hidden units."""
    layers = [coef.T for coef in model.coefs_] if hasattr(model, "coefs_") else [getattr(model, "coef_", None)]
    if layers[0] is None or not hasattr(model, "classes_"):
        raise TypeError(
            f"{type(model).__name__} is no classifier with coefficients: it needs classes_, and coef_ or coefs_."
        )
    if isinstance(layer, bool) or not isinstance(layer, Integral) or layer not in range(-len(layers), len(layers)):
        raise ValueError(f"layer == {layer!r}, must be an int from {-len(layers)} to {len(layers) - 1}.")
    coef = layers[layer]
    return np.atleast_2d(coef.toarray() if sparse.issparse(coef) else coef), layer in (-1, len(layers) - 1)


def _image_shape(n_features, image_shape):
    if image_shape is None:
        side = math.isqrt(n_features)
        if side * side != n_features:
            raise ValueError(
                f"{n_features} coefficients are no square image: pass image_shape=(height, width), "
                "or (height, width, 3) for colour images."
            )
        return side, side
    shape = tuple(np.atleast_1d(image_shape).tolist())
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] != 3) or min(shape) < 1:
        raise ValueError(f"image_shape == {image_shape}, must be (height, width) or (height, width, 3).")
    if math.prod(shape) != n_features:
        raise ValueError(
            f"image_shape == {image_shape} has {math.prod(shape)} values, but there are {n_features} coefficients "
            "for each panel."
        )
    return shape


def _unit_names(class_names, n_panels):
    if class_names is not None:
        raise ValueError(
            f"class_names == {class_names!r}, must be None for a hidden layer, whose units are no classes."
        )
    return [str(unit) for unit in range(n_panels)]


def _class_names(model, class_names, n_panels):
    if isinstance(class_names, dict):
        raise ValueError(f"class_names == {class_names}, must be a sequence in the order of classes_.")
    names = [str(label) for label in (model.classes_ if class_names is None else class_names)]
    if len(names) != len(model.classes_):
        raise ValueError(f"len(class_names) == {len(names)}, must be the number of classes, {len(model.classes_)}.")
    if len(names) == 2 and n_panels == 1:
        return [f"{names[1]} rather than {names[0]}"]
    if hasattr(model, "support_vectors_"):
        # Support vector machines compare each pair of classes.
        return [f"{a} rather than {b}" for i, a in enumerate(names) for b in names[i + 1 :]]
    return names


def _panels(ax, shape, n_columns):
    """The figure, and an Axes for each of the images (n_panels, height, width): new ones, or from `ax`."""
    n_panels, height, width = shape[:3]
    aspect = min(max(height / width, 0.25), 4.0)
    if ax is not None and not hasattr(ax, "plot"):
        axes = np.asarray(ax, dtype=object).ravel()
        if len(axes) != n_panels:
            raise ValueError(f"ax has {len(axes)} Axes, must be one, or {n_panels}: one for each panel.")
        return axes[0].figure, axes
    if n_columns is None:
        n_columns = min(n_panels, max(1, round(math.sqrt(2.5 * n_panels * aspect))))
    elif n_columns < 1:
        raise ValueError(f"n_columns == {n_columns}, must be >= 1.")
    n_rows = math.ceil(n_panels / n_columns)
    if ax is None:
        panel_width = PANEL_INCHES / math.sqrt(aspect)
        size = (panel_width * n_columns + 1, max((panel_width * aspect + TITLE_INCHES) * n_rows, COLORBAR_INCHES))
        figure = plt.figure(figsize=size, layout="constrained")
        grid = figure.add_gridspec(n_rows, n_columns)
    else:
        if ax.get_subplotspec() is None:
            raise ValueError("ax has no place in a grid to divide: make it with figure.subplots or figure.add_subplot.")
        figure = ax.figure
        ax.set_axis_off()
        grid = GridSpecFromSubplotSpec(n_rows, n_columns, subplot_spec=ax.get_subplotspec())
    return figure, np.array([figure.add_subplot(grid[i // n_columns, i % n_columns]) for i in range(n_panels)])
