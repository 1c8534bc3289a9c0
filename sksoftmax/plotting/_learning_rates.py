# SPDX-License-Identifier: BSD-3-Clause
"""How far training gets with different learning rates."""

import numpy as np

from sksoftmax.plotting._checks import check_colours, check_positive, numbers, told
from sksoftmax.plotting._docstrings import shared_parameters
from sksoftmax.plotting._panels import single_axes, tidily

FIGURE_INCHES = (6.4, 4.0)
# An objective that many times above the range from the best to that of the smallest rate is cut off.
HEADROOM = 0.5


class LearningRateDisplay:
    """Objective after training against the learning rate, and the best rate.

    It is best made with :meth:`from_learning_rates`; the parameters are kept as attributes.

    Parameters
    ----------
    learning_rates : array-like of shape (n_learning_rates,)
        The rates, > 0, in ascending order.
    objectives : array-like of shape (n_learning_rates,)
        What training reached with each, infinite where it diverged.
    best : float
        The rate to mark.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure of the last `plot`.
    ax_ : matplotlib Axes
        The axes.
    line_ : matplotlib Line2D
        Objectives.
    best_ : matplotlib Line2D
        Mark of the best rate.
    diverged_ : matplotlib Rectangle or None
        The range of rates from the first with which training diverged on; None where none did.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxRegression, find_learning_rate
    >>> from sksoftmax.plotting import LearningRateDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> found = find_learning_rate(SoftmaxRegression(random_state=0), X, y)
    >>> display = LearningRateDisplay.from_learning_rates(found)
    """

    def __init__(self, learning_rates, objectives, *, best):
        self.learning_rates = numbers("learning_rates", learning_rates, ndim=1)
        if (
            not len(self.learning_rates)
            or (self.learning_rates <= 0).any()
            or (np.diff(self.learning_rates) <= 0).any()
        ):
            raise ValueError(f"{told('learning_rates', learning_rates)}, must hold numbers > 0 in ascending order.")
        self.objectives = numbers("objectives", objectives, ndim=1, finite=False)
        if self.objectives.shape != self.learning_rates.shape:
            raise ValueError(f"{told('objectives', self.objectives)}, must be {self.learning_rates.shape}.")
        if not np.isfinite(self.objectives).any():
            raise ValueError("objectives holds no finite number, must hold one.")
        check_positive("best", best)
        self.best = best

    @classmethod
    @shared_parameters
    def from_learning_rates(cls, found, *, ax=None, **plot_options):
        """Draw what :func:`~sksoftmax.find_learning_rate` has found.

        Parameters
        ----------
        found : LearningRates
            What it returned.
        {single_ax}
        {plot_options}

        Returns
        -------
        display : LearningRateDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        TypeError
            If it is something else.
        """
        parts = [getattr(found, name, None) for name in ("learning_rates", "objectives", "best")]
        if any(part is None for part in parts):
            raise TypeError(f"found is a {type(found).__name__}, must be what find_learning_rate returns.")
        rates, objectives, best = parts
        return cls(rates, objectives, best=best).plot(ax=ax, **plot_options)

    @tidily
    @shared_parameters
    def plot(self, ax=None, *, color="C0"):
        """Draw the curve.

        Parameters
        ----------
        {single_ax}
        color : str, default="C0"
            Colour of the curve and of the mark.

        Returns
        -------
        self : LearningRateDisplay
            This display; ``figure_`` is its figure.
        """
        check_colours(color=color)
        self.ax_ = single_axes(ax, FIGURE_INCHES)
        self.figure_ = self.ax_.figure
        finite = np.isfinite(self.objectives)
        rates, objectives = self.learning_rates[finite], self.objectives[finite]
        (self.line_,) = self.ax_.plot(rates, objectives, ".-", color=color, label="objective")
        lowest = float(np.interp(np.log(self.best), np.log(rates), objectives))
        label = f"best learning rate: {self.best:.3g}"
        (self.best_,) = self.ax_.plot(self.best, lowest, "*", color=color, markersize=12, label=label)
        self.diverged_ = None
        if not finite.all():
            first, last = self.learning_rates[~finite][0], self.learning_rates[-1]
            # Wide enough to be seen where it is one rate.
            self.diverged_ = self.ax_.axvspan(first / 1.1, last * 1.1, color="0.5", alpha=0.25, label="diverges")
        start = objectives[0]
        if start > lowest:
            top = start + HEADROOM * (start - lowest)
            self.ax_.set_ylim(lowest - 0.1 * (top - lowest), top)
        self.ax_.set(xscale="log", xlabel="learning rate", ylabel="objective")
        self.ax_.legend()
        return self
