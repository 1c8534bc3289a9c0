# SPDX-License-Identifier: BSD-3-Clause
"""Data, coefficients and outputs of a linear classifier as matrices side by side."""

import numpy as np

from sksoftmax.plotting._cells import number, number_points, write_numbers
from sksoftmax.plotting._checks import (
    check_bool,
    check_cmaps,
    check_format,
    check_option,
    check_text,
    column,
    numbers,
    texts,
)
from sksoftmax.plotting._docstrings import shared_parameters
from sksoftmax.plotting._fitted import affine_classes, compares_pairs, final_model, is_table, names_of
from sksoftmax.plotting._images import DIVERGING, PIXELS, beyond, limits_of, pixel_bounds
from sksoftmax.plotting._named_features import (
    MOST_LETTERS_UPRIGHT,
    cut,
    has_room,
    label_inches,
    name_columns,
    name_rows,
    upright_inches,
    wrapped,
)
from sksoftmax.plotting._panels import (
    LARGEST_INCHES,
    lay_out,
    panels,
    plain,
    set_titles,
    size_in_points,
    tidily,
)

CELL_INCHES, NUMBER_INCHES, MARGIN_INCHES, COLORBAR_INCHES = (0.25, 0.32), 0.5, (3.0, 1.2), 2.5
HIGHEST_INCHES = 16.0
# Matrices with more cells are drawn without their numbers.
MOST_NUMBERS = 400
# Columns of which the largest numbers differ more have a scale each.
MOST_RATIO = 10.0
OUTPUTS = {"predict_proba": "probabilities", "decision_function": "scores"}
PROBABILITIES = "Blues"


