# SPDX-License-Identifier: BSD-3-Clause
"""Scores of a cross-validated search over pairs of values of two parameters."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

from sksoftmax._one_standard_error import short
from sksoftmax._validation import shape_of, shown
from sksoftmax.plotting._cells import write_all
from sksoftmax.plotting._checks import (
    check_bool,
    check_cmaps,
    check_dict,
    check_format,
    check_positive,
    check_text,
    numbers,
    texts,
)
from sksoftmax.plotting._docstrings import shared_parameters
from sksoftmax.plotting._named_features import label_inches, name_columns, name_rows, upright_inches
from sksoftmax.plotting._panels import single_axes, tidily
from sksoftmax.plotting._search_results import (
    as_read,
    check_metric,
    distinct,
    parameters_of,
    place_in,
    search_results,
    text_of,
)

# Of a cell, of what stands beside the cells, and the most that all take.
CELL_INCHES, MARGIN_INCHES, LARGEST_INCHES = (0.75, 0.45), (2.2, 1.2), (12.0, 9.0)


class SearchHeatmapDisplay:
    """Mean score of a search for each pair of values of two parameters.

    It is best made with :meth:`from_estimator` or :meth:`from_cv_results`; the parameters are kept as attributes.

    Parameters
    ----------
    scores : ndarray of shape (n_rows, n_columns)
        Mean scores; nan where there is no candidate.
    rows, columns : sequence of str
        Values of the two parameters.
    params : tuple of two str
        Their names.
    metric : str
        Name of the score. One that begins with ``"neg_"`` is drawn as the loss that it is the negative of.
    best : tuple of two int
        Row and column of the chosen candidate, or of the best one.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure of the last `plot`.
    ax_ : matplotlib Axes
        The axes.
    image_ : matplotlib AxesImage
        The cells.
    texts_ : list of matplotlib Text
        The numbers in them.
    best_ : matplotlib Rectangle
        Frame of the chosen cell.
    colorbar_ : matplotlib Colorbar or None
        The scale.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxRegression, VectorizedGridSearchCV
    >>> from sksoftmax.plotting import SearchHeatmapDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> grid = {"l2": [1e-4, 1e-2, 1.0], "momentum": [0.0, 0.9]}
    >>> search = VectorizedGridSearchCV(SoftmaxRegression(random_state=0), grid).fit(X, y)
    >>> SearchHeatmapDisplay.from_estimator(search, params=("momentum", "l2")).scores.shape
    (2, 3)
    """

    def __init__(self, scores, *, rows, columns, params, metric, best):
        self.scores = numbers("scores", scores, ndim=2, finite=False)
        self.rows, self.columns = texts("rows", rows), texts("columns", columns)
        self.params, self.metric = tuple(texts("params", params)), metric
        for name, length in zip(("rows", "columns", "params"), (*self.scores.shape, 2)):
            if len(getattr(self, name)) != length:
                raise ValueError(f"len({name}) == {len(getattr(self, name))}, must be {length}.")
        check_text("metric", metric)
        if shape_of(best) != (2,) or tuple(best) not in np.ndindex(self.scores.shape):
            raise ValueError(f"best == {shown(best)}, must be the row and the column of a cell of {self.scores.shape}.")
        self.best = tuple(best)

    @classmethod
    @shared_parameters
    def from_estimator(cls, estimator, *, params=None, metric=None, ax=None, **plot_options):
        """Draw the scores of a fitted search.

        Parameters
        ----------
        estimator : search or Pipeline
            Fitted, with ``cv_results_``. Of a pipeline the last step.
        params : tuple of two str, default=None
            Parameters of the rows and of the columns. None means the two that the search has, the one with more values
            for the columns. Of others a cell has its best values.
        {metric}
        {single_ax}
        {plot_options}

        Returns
        -------
        display : SearchHeatmapDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        TypeError
            If it is no search.
        ValueError
            If there are no such parameters or metric.
        """
        cv_results, metric, name, best = search_results(estimator, metric)
        return cls._of(cv_results, params, metric, name, best).plot(ax=ax, **plot_options)

    @classmethod
    @shared_parameters
    def from_cv_results(cls, cv_results, *, params=None, metric="score", best_index=None, ax=None, **plot_options):
        """Draw the scores in the table of a search.

        Parameters
        ----------
        cv_results : dict
            The `cv_results_` of a search.
        params : tuple of two str, default=None
            As in :meth:`from_estimator`.
        metric : str, default="score"
            Metric to draw: "score" where there is a single one.
        best_index : int, default=None
            Place of the chosen candidate. None means the best mean score.
        {single_ax}
        {plot_options}

        Returns
        -------
        display : SearchHeatmapDisplay
            Drawn already; ``figure_`` is its figure.

        Raises
        ------
        ValueError
            If there are no such parameters or metric.
        """
        return cls._of(cv_results, params, metric, metric, best_index).plot(ax=ax, **plot_options)

    @classmethod
    def _of(cls, cv_results, params, metric, name, best):
        check_metric(cv_results, metric)
        mean, candidates, known = cv_results[f"mean_test_{metric}"], cv_results["params"], parameters_of(cv_results)
        if params is None and len(known) != 2:
            raise ValueError(
                f"params == None, must be two of {shown(known)}. SearchCurveDisplay draws scores against one parameter."
            )
        names = tuple(known) if params is None else tuple(texts("params", params))
        if len(names) != 2 or len(set(names) & set(known)) != 2:
            raise ValueError(f"params == {shown(params)}, must be two of {shown(known)}.")
        both = [i for i, candidate in enumerate(candidates) if set(names) <= set(candidate)]
        if not both:
            raise ValueError(f"params == {names!r}: no candidate has both.")
        axes = {name: distinct([candidates[i][name] for i in both]) for name in names}
        if params is None:
            names = tuple(sorted(names, key=lambda name: len(axes[name])))
        places = {i: tuple(place_in(axes[name], candidates[i][name]) for name in names) for i in both}
        scores = np.full([len(axes[name]) for name in names], np.nan)
        for i, place in places.items():
            scores[place] = np.fmax(scores[place], mean[i])
        if best is not None and best not in range(len(candidates)):
            raise ValueError(f"best_index == {shown(best)}, must be the place of one of {len(candidates)} candidates.")
        if best not in places:
            best = max(places, key=lambda i: np.nan_to_num(mean[i], nan=-np.inf))
        rows, columns = ([text_of(value) for value in axes[name]] for name in names)
        return cls(scores, rows=rows, columns=columns, params=names, metric=name, best=places[best])

    @tidily
    @shared_parameters
    def plot(self, ax=None, *, cmap="cividis", percentile=90.0, values_format=".3f", colorbar=True, im_kw=None):
        """Draw the heat map.

        Parameters
        ----------
        {single_ax}
        cmap : str or Colormap, default="cividis"
            Sequential colours, the last of them for the best score.
        percentile : float, default=90.0
            Part of the cells, in percent, that the colours tell apart, the best ones: one bad cell does not hide nine
            good ones. The others have the first colour.
        values_format : str or None, default=".3f"
            Format of the numbers in the cells. None writes none; nor are there any where they would be too small to
            read.
        {colorbar}
        im_kw : dict, default=None
            More arguments of :meth:`matplotlib.axes.Axes.imshow`, such as ``{"vmin": 0.8}``.

        Returns
        -------
        self : SearchHeatmapDisplay
            This display; ``figure_`` is its figure.
        """
        check_cmaps(cmap=cmap)
        check_positive("percentile", percentile, 100)
        check_format("values_format", values_format)
        check_bool("colorbar", colorbar)
        check_dict("im_kw", im_kw)
        n_rows, n_columns = self.scores.shape
        names = label_inches(self.rows), upright_inches(self.columns)
        sizes = zip((n_columns, n_rows), CELL_INCHES, MARGIN_INCHES, names, LARGEST_INCHES)
        ax = single_axes(ax, [min(n * cell + margin + name, largest) for n, cell, margin, name, largest in sizes])
        self.ax_, self.figure_ = ax, ax.figure
        name, sign = as_read(self.metric)
        values, ends = sign * self.scores, {"cmap": mpl.colormaps[cmap] if isinstance(cmap, str) else cmap}
        if sign < 0:
            ends["cmap"] = ends["cmap"].reversed()
        ranked = np.sort(self.scores[np.isfinite(self.scores)])
        n_beyond = int(len(ranked) * (100 - percentile) / 100)
        if n_beyond:
            ends["vmin" if sign > 0 else "vmax"] = sign * ranked[n_beyond]
        try:
            self.image_ = ax.imshow(values, **{**ends, "aspect": "auto", **(im_kw or {})})
        except (AttributeError, TypeError, ValueError) as error:
            raise ValueError(f"im_kw == {shown(im_kw)}, must be arguments of Axes.imshow: {error}") from error
        name_columns(ax, self.columns)
        name_rows(ax, self.rows)
        ax.set(xlabel=short(self.params[1]), ylabel=short(self.params[0]))
        row, column = self.best
        self.best_ = plt.Rectangle(
            (column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor="C3", linewidth=3, clip_on=False, zorder=3
        )
        ax.add_patch(self.best_)
        self.colorbar_ = None
        if colorbar:
            beyond = ("min" if sign > 0 else "max") if n_beyond else "neither"
            self.colorbar_ = self.figure_.colorbar(self.image_, ax=ax, label=f"mean {name}", extend=beyond)
        self.texts_ = [] if values_format is None else write_all(ax, self.image_, values, values_format)
        return self
