# SPDX-License-Identifier: BSD-3-Clause
"""What is to be said of a fitted model, in a small table."""

from html import escape

import numpy as np
from scipy import sparse

from sksoftmax._base import BaseSoftmaxClassifier
from sksoftmax._layers import layers_of
from sksoftmax._pipelines import last_of_kind


class Summary(dict):
    """A table of two columns, {name: value}, as text and as HTML."""

    def __str__(self):
        width = max(map(len, self))
        return "\n".join(f"{name:{width}}  {value}" for name, value in self.items())

    __repr__ = __str__

    def _repr_html_(self):
        rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in self.items())
        return f"<table>{rows}</table>"


def summary(estimator):
    """Tell the main facts of a fitted model, for a model card or a report.

    Parameters
    ----------
    estimator : SoftmaxRegression or TinyMLPClassifier, or a pipeline that ends with one
        Fitted.

    Returns
    -------
    table : dict
        Names and values, all of them str: the classes, the number of features, the units of the layers, the last
        objective, the epochs, the last learning rate, why training stopped, and of each class the Euclidean norm of
        its coefficients in the last layer. Printed it is a table of two columns; notebooks show it as HTML.

    Raises
    ------
    TypeError
        If `estimator` is something else.
    sklearn.exceptions.NotFittedError
        If it is not fitted.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxRegression, summary
    >>> clf = SoftmaxRegression(solver="lbfgs").fit(*load_iris(return_X_y=True))
    >>> table = summary(clf)
    >>> print(table["classes"], table["features"], table["stopped"], sep=" | ")
    3: 0, 1, 2 | 4 | converged, tol=0.001
    """
    model = last_of_kind(BaseSoftmaxClassifier, estimator, "SoftmaxRegression or TinyMLPClassifier", fitted=True)
    layers = layers_of(model)
    last = layers[-1][0]
    # Squares of coefficients of tiny features would overflow.
    norms = np.hypot.reduce(last.toarray() if sparse.issparse(last) else last, axis=1)
    labels = list(map(str, model.classes_))
    units = ", ".join(str(len(b)) for _, b in layers)
    facts = {
        "model": type(model).__name__,
        "classes": f"{len(labels)}: {', '.join(labels)}",
        "features": str(model.n_features_in_),
        "layers": f"{units} ({model._activation})" if len(layers) > 1 else units,
        "l2": f"{model.l2_:.4g}",
        "objective": f"{model.loss_:.4g}",
        "epochs": str(model.n_iter_),
        "learning rate": f"{model.learning_rate_curve_[-1]:.4g}" if model.learning_rate_curve_ else "none",
        "stopped": _reason(model),
    }
    return Summary({**facts, **{f"norm of class {label}": f"{norm:.4g}" for label, norm in zip(labels, norms)}})


def _reason(model):
    """Why training ended, as far as the fitted attributes tell."""
    if not model.n_iter_ or getattr(model, "_training_state", {}).get("in_pieces"):
        return "partial_fit, which goes on"
    if model.n_iter_ >= model.max_iter:
        return f"max_iter={model.max_iter}"
    if model.early_stopping:
        return f"no better on validation samples, n_iter_no_change={model.n_iter_no_change}"
    return f"converged, tol={model.tol}"
