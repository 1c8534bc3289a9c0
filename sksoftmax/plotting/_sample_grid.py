# SPDX-License-Identifier: BSD-3-Clause
"""Samples as images with their true and predicted labels."""

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import unique_labels

from sksoftmax._validation import shape_of, shown
from sksoftmax.plotting._checks import check_cmaps, check_colours, check_int, check_seed, column, numbers, texts
from sksoftmax.plotting._docstrings import shared_parameters
from sksoftmax.plotting._fitted import check_classifier, final_model, is_table, names_of
from sksoftmax.plotting._images import (
    PIXELS,
    WRONG,
    as_images,
    check_lengths,
    checked_images,
    dense_rows,
    frame,
    pixel_bounds,
    rows_of,
    show_pixels,
)
from sksoftmax.plotting._panels import image_panels, set_titles, tidily, without_ticks

NO_IMAGES = "ProbabilityBarsDisplay draws predictions of samples that are no images."
SELECTIONS = ("first", "random", "most_confident_errors", "least_confident", "per_class")
BY_CONFIDENCE = ("most_confident_errors", "least_confident")


class SampleGridDisplay:
    """A grid of images with what they are, and what a classifier takes them for.

    A title is the predicted class and its probability; a wrong one has another colour and says what is true.

    It is best made with :meth:`from_estimator` or :meth:`from_predictions`; the parameters are kept as attributes.

    Parameters
    ----------
    images : array-like of shape (n_panels, height, width) or (n_panels, height, width, 3)
        The samples.
    labels : sequence of n_panels str
        True classes.
    predicted : sequence of n_panels str, default=None
        Predicted classes. None draws the true ones alone.
    confidences : array-like of shape (n_panels,), default=None
        Probabilities of the predicted classes.
    indices : array-like of shape (n_panels,), default=None
        Rows of `X` that the samples are.

    Attributes
    ----------
    figure_ : matplotlib Figure or SubFigure
        The figure of the last `plot`.
    axes_ : ndarray of n_panels Axes
        The panels.
    images_ : list of n_panels AxesImage
        The drawn images.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sksoftmax import SoftmaxRegression
    >>> from sksoftmax.plotting import SampleGridDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> clf = SoftmaxRegression(random_state=0).fit(X_train, y_train)
    >>> display = SampleGridDisplay.from_estimator(clf, X_test, y_test, select="most_confident_errors", n_samples=10)
    >>> display.images.shape
    (10, 8, 8)
    """

    def __init__(self, images, labels, *, predicted=None, confidences=None, indices=None):
        self.images, self.labels = checked_images("images", images), texts("labels", labels)
        self.predicted = None if predicted is None else texts("predicted", predicted)
        self.confidences = None if confidences is None else numbers("confidences", confidences, ndim=1)
        self.indices = None if indices is None else numbers("indices", indices, ndim=1).astype(np.intp)
        check_lengths(
            len(self.images),
            labels=self.labels,
            predicted=self.predicted,
            confidences=self.confidences,
            indices=self.indices,
        )

    @classmethod
    @shared_parameters
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        select="first",
        n_samples=25,
        random_state=None,
        image_shape=None,
        class_names=None,
        ax=None,
        **plot_options,
    ):
        """Draw samples with what a fitted classifier predicts.

        Parameters
        ----------
        estimator : classifier, Pipeline or search
            Fitted. Probabilities are shown where it has ``predict_proba``.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples to choose from.
        y : array-like of shape (n_samples,)
            True labels.
        {select}
        {n_samples}
        {random_state}
        {image_shape}
        {class_names}
        {ax}
        {plot_options}

        Returns
        -------
        display : SampleGridDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If a parameter does not fit, or there is no such sample.
        """
        model = final_model(estimator)
        check_classifier(model)
        if is_table(estimator, image_shape):
            raise ValueError(f"The features have names. {NO_IMAGES} image_shape=(height, width) draws them as images.")
        y_pred, confidence = np.asarray(estimator.predict(X)), None
        y = column("y", y, len(y_pred))
        if hasattr(estimator, "predict_proba"):
            places = np.searchsorted(model.classes_, y_pred)
            confidence = np.asarray(estimator.predict_proba(X))[np.arange(len(y_pred)), places]
        names = dict(zip(model.classes_.tolist(), names_of(model.classes_, class_names)))
        return cls._of(rows_of(X), y, y_pred, confidence, names, select, n_samples, random_state, image_shape).plot(
            ax=ax, **plot_options
        )

    @classmethod
    @shared_parameters
    def from_predictions(
        cls,
        X,
        y_true,
        y_pred=None,
        *,
        confidence=None,
        select="first",
        n_samples=25,
        random_state=None,
        image_shape=None,
        class_names=None,
        ax=None,
        **plot_options,
    ):
        """Draw samples with given predictions, or without any.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples to choose from.
        y_true : array-like of shape (n_samples,)
            True labels.
        y_pred : array-like of shape (n_samples,), default=None
            Predicted labels.
        confidence : array-like of shape (n_samples,), default=None
            Probabilities of the predicted labels.
        {select}
        {n_samples}
        {random_state}
        {image_shape}
        class_names : sequence of str, default=None
            Names for the labels in ascending order. None uses the labels themselves.
        {ax}
        {plot_options}

        Returns
        -------
        display : SampleGridDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        ValueError
            If a parameter does not fit, or there is no such sample.
        """
        X = rows_of(X)
        n_rows, _ = X.shape
        y_true = column("y_true", y_true, n_rows)
        y_pred = None if y_pred is None else column("y_pred", y_pred, n_rows)
        confidence = None if confidence is None else column("confidence", numbers("confidence", confidence), n_rows)
        labels = unique_labels(y_true) if y_pred is None else unique_labels(y_true, y_pred)
        names = dict(zip(labels.tolist(), names_of(labels, class_names)))
        return cls._of(X, y_true, y_pred, confidence, names, select, n_samples, random_state, image_shape).plot(
            ax=ax, **plot_options
        )

    @classmethod
    def _of(cls, X, y, y_pred, confidence, names, select, n_samples, random_state, image_shape):
        rows = _selected(select, n_samples, y, y_pred, confidence, random_state)
        return cls(
            as_images(dense_rows(X[rows]), image_shape, NO_IMAGES),
            _named(y[rows], names),
            predicted=None if y_pred is None else _named(y_pred[rows], names),
            confidences=None if confidence is None else confidence[rows],
            indices=rows,
        )

    @tidily
    @shared_parameters
    def plot(self, ax=None, *, n_columns=None, cmap=PIXELS, wrong_color=WRONG):
        """Draw the grid.

        Parameters
        ----------
        {ax}
        {n_columns}
        {pixels_cmap}
        wrong_color : color, default="#d55e00"
            Colour of the title and the frame of a wrong prediction.

        Returns
        -------
        self : SampleGridDisplay
            This display; ``figure_`` is its figure.
        """
        check_cmaps(cmap=cmap)
        check_colours(wrong_color=wrong_color)
        lines = 2 if any(map(self._is_wrong, range(len(self.images)))) else 1
        self.figure_, self.axes_ = image_panels(
            ax, len(self.images), self.images.shape[1:3], n_columns, wide=1.4, inches=1.2, title_lines=lines
        )
        bounds = pixel_bounds(self.images)
        self.images_ = [show_pixels(panel, image, bounds, cmap) for panel, image in zip(self.axes_, self.images)]
        without_ticks(self.axes_)
        set_titles(self.axes_, [self._title(i) for i in range(len(self.images))])
        for i, panel in enumerate(self.axes_):
            if self._is_wrong(i):
                panel.title.set_color(wrong_color)
                frame(panel, wrong_color)
        return self

    def _is_wrong(self, i):
        return self.predicted is not None and self.predicted[i] != self.labels[i]

    def _title(self, i):
        if self.predicted is None:
            return self.labels[i]
        title = self.predicted[i]
        if self.confidences is not None:
            title = f"{title} ({self.confidences[i]:.2f})"
        return f"{title}\ntrue: {self.labels[i]}" if self._is_wrong(i) else title


