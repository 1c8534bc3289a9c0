# SPDX-License-Identifier: BSD-3-Clause
"""The choice of the simplest candidate whose score is as good as the best, as far as the splits can tell."""

from numbers import Real

import numpy as np

from sksoftmax._validation import shown


def one_standard_error(cv_results, *, param=None, metric="score", simpler="larger"):
    """The largest (or smallest) value of a parameter whose mean score is within one standard error of the best.

    The standard error is that of the best mean score over the splits, ``s / sqrt(n_splits)`` with the sample standard
    deviation s [1]_. Other parameters stay those of the best candidate. With ``refit=one_standard_error`` a search of
    this package or of scikit-learn refits this candidate; for other parameters or one of several metrics, take
    ``refit=functools.partial(one_standard_error, metric=...)``.

    Parameters
    ----------
    cv_results : dict
        The `cv_results_` of a search.
    param : str, default=None
        Parameter to choose. None means `l2`, also as that of a step of a pipeline, such as ``"clf__l2"``.
    metric : str, default="score"
        Metric to judge by: "score" where there is a single one.
    simpler : {"larger", "smaller"}, default="larger"
        Which values of the parameter make simpler models: larger ones of `l2`, smaller ones of a number of units.

    Returns
    -------
    index : int
        Place of the candidate in `cv_results`.

    Raises
    ------
    TypeError
        If `cv_results` is no dict.
    ValueError
        If `cv_results` has no such parameter or metric, no score or value of the parameter is a number, or `simpler` is
        neither.

    References
    ----------
    .. [1] L. Breiman, J. H. Friedman, R. A. Olshen and C. J. Stone (1984). "Classification and Regression Trees."
       Wadsworth. Section 3.4.3.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxRegression, VectorizedGridSearchCV, one_standard_error
    >>> X, y = load_iris(return_X_y=True)
    >>> grid = {"l2": [1e-4, 1e-3, 1e-2, 1e-1]}
    >>> search = VectorizedGridSearchCV(SoftmaxRegression(random_state=0), grid, refit=one_standard_error).fit(X, y)
    >>> search.best_params_["l2"] >= grid["l2"][search.cv_results_["mean_test_score"].argmax()]
    True
    """
    check_results(cv_results)
    if not isinstance(simpler, str) or simpler not in ("larger", "smaller"):
        raise ValueError(f"simpler == {shown(simpler)}, must be 'larger' or 'smaller'.")
    param = l2_of(cv_results) if param is None else param
    _check_name("metric", metric, cv_results, "mean_test_")
    _check_name("param", param, cv_results, "param_")
    mean, candidates = cv_results[f"mean_test_{metric}"], cv_results["params"]
    best = best_of(mean, metric)
    threshold = mean[best] - standard_error(scores_of(cv_results, metric)[best])
    comparable = [i for i, params in enumerate(candidates) if param in params and mean[i] >= threshold]
    close = [i for i in comparable if others_than(param, candidates[i]) == others_than(param, candidates[best])]
    values = [candidates[i][param] for i in close]
    if not values or not all(isinstance(value, Real) for value in values):
        raise ValueError(
            f"param == {param!r} must be a number in the best candidate and in those that differ from it in nothing "
            f"else; got {shown(values or candidates[best])}."
        )
    return (max if simpler == "larger" else min)(close, key=lambda i: candidates[i][param])


def check_results(cv_results):
    if not isinstance(cv_results, dict):
        raise TypeError(f"cv_results must be the dict cv_results_ of a search, got {type(cv_results).__name__}.")
    if "params" not in cv_results:
        raise ValueError(f"cv_results == {shown(cv_results)}, must have 'params' as that of a search.")


def best_of(mean, metric):
    """Place of the best of the mean scores (n_candidates,) by a metric."""
    if np.isnan(mean).all():
        raise ValueError(f"No candidate has a score by {metric!r}.")
    return int(np.nanargmax(mean))


def l2_of(cv_results):
    """The name of the penalty among the parameters, or None where there is none, or several."""
    names = [name for name in names_after("param_", cv_results) if short(name) == "l2"]
    return names[0] if len(names) == 1 else None


def short(param):
    """The name of a parameter without the steps of a pipeline."""
    return param.rsplit("__", 1)[-1]


def names_after(prefix, cv_results):
    """What the columns with a prefix, such as "param_", are called without it."""
    return [column.removeprefix(prefix) for column in cv_results if column.startswith(prefix)]


def others_than(param, params):
    """Equal for candidates that differ in this parameter only; values such as arrays are compared by what they show."""
    return {name: repr(value) for name, value in params.items() if name != param}


def _check_name(kind, name, cv_results, prefix):
    known = names_after(prefix, cv_results)
    if name not in known:
        raise ValueError(
            f"{kind} == {shown(name)}, must be one of {shown(known)}. Give it by functools.partial(one_standard_error, "
            f"{kind}=...)."
        )


def scores_of(cv_results, metric):
    """Test scores (n_candidates, n_splits)."""
    columns, split = [], 0
    while f"split{split}_test_{metric}" in cv_results:
        columns.append(cv_results[f"split{split}_test_{metric}"])
        split += 1
    return np.array(columns).T


def standard_error(scores):
    """Of the mean of the scores (n_splits,)."""
    return float(np.std(scores, ddof=1) / np.sqrt(len(scores))) if len(scores) > 1 else 0.0
