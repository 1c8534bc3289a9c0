# SPDX-License-Identifier: BSD-3-Clause
"""What each feature of a sample adds to the scores of the classes."""

import numpy as np
from scipy import sparse

from sksoftmax.plotting._checks import check_bool, check_cmaps, check_int, numbers, texts, told
from sksoftmax.plotting._docstrings import shared_parameters
from sksoftmax.plotting._fitted import affine_classes, class_rows
from sksoftmax.plotting._images import (
    DIVERGING,
    PIXELS,
    RIGHT,
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
from sksoftmax.plotting._panels import colorbar_beside, image_panels, set_titles, undone_on_error, without_ticks

COLORBAR_INCHES = 1.0


class EvidenceDisplay:
    """Why this class and not that one: for one image, coefficient times pixel, an image for each class.

    The title of a panel is the sum of its values, plus the intercept, which is the class's score (logit). With the
    default colours red pixels speak for the class, blue ones against it. The highest score is framed.

    It is best made with :meth:`from_estimator`; the parameters are kept as attributes.

    Parameters
    ----------
    image : array-like of shape (height, width) or (height, width, 3)
        The sample.
    evidence : array-like of shape (n_panels, height, width) or (n_panels, height, width, 3)
        Coefficients times features.
    intercepts : array-like of shape (n_panels,)
        What the scores have beside the evidence.
    names : sequence of n_panels str
        What the evidence speaks for.

    Attributes
    ----------
    scores : ndarray of shape (n_panels,)
        Sums of evidence and intercept.
    figure_ : matplotlib Figure or SubFigure
        The figure of the last `plot`.
    axes_ : ndarray of 1 + n_panels Axes
        The panel of the sample, and those of the evidence.
    images_ : list of n_panels AxesImage
        The drawn evidence; of colour images the sum over the channels.
    sample_ : AxesImage
        The drawn sample.
    colorbar_ : matplotlib Colorbar or None
        The scale of the evidence.

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

    def __init__(self, image, evidence, intercepts, names):
        self.evidence, self.intercepts = checked_images("evidence", evidence), numbers("intercepts", intercepts, ndim=1)
        self.image, self.names = numbers("image", image), texts("names", names)
        if self.image.shape != self.evidence.shape[1:]:
            raise ValueError(f"{told('image', image)}, must be that of the evidence, {self.evidence.shape[1:]}.")
        check_lengths(len(self.evidence), intercepts=self.intercepts, names=self.names)
        self.scores = self.evidence.reshape(len(self.evidence), -1).sum(axis=1) + self.intercepts

    @classmethod
    @shared_parameters
    def from_estimator(
        cls,
        estimator,
        x,
        *,
        classes=None,
        difference=None,
        through_pipeline=True,
        image_shape=None,
        class_names=None,
        ax=None,
        **plot_options,
    ):
        """Draw what the features of a sample say in a fitted linear classifier.

        Parameters
        ----------
        estimator : classifier, Pipeline or search
            Fitted, with ``coef_``. Of a pipeline the evidence is that of the features that enter it, seen through
            scalers and other affine steps; an image of zeros has none.
        x : array-like of shape (n_features,) or (1, n_features)
            The sample.
        {classes}
        {difference}
        {through_pipeline}
        {image_shape}
        {class_names}
        {ax}
        {plot_options}

        Returns
        -------
        display : EvidenceDisplay

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it has no coefficients, or hidden layers.
        ValueError
            If another parameter does not fit.
        """
        model, layer = affine_classes(estimator, through_pipeline=through_pipeline)
        rows, names = class_rows(model, layer, class_names, classes, difference)
        sample, n_features = numbers("x", x.toarray() if sparse.issparse(x) else x), layer.shape[1] - 1
        if sample.shape not in ((n_features,), (1, n_features)):
            raise ValueError(f"{told('x', x)}, must be ({n_features},): a single sample.")
        sample = sample.reshape(1, n_features)
        (image,) = as_images(sample, image_shape)
        return cls(image, as_images(rows[:, :-1] * sample, image_shape), rows[:, -1], names).plot(ax=ax, **plot_options)

    @undone_on_error
    @shared_parameters
    def plot(
        self,
        ax=None,
        *,
        n_classes=None,
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
            order.
        {n_columns}
        {cmap}
        sample_cmap : str or Colormap, default="gray_r"
            Sequential colours of the sample; of no effect on colour images.
        {limit}
        percentile : float, default=100.0
            Percentile, in (0, 100], of the absolute evidence, that the scale reaches.
        {colorbar}

        Returns
        -------
        self : EvidenceDisplay
        """
        check_cmaps(cmap=cmap, sample_cmap=sample_cmap)
        check_bool("colorbar", colorbar)
        evidence = self.evidence.sum(axis=3) if self.evidence.ndim == 4 else self.evidence
        shown = self._shown(n_classes)
        evidence, sums = evidence[shown], self.scores[shown] - self.intercepts[shown]
        (limit,) = limits_of(evidence[None], limit, percentile)
        self.figure_, self.axes_ = image_panels(
            ax,
            1 + len(shown),
            evidence.shape[1:],
            n_columns,
            margin=COLORBAR_INCHES if colorbar else 0.0,
            title_lines=2,
        )
        self.sample_ = show_pixels(self.axes_[0], self.image, pixel_bounds(self.image), sample_cmap)
        self.images_ = [show_coefficients(*drawn, limit, cmap) for drawn in zip(self.axes_[1:], evidence)]
        without_ticks(self.axes_)
        best = 1 + int(np.argmax(self.scores[shown]))
        if len(shown) > 1:
            frame(self.axes_[best], RIGHT)
        self.colorbar_ = None
        if colorbar:
            extend = beyond(evidence[None], [limit])
            self.colorbar_ = colorbar_beside(
                self.figure_, self.axes_, self.images_[0], label="coefficient x pixel", extend=extend
            )
        titles = [f"{self.names[k]}\n{_sum(total, self.intercepts[k])}" for k, total in zip(shown, sums)]
        set_titles(self.axes_, ["sample", *titles])
        return self

    def _shown(self, n_classes):
        """Places of the evidence to draw."""
        n_all = len(self.evidence)
        if n_classes is None:
            return np.arange(n_all)
        check_int("n_classes", n_classes, 1, n_all)
        return np.argsort(-self.scores, kind="stable")[:n_classes]


def _sum(evidence, intercept):
    if intercept == 0:
        return f"score {evidence:.2f}"
    # With no-break spaces it may be broken before the sum only.
    return f"{evidence:.2f}\N{NO-BREAK SPACE}{intercept:+.2f} =\N{NO-BREAK SPACE}{evidence + intercept:.2f}"