def _named(labels, names):
    return [names.get(label, str(label)) for label in labels.tolist()]


def _selected(select, n_samples, y, y_pred, confidence, random_state):
    """Rows to draw."""
    if not isinstance(select, str):
        rows = np.asarray(select if shape_of(select) else ())
        if rows.dtype == bool and rows.shape == y.shape:
            rows = np.flatnonzero(rows)
        if rows.ndim != 1 or not len(rows) or rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= len(y):
            raise ValueError(
                f"select == {shown(select)}, must be one of {SELECTIONS}, rows from 0 to {len(y) - 1}, or a mask of "
                f"shape ({len(y)},)."
            )
        return rows
    if select not in SELECTIONS:
        raise ValueError(f"select == {shown(select)}, must be one of {SELECTIONS} or rows of X.")
    check_int("n_samples", n_samples, 1)
    check_seed("random_state", random_state)
    if select == "most_confident_errors" and y_pred is None:
        raise ValueError("select == 'most_confident_errors' needs y_pred.")
    if select in BY_CONFIDENCE and confidence is None:
        raise ValueError(f"select == {select!r} needs the probabilities of the predictions.")
    if select == "random":
        random_state = check_random_state(random_state)
        return np.sort(random_state.permutation(len(y))[:n_samples])
    if select == "per_class":
        labels = np.unique(y)
        each = max(1, n_samples // len(labels))
        return np.concatenate([np.flatnonzero(y == label)[:each] for label in labels])
    if select == "least_confident":
        return np.argsort(confidence, kind="stable")[:n_samples]
    if select == "most_confident_errors":
        wrong = np.flatnonzero(y != y_pred)
        if not len(wrong):
            raise ValueError("select == 'most_confident_errors', but every prediction is right.")
        return wrong[np.argsort(-confidence[wrong], kind="stable")][:n_samples]
    return np.arange(len(y))[:n_samples]