class ModelMatricesDisplay:
    """The data, the coefficients and the outputs of a linear classifier as three matrices side by side.

    Each output is a row of the data times a row of the coefficients, plus an intercept, which is not drawn; for
    probabilities a softmax follows. Several models, such as snapshots of a training, have a row of panels each, on the
    same scales.

    It is best made with :meth:`from_estimator` or :meth:`from_estimators`; the parameters are kept as attributes.

    Parameters
    ----------
    data : array-like of shape (n_samples, n_features)
        The samples.
    coefficients : array-like of shape (n_models, n_classes, n_features)
        Coefficients of each model.
    outputs : array-like of shape (n_models, n_samples, n_classes)
        Its outputs.
    names : sequence of n_classes str
        Names of the classes.
    titles : sequence of n_models str, default=None
        Name of each model.
    labels : sequence of n_samples str, default=None
        Names of the samples.
    feature_names : sequence of n_features str, default=None
        Names of the features.
    features_label : str, default=""
        What the features are called where they are not those that enter the estimator.
    output_title : str, default="probabilities"
        What the outputs are.

    Attributes
    ----------
    figure_ : matplotlib Figure or SubFigure
        The figure of the last `plot`.
    axes_ : ndarray of Axes of shape (n_models, 3)
        The panels.
    images_ : list of n_models lists of three AxesImage
        The drawn matrices.
    texts_ : list of Text
        The numbers in the cells.
    colorbars_ : list of Colorbar
        The scales of the coefficients and of the outputs.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxRegression
    >>> from sksoftmax.plotting import ModelMatricesDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = SoftmaxRegression(random_state=0).fit(X, y)
    >>> display = ModelMatricesDisplay.from_estimator(clf, X[::15])
    >>> display.coefficients.shape, display.outputs.shape
    ((1, 3, 4), (1, 10, 3))
    """

    def __init__(
        self,
        data,
        coefficients,
        outputs,
        names,
        *,
        titles=None,
        labels=None,
        feature_names=None,
        features_label="",
        output_title="probabilities",
    ):
        self.data = numbers("data", data, ndim=2)
        self.coefficients = numbers("coefficients", coefficients, ndim=3)
        self.outputs = numbers("outputs", outputs, ndim=3)
        self.names, self.output_title = texts("names", names), output_title
        n_models = len(self.coefficients)
        self.titles = [""] * n_models if titles is None else texts("titles", titles)
        self.feature_names = None if feature_names is None else texts("feature_names", feature_names)
        self.labels = None if labels is None else texts("labels", labels)
        expected = {
            "coefficients": (n_models, len(self.names), self.data.shape[1]),
            "outputs": (n_models, len(self.data), len(self.names)),
        }
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name}.shape == {getattr(self, name).shape}, must be {shape}.")
        lengths = {"titles": n_models, "feature_names": self.data.shape[1], "labels": len(self.data)}
        for name, length in lengths.items():
            values = getattr(self, name)
            if values is not None and len(values) != length:
                raise ValueError(f"len({name}) == {len(values)}, must be {length}.")
        check_text("output_title", output_title)
        check_text("features_label", features_label)
        self.features_label = features_label

    @classmethod
    @shared_parameters
    def from_estimator(
        cls,
        estimator,
        X,
        y=None,
        *,
        response_method="predict_proba",
        through_pipeline=True,
        class_names=None,
        ax=None,
        **plot_options,
    ):
        """Draw the matrices of a fitted linear classifier.

        Parameters
        ----------
        estimator : classifier, Pipeline or search
            Fitted, with a row of ``coef_`` for each class. Of a pipeline the coefficients are those of the features
            that enter it, seen through scalers and other affine steps; of features with names behind steps that are not
            affine, those that its last step sees.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,), default=None
            True labels, to write beside the samples.
        response_method : {"predict_proba", "decision_function"}, default="predict_proba"
            What the outputs are.
        {through_pipeline}
        {class_names}
        {ax}
        {plot_options}

        Returns
        -------
        display : ModelMatricesDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it has no coefficients, hidden layers, or no such method.
        ValueError
            If another parameter does not fit.
        """
        display = cls._of([estimator], [""], X, y, response_method, through_pipeline, class_names)
        return display.plot(ax=ax, **plot_options)

    @classmethod
    @shared_parameters
    def from_estimators(
        cls,
        estimators,
        X,
        y=None,
        *,
        response_method="predict_proba",
        through_pipeline=True,
        class_names=None,
        ax=None,
        **plot_options,
    ):
        """Draw the matrices of several fitted linear classifiers, such as snapshots of a training, one below the other.

        Parameters
        ----------
        estimators : list of estimators, or dict of {str: estimator}
            As for :meth:`from_estimator`, with the same classes. Those of a list are called by their ``n_iter_``.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,), default=None
            True labels, to write beside the samples.
        response_method : {"predict_proba", "decision_function"}, default="predict_proba"
            What the outputs are.
        {through_pipeline}
        {class_names}
        {ax}
        {plot_options}

        Returns
        -------
        display : ModelMatricesDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        NotFittedError
            If one is not fitted.
        TypeError
            If one has no coefficients, hidden layers, or no such method.
        ValueError
            If another parameter does not fit.
        """
        if isinstance(estimators, dict):
            titles, estimators = list(estimators), list(estimators.values())
        elif isinstance(estimators, (list, tuple)):
            epochs = [getattr(final_model(estimator), "n_iter_", None) for estimator in estimators]
            titles = ["" if epoch is None else f"epoch {np.max(epoch)}" for epoch in epochs]
        else:
            raise TypeError(f"estimators is a {type(estimators).__name__}, must be a list or a dict of estimators.")
        if not estimators:
            raise ValueError("estimators is empty, must hold one or more.")
        display = cls._of(estimators, titles, X, y, response_method, through_pipeline, class_names)
        return display.plot(ax=ax, **plot_options)

    @classmethod
    def _of(cls, estimators, titles, X, y, response_method, through_pipeline, class_names):
        check_option("response_method", response_method, *OUTPUTS)
        read = [_read(estimator, X, response_method, through_pipeline) for estimator in estimators]
        classes, layers, outputs, features = zip(*read)
        if any(not np.array_equal(classes[0], others) for others in classes[1:]):
            raise ValueError("estimators have different classes, must have the same.")
        if any(W.shape != layers[0].shape for W in layers) or any(f.names != features[0].names for f in features):
            raise ValueError("estimators have different features, must have the same.")
        names, labels, X = names_of(classes[0], class_names), None, features[0].of(X)
        if y is not None:
            named = dict(zip(classes[0].tolist(), names))
            labels = [named.get(label, str(label)) for label in column("y", y, len(X)).tolist()]
        return cls(
            X,
            np.stack([layer[:, :-1] for layer in layers]),
            np.stack(outputs),
            names if outputs[0].shape[1] == len(names) else names[1:],
            titles=titles,
            labels=labels,
            feature_names=features[0].names,
            features_label=features[0].label,
            output_title=OUTPUTS[response_method],
        )

    @tidily
    @shared_parameters
    def plot(
        self,
        ax=None,
        *,
        cmap=DIVERGING,
        data_cmap=PIXELS,
        output_cmap=None,
        limit=None,
        percentile=100.0,
        values_format=".2f",
        colorbar=True,
    ):
        """Draw the matrices.

        Parameters
        ----------
        {ax}
        cmap : str or Colormap, default="RdBu_r"
            Diverging colours of the coefficients.
        data_cmap : str or Colormap, default="gray_r"
            Colours of the data. Columns of features with names, whose numbers may differ in their units, are scaled
            each by their largest absolute value if these differ more than tenfold; so are those of the coefficients.
        output_cmap : str or Colormap, default=None
            Colours of the outputs. None means "Blues" for outputs of one sign, such as probabilities, and `cmap` for
            others.
        limit : float, default=None
            The scale of the coefficients goes from -limit to limit. None means the `percentile`.
        percentile : float, default=100.0
            Percentile, in (0, 100], of the absolute coefficients of all models, that the scale reaches.
        values_format : str or None, default=".2f"
            Format of the numbers in the cells of coefficients and outputs. None writes none; nor are there any in
            matrices of more than 400 cells, or where they would be smaller than 8 points.
        {colorbar}

        Returns
        -------
        self : ModelMatricesDisplay
            This display; ``figure_`` is its figure.
        """
        check_cmaps(cmap=cmap, data_cmap=data_cmap, output_cmap=cmap if output_cmap is None else output_cmap)
        check_format("values_format", values_format)
        check_bool("colorbar", colorbar)
        data, coefficients = (
            matrices / _column_scales(matrices, self.feature_names) for matrices in (self.data[None], self.coefficients)
        )
        if limit is not None:
            coefficients = self.coefficients
        limit = limits_of(coefficients, limit, percentile)[0]
        self.figure_, axes = self._places(ax, values_format is not None)
        self.axes_ = axes.reshape(-1, 3)
        low, high = self._output_bounds()
        scales = [
            (data_cmap, *pixel_bounds(data)),
            (cmap, -limit, limit),
            ((cmap if low < 0 else PROBABILITIES) if output_cmap is None else output_cmap, low, high),
        ]
        self.images_ = [
            [_draw(*drawn) for drawn in zip(places, matrices, scales)]
            for places, matrices in zip(self.axes_, zip([*data] * len(coefficients), coefficients, self.outputs))
        ]
        self._label()
        self.colorbars_ = self._draw_scales(beyond(coefficients, np.full(len(coefficients), limit))) if colorbar else []
        n, (_, k, d) = len(self.data), self.coefficients.shape
        steps = "softmax(X W' + b)" if self.output_title == OUTPUTS["predict_proba"] else "X W' + b"
        titles = [f"X: data, {n} x {d}", f"W: coefficients, {k} x {d}", f"{steps}: {self.output_title}, {n} x {k}"]
        set_titles(self.axes_[0], titles)
        lay_out(self.axes_.ravel())
        self._label_columns()
        self.texts_ = [] if values_format is None else self._write(values_format)
        return self

    def _places(self, ax, numbered):
        """The figure, and an Axes for each matrix, about as wide as it has columns."""
        n_models, n_classes, n_features = self.coefficients.shape
        columns, n_rows = (n_features, n_features, n_classes), max(len(self.data), n_classes) * n_models
        width = sum(columns) * (NUMBER_INCHES if numbered else CELL_INCHES[0]) + MARGIN_INCHES[0]
        width += sum(label_inches(_short(names)) for names in (self.names, self.labels) if names)
        upright = upright_inches([*self.names, *(self.feature_names or ())])
        height = n_rows * CELL_INCHES[1] + MARGIN_INCHES[1] + upright
        size = [min(width, LARGEST_INCHES), min(height, HIGHEST_INCHES)]
        return panels(ax, 3 * n_models, n_models, 3, size, width_ratios=np.maximum(columns, 0.15 * sum(columns)))

    def _draw_scales(self, extend):
        shrink = min(0.9, COLORBAR_INCHES * self.figure_.dpi / self.figure_.bbox.height)
        scaled = not np.array_equal(self.images_[0][1].get_array(), self.coefficients[0])
        return [
            self.figure_.colorbar(
                self.images_[0][j],
                ax=list(self.axes_[:, j]),
                shrink=shrink,
                anchor=(0.0, 1.0),
                aspect=15,
                extend=extend if j == 1 else "neither",
                label=wrapped("part of its column's largest", 1.2) if scaled and j == 1 else None,
            )
            for j in (1, 2)
        ]

    def _matrices(self):
        return [(self.data, W, outputs) for W, outputs in zip(self.coefficients, self.outputs)]

    def _output_bounds(self):
        low, high = self.outputs.min(), self.outputs.max()
        if low < 0:
            limit = max(-low, high)
            return -limit, limit
        return 0.0, 1.0 if self.output_title == OUTPUTS["predict_proba"] else max(high, 1e-300)

    def _label(self):
        for (data, weights, outputs), title in zip(self.axes_, self.titles):
            for panel in (data, weights, outputs):
                panel.set(xticks=[], yticks=[])
            data.set_ylabel(plain(title))
            for panel, sign in ((weights, "x"), (outputs, "→")):
                panel.set_ylabel(sign, rotation=0, va="center", labelpad=10)
            for panel, names in ((data, self.labels), (weights, self.names)):
                if names is not None and has_room(panel, len(names)):
                    name_rows(panel, _short(names))

    def _label_columns(self):
        last = self.axes_[-1]
        for panel, names in ((last[0], self.feature_names), (last[1], self.feature_names), (last[2], self.names)):
            if names is not None and has_room(panel, len(names), side=0):
                name_columns(panel, names)
        last[0].set_xlabel(wrapped(f"features {self.features_label}".strip(), size_in_points(last[0])[0] / 72))

    def _write(self, values_format):
        lay_out(self.axes_.ravel())
        written = []
        for panels_of_kind, images, matrices, form in zip(
            self.axes_.T, zip(*self.images_), zip(*self._matrices()), (".3g", values_format, values_format)
        ):
            if matrices[0].size > MOST_NUMBERS:
                continue
            every = [number(value, form) for matrix in matrices for value in matrix.flat]
            points = number_points(panels_of_kind[0], matrices[0].shape, every)
            if points is not None:
                for panel, image, matrix in zip(panels_of_kind, images, matrices):
                    written += write_numbers(
                        panel, image, matrix, lambda value, form=form: number(value, form), fontsize=points
                    )
        return written


