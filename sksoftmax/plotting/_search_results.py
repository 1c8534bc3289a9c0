# SPDX-License-Identifier: BSD-3-Clause
"""What the displays of scores read of a fitted search."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sksoftmax._one_standard_error import check_results, names_after
from sksoftmax._validation import shown


def search_results(estimator, metric):
    """cv_results_, the metric to draw, its name, and the place of the choice, or None where nothing was chosen."""
    estimator = estimator[-1] if hasattr(estimator, "steps") else estimator
    check_is_fitted(estimator)
    if hasattr(estimator, "l2s_"):
        scores = {f"split{i}_test_score": row for i, row in enumerate(estimator.scores_)}
        cv_results = {"params": [{"l2": l2} for l2 in estimator.l2s_], "param_l2": estimator.l2s_, **scores}
        cv_results["mean_test_score"] = estimator.scores_.mean(axis=0)
        return cv_results, "score", _name(estimator), int(np.flatnonzero(estimator.l2s_ == estimator.l2_)[0])
    if not hasattr(estimator, "cv_results_"):
        raise TypeError(f"{type(estimator).__name__} is no search: it needs cv_results_, or l2s_ and scores_.")
    cv_results = estimator.cv_results_
    metrics = names_after("mean_test_", cv_results)
    if metric is None:
        metric = estimator.refit if isinstance(estimator.refit, str) and estimator.refit in metrics else metrics[0]
        if len(metrics) > 1 and metric != estimator.refit:
            raise ValueError(f"metric == None, must be one of {metrics}: refit names none of them.")
    check_metric(cv_results, metric)
    name = _name(estimator) if metric == "score" else metric
    return cv_results, metric, name, int(estimator.best_index_) if hasattr(estimator, "best_index_") else None


def check_metric(cv_results, metric):
    check_results(cv_results)
    metrics = names_after("mean_test_", cv_results)
    if metric not in metrics:
        raise ValueError(f"metric == {shown(metric)}, must be one of {shown(metrics)}.")


def parameters_of(cv_results):
    return names_after("param_", cv_results)


def _name(estimator):
    return estimator.scoring if isinstance(estimator.scoring, str) else "score"


def as_read(metric):
    """The name of a score as people read it, and the factor on its values: scorers negate losses, "neg_log_loss"."""
    name = metric.removeprefix("neg_")
    return {"log_loss": "log-loss"}.get(name, name.replace("_", " ")), 1.0 if name == metric else -1.0


def text_of(value):
    if isinstance(value, (float, np.floating)):
        return f"{value:g}" if abs(value) >= 1000 else f"{value:.3g}"
    return str(value)


def distinct(values):
    """In ascending order, or in that of their first appearance where they cannot be ordered."""
    found = list({repr(value): value for value in values}.values())
    try:
        return sorted(found)
    except (TypeError, ValueError):
        return found


def place_in(values, value):
    """Of values such as arrays, too, which are compared by what they show."""
    return [repr(other) for other in values].index(repr(value))
