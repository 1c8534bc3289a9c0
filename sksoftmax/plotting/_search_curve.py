# SPDX-License-Identifier: BSD-3-Clause
"""Scores of a cross-validated search against one parameter."""

from numbers import Real

import numpy as np
from matplotlib.ticker import NullFormatter, NullLocator

from sksoftmax._one_standard_error import (
    best_of,
    l2_of,
    one_standard_error,
    others_than,
    scores_of,
    short,
    standard_error,
)
from sksoftmax._validation import shown
from sksoftmax.plotting._checks import (
    check_bool,
    check_colours,
    check_int,
    check_option,
    check_text,
    listed,
    numbers,
    told,
)
from sksoftmax.plotting._docstrings import shared_parameters
from sksoftmax.plotting._named_features import cut, name_columns, upright_inches
from sksoftmax.plotting._panels import plain, single_axes, tidily
from sksoftmax.plotting._search_results import (
    as_read,
    check_metric,
    distinct,
    parameters_of,
    place_in,
    search_results,
    text_of,
)
from sksoftmax.plotting._ticks import apart, plain_ticks

FIGURE_INCHES = (6.4, 4.0)
# Up to so many values are ticks.
FEW_VALUES = 7


class SearchCurveDisplay:
    """Score of a search against one parameter: mean and spread over the splits, and the choice.

    It also marks the strongest penalty that is as good within one standard error. It is best made with
    :meth:`from_estimator` or :meth:`from_cv_results`; the parameters are kept as attributes.

    Parameters
    ----------
    values : sequence of n_values
        Values of the parameter, ascending where they are numbers.
    scores : ndarray of shape (n_values, n_splits)
        Test scores.
    param : str
        Name of the parameter.
    metric : str
        Name of the score. One that begins with ``"neg_"`` is drawn as the loss that it is the negative of.
    best : int
        Place of the chosen value, or of the best one.
    one_standard_error : int, default=None
        Place of the simplest value whose mean score is within one standard error of the best. None marks none.
    connected : bool, default=True
        Whether the values differ in nothing else, so that a line connects them.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure of the last `plot`.
    ax_ : matplotlib Axes
        The axes.
    line_ : matplotlib Line2D
        Mean scores.
    fill_ : matplotlib PolyCollection or None
        One standard deviation around them; None where they are not connected.
    best_ : matplotlib Line2D
        Mark of the chosen value.
    one_standard_error_ : matplotlib Line2D or None
        Mark of the value within one standard error.
    threshold_ : matplotlib Line2D or None
        The best mean score less one standard error.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxRegressionCV
    >>> from sksoftmax.plotting import SearchCurveDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = SoftmaxRegressionCV(random_state=0).fit(X, y)
    >>> display = SearchCurveDisplay.from_estimator(clf)
    >>> display.scores.shape
    (10, 5)
    """

    def __init__(self, values, scores, *, param, metric, best, one_standard_error=None, connected=True):
        self.values, self.scores = listed("values", values), numbers("scores", scores, ndim=2)
        n_values = len(self.values)
        if len(self.scores) != n_values or not self.scores.size:
            raise ValueError(f"{told('scores', self.scores)}, must be ({n_values}, n_splits).")
        check_text("param", param)
        check_text("metric", metric)
        check_int("best", best, 0, n_values - 1)
        if one_standard_error is not None:
            check_int("one_standard_error", one_standard_error, 0, n_values - 1)
        check_bool("connected", connected)
        self.param, self.metric = param, metric
        self.best, self.one_standard_error, self.connected = best, one_standard_error, connected

    @classmethod
    @shared_parameters
    def from_estimator(cls, estimator, *, param=None, metric=None, simpler="auto", ax=None, **plot_options):
        """Draw the scores of a fitted search.

        Parameters
        ----------
        estimator : search, SoftmaxRegressionCV or Pipeline
            Fitted, with ``cv_results_``, or with ``l2s_`` and ``scores_``. Of a pipeline the last step.
        param : str, default=None
            Parameter to draw. None means the only one or, of several, `l2`, be it that of a step of a pipeline. Others
            keep the values of the choice. Where no other candidate has them, as in a random search over several
            parameters, all candidates are drawn, as points.
        {metric}
        simpler : {"auto", "larger", "smaller"} or None, default="auto"
            Which values make simpler models, of which the one within one standard error is marked
            (:func:`~sksoftmax.one_standard_error`). "auto" means larger ones of `l2`, and no mark for other parameters.
        {single_ax}
        {plot_options}

        Returns
        -------
        display : SearchCurveDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        TypeError
            If it is no search.
        ValueError
            If there is no such parameter or metric.
        """
        cv_results, metric, name, best = search_results(estimator, metric)
        display = cls._of(cv_results, param, metric, name, best, simpler)
        return display.plot(ax=ax, **plot_options)

    @classmethod
    @shared_parameters
    def from_cv_results(
        cls, cv_results, *, param=None, metric="score", best_index=None, simpler="auto", ax=None, **plot_options
    ):
        """Draw the scores in the table of a search.

        Parameters
        ----------
        cv_results : dict
            The `cv_results_` of a search.
        param : str, default=None
            Parameter to draw, as in :meth:`from_estimator`.
        metric : str, default="score"
            Metric to draw: "score" where there is a single one.
        best_index : int, default=None
            Place of the chosen candidate. None means the best mean score.
        simpler : {"auto", "larger", "smaller"} or None, default="auto"
            As in :meth:`from_estimator`.
        {single_ax}
        {plot_options}

        Returns
        -------
        display : SearchCurveDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        ValueError
            If there is no such parameter or metric.
        """
        return cls._of(cv_results, param, metric, metric, best_index, simpler).plot(ax=ax, **plot_options)

    @classmethod
    def _of(cls, cv_results, param, metric, name, best, simpler):
        check_metric(cv_results, metric)
        known = parameters_of(cv_results)
        if param is None:
            param = known[0] if len(known) == 1 else l2_of(cv_results)
        if param not in known:
            raise ValueError(f"param == {shown(param)}, must be one of {shown(known)}.")
        check_option("simpler", simpler, "auto", "larger", "smaller", None)
        if simpler == "auto":
            simpler = "larger" if short(param) == "l2" else None
        candidates, mean = cv_results["params"], cv_results[f"mean_test_{metric}"]
        if best is None:
            best = best_of(mean, metric)
        known = [i for i, params in enumerate(candidates) if param in params and np.isfinite(mean[i])]
        _check_best(best, known)
        places = [i for i in known if others_than(param, candidates[i]) == others_than(param, candidates[best])]
        connected = len(places) > 1 or len(known) == len(places)
        if not connected:
            places = known
        order = distinct([candidates[i][param] for i in places])
        places.sort(key=lambda i: place_in(order, candidates[i][param]))
        simplest = None
        if simpler is not None and connected:
            table = {column: np.asarray(values)[places] for column, values in cv_results.items() if "_test_" in column}
            table |= {"params": [candidates[i] for i in places], f"param_{param}": None}
            simplest = one_standard_error(table, param=param, metric=metric, simpler=simpler)
        return cls(
            [candidates[i][param] for i in places],
            scores_of(cv_results, metric)[places],
            param=param,
            metric=name,
            best=places.index(best),
            one_standard_error=simplest,
            connected=connected,
        )

    @tidily
    @shared_parameters
    def plot(self, ax=None, *, color="C0", label=None):
        """Draw the curve.

        Parameters
        ----------
        {single_ax}
        color : str, default="C0"
            Colour of the curve and of its marks.
        label : str, default=None
            Name of the curve in the legend, for several in one picture. None explains the curve and its marks.

        Returns
        -------
        self : SearchCurveDisplay
            This display; ``figure_`` is its figure.
        """
        check_colours(color=color)
        if label is not None:
            check_text("label", label)
        categories = self._categories()
        width, height = FIGURE_INCHES
        ax = single_axes(ax, (width, height + upright_inches(categories)), shared=label is not None)
        self.ax_, self.figure_ = ax, ax.figure
        x = self._scale(ax, categories)
        name, sign = as_read(self.metric)
        mean, spread = sign * self.scores.mean(axis=1), self.scores.std(axis=1)
        explained = f"mean ± sd of {self.scores.shape[1]} splits" if self.connected else "mean of a candidate"
        (self.line_,) = ax.plot(
            x, mean, marker=".", linestyle="-" if self.connected else "none", color=color, label=label or explained
        )
        self.fill_ = self.threshold_ = self.one_standard_error_ = None
        if self.connected:
            self.fill_ = ax.fill_between(x, mean - spread, mean + spread, color=color, alpha=0.15, linewidth=0)
        explain = label is None
        if self.one_standard_error is not None:
            top = int(np.argmax(sign * mean))
            self.threshold_ = ax.axhline(
                mean[top] - sign * standard_error(self.scores[top]),
                color=color,
                alpha=0.6,
                linestyle=":",
                linewidth=1.2,
            )
            minus = "-" if sign > 0 else "+"
            self.threshold_.set_label(f"best mean {minus} 1 standard error" if explain else "_threshold")
            self.one_standard_error_ = self._mark(x, mean, self.one_standard_error, "D", color, 12, "none")
            value = self._value(self.one_standard_error)
            self.one_standard_error_.set_label(f"simplest within 1 standard error: {value}" if explain else "_simplest")
        self.best_ = self._mark(x, mean, self.best, "*", color, 12, color)
        self.best_.set_label(f"choice: {self._value(self.best)}" if explain else "_best")
        ax.set(xlabel=short(self.param), ylabel=name)
        ax.legend(fontsize="small")
        return self

    def _mark(self, x, mean, place, marker, color, size, face):
        (mark,) = self.ax_.plot(
            [x[place]], [mean[place]], marker, color=color, markersize=size, markerfacecolor=face, zorder=3
        )
        return mark

    def _value(self, place):
        return plain(cut(text_of(self.values[place])))

    def _categories(self):
        """Values to be named side by side, as texts: none if all are numbers."""
        if all(isinstance(value, Real) and not isinstance(value, (bool, np.bool_)) for value in self.values):
            return []
        return [text_of(value) for value in distinct(self.values)]

    def _scale(self, ax, categories):
        """Scale the axis as the values ask for; return where they lie: numbers as such, others side by side."""
        if categories:
            name_columns(ax, categories)
            return [place_in(distinct(self.values), value) for value in self.values]
        x = np.array(self.values, dtype=np.float64)
        positive = x[x > 0]
        if (x < 0).any() or not len(positive) or positive.max() <= 10 * positive.min():
            return x
        if (x == 0).any():
            ax.set_xscale("symlog", linthresh=positive.min())
        else:
            ax.set_xscale("log")
        if len(x) <= FEW_VALUES:
            named = apart(x, [text_of(value) for value in self.values], ax)
            ax.set_xticks(x[named], [text_of(self.values[i]) for i in named])
            ax.xaxis.set_minor_locator(NullLocator())
            ax.xaxis.set_minor_formatter(NullFormatter())
        elif ax.get_xscale() == "log":
            plain_ticks(ax.xaxis, positive.min(), positive.max())
        return x


def _check_best(best, known):
    if best not in known:
        raise ValueError(
            f"best_index == {shown(best)}, must be a candidate that has the parameter and a score: {shown(known)}."
        )