def _short(names):
    """Names of rows that leave the columns their room."""
    return [cut(name, MOST_LETTERS_UPRIGHT) for name in names]


def _column_scales(matrices, feature_names):
    """What the columns of matrices (n, n_rows, n_features) are divided by so that one of large numbers leaves the
    others their colours: features with names may have different units."""
    largest = np.abs(matrices).max(axis=(0, 1))
    sizes = largest[largest > 0]
    if feature_names is None or not len(sizes) or sizes.max() <= MOST_RATIO * sizes.min():
        return np.ones_like(largest)
    return np.where(largest > 0, largest, 1.0)


def _draw(panel, matrix, scale):
    cmap, low, high = scale
    return panel.imshow(matrix, cmap=cmap, vmin=low, vmax=high, aspect="auto", interpolation="nearest", origin="upper")


def _read(estimator, X, response_method, through_pipeline):
    """Classes, affine map, outputs (n, K) and Features of a classifier; where two classes have one score, the map and
    the outputs are those of that score."""
    model, layers, features, _ = affine_classes(
        estimator, through_pipeline=through_pipeline, as_table=is_table(estimator, None)
    )
    (layer,) = layers
    if compares_pairs(model):
        raise TypeError(f"{type(model).__name__} compares pairs of classes, must have a row of coefficients for each.")
    if not hasattr(estimator, response_method):
        raise TypeError(f"{type(model).__name__} has no {response_method}, which the outputs are made of.")
    outputs = np.asarray(getattr(estimator, response_method)(X))
    if outputs.ndim == 1:
        # Two classes have a single score: that of the second, less that of the first.
        layer = layer[-1:] - layer[:-1].sum(axis=0)
        outputs = outputs[:, None]
    elif len(layer) == 1:
        layer = np.concatenate([np.zeros_like(layer), layer])
    return model.classes_, layer, outputs, features
