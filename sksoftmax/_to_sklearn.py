# SPDX-License-Identifier: BSD-3-Clause
"""Fitted models as estimators of scikit-learn."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from sksoftmax._layers import layers_of
from sksoftmax._pipelines import last_of_kind, with_last_step
from sksoftmax._predictions import SoftmaxPredictions


def to_sklearn(estimator):
    """Make the estimator of scikit-learn that predicts the same.

    It can be pickled, loaded and used where sksoftmax is not installed.

    Parameters
    ----------
    estimator : SoftmaxRegression, SoftmaxRegressionCV or TinyMLPClassifier, or a pipeline that ends with one
        Fitted. Of a search pass the ``best_estimator_``.

    Returns
    -------
    model : LogisticRegression, MLPClassifier or Pipeline
        Fitted, with the labels and probabilities of `estimator`, equal but for rounding, and coefficients of the same
        type, float32 or float64. A network without hidden layers becomes a
        :class:`~sklearn.linear_model.LogisticRegression`, others a :class:`~sklearn.neural_network.MLPClassifier`. A
        pipeline shares the steps before its last with `estimator`.

    Raises
    ------
    TypeError
        If `estimator` is something else.
    sklearn.exceptions.NotFittedError
        If it is not fitted.

    Notes
    -----
    For two classes scikit-learn has one output: the difference of ours. Only what predictions depend on is taken over,
    not the penalty, nor the solver and its settings: to train again, train `estimator`. Scores beyond the largest float
    are infinite or nan there, and finite here.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxRegression, to_sklearn
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = SoftmaxRegression(random_state=0).fit(X, y)
    >>> model = to_sklearn(clf)
    >>> model
    LogisticRegression()
    >>> bool(np.allclose(model.predict_proba(X), clf.predict_proba(X), atol=1e-12))
    True
    """
    last = last_of_kind(
        SoftmaxPredictions, estimator, "SoftmaxRegression, SoftmaxRegressionCV or TinyMLPClassifier", fitted=True
    )
    return with_last_step(estimator, _converted(last))


def _converted(estimator):
    layers = [(W.copy(), b.copy()) for W, b in layers_of(estimator)]
    if len(estimator.classes_) == 2:
        W, b = layers[-1]
        layers[-1] = W[1:] - W[:1], b[1:] - b[:1]
    model = _linear(estimator, layers) if len(layers) == 1 else _network(estimator, layers)
    if hasattr(estimator, "feature_names_in_"):
        model.feature_names_in_ = estimator.feature_names_in_.copy()
    return model


def _linear(estimator, layers):
    model = LogisticRegression(fit_intercept=estimator.fit_intercept)
    ((model.coef_, model.intercept_),) = layers
    model.classes_, model.n_features_in_ = estimator.classes_.copy(), estimator.n_features_in_
    model.n_iter_ = np.array([estimator.n_iter_], np.int32)
    return model


def _network(estimator, layers):
    sizes = tuple(len(b) for _, b in layers[:-1])
    model = MLPClassifier(sizes, estimator._activation, solver="sgd")
    # One step of training, on nothing, sets what it has beside its layers.
    classes = estimator.classes_
    model.partial_fit(np.zeros((len(classes), estimator.n_features_in_), layers[0][0].dtype), classes, classes=classes)
    model.coefs_ = [np.ascontiguousarray(W.T) for W, _ in layers]
    model.intercepts_ = [b for _, b in layers]
    model.n_iter_, model.loss_, model.best_loss_ = estimator.n_iter_, estimator.loss_, estimator.best_loss_
    model.loss_curve_ = list(estimator.loss_curve_)
    return model
