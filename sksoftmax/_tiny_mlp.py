# SPDX-License-Identifier: BSD-3-Clause
"""The network with hidden layers."""

import numpy as np

from sksoftmax._base import BaseSoftmaxClassifier
from sksoftmax._docstrings import shared_docstring
from sksoftmax._engine.activations import ACTIVATIONS
from sksoftmax._methods import public
from sksoftmax._validation import SIZES, options


@public
@shared_docstring
class TinyMLPClassifier(BaseSoftmaxClassifier):
    r"""Multilayer perceptron with a softmax output, trained by minibatch stochastic gradient descent.

    Minimises the objective

    .. math::

        J = \frac{\sum_i w_i \, \mathrm{CE}_i}{\sum_i w_i} + \frac{l_2}{2} \sum_\ell \lVert W_\ell \rVert^2,

    the weighted mean cross-entropy plus a penalty on the coefficients of all layers but not on the intercepts. `l2`
    means the same for any number of samples, batch size and solver.

    Without hidden layers it is :class:`SoftmaxRegression`, to the last bit. With the default settings raw features
    work: they need not be scaled, and no learning rate need be chosen.

    Parameters
    ----------
    hidden_layer_sizes : int or tuple of int, default=(64,)
        Units of each hidden layer, each >= 1. ``()`` is no hidden layer.
    activation : {"relu", "tanh", "logistic", "identity"}, default="relu"
        Activation of the hidden units: ``max(0, z)``, the hyperbolic tangent, ``1 / (1 + exp(-z))``, or ``z`` itself.
    l2 : float or "auto", default="auto"
        Weight of the penalty, >= 0. "auto" is ``0.1 * min(n_features, 15) / n_samples``, but no less than 1e-4 and no
        more than 0.01, so that a network of few samples does not become too sure of what it has learned; without hidden
        layers it is 1e-4, and `partial_fit` goes on with that of the `fit` before it, or takes 1e-4. It penalises the
        published ``coefs_``, those of the raw features. :class:`~sklearn.neural_network.MLPClassifier` has the same
        penalty in a full batch with ``alpha = n_samples * l2``, in a minibatch with ``alpha = batch_size * l2``.
    {PARAMETERS}

    Attributes
    ----------
    coefs_ : list of ndarray of shape (fan_in, fan_out)
        Coefficients of each layer, a column for each of its units; the first layer's rows belong to the raw features.
    intercepts_ : list of ndarray of shape (fan_out,)
        Intercepts of each layer.
    {ATTRIBUTES}

    See Also
    --------
    SoftmaxRegression : The same without hidden layers.
    sklearn.neural_network.MLPClassifier : Multilayer perceptron of scikit-learn.

    Notes
    -----
    {NOTES}

    References
    ----------
    {REFERENCES}

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sksoftmax import TinyMLPClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> clf = TinyMLPClassifier(random_state=0).fit(X_train, y_train)
    >>> bool(clf.score(X_test, y_test) > 0.96)
    True
    >>> [coef.shape for coef in clf.coefs_]
    [(64, 64), (64, 10)]
    """

    _constraints = {  # noqa: RUF012
        "hidden_layer_sizes": [SIZES],
        "activation": [options(*ACTIVATIONS)],
        **BaseSoftmaxClassifier._constraints,
        "l2": [options("auto"), *BaseSoftmaxClassifier._constraints["l2"]],
    }

    _layer_attributes = ("coefs_", "intercepts_")

    def __init__(
        self,
        hidden_layer_sizes=(64,),
        activation="relu",
        *,
        l2="auto",
        solver="sgd",
        batch_size="auto",
        learning_rate="adaptive",
        learning_rate_init="auto",
        decay=None,
        decay_epochs=10,
        power_t=0.5,
        momentum=0.9,
        nesterovs_momentum=True,
        max_iter=200,
        tol=1e-3,
        n_iter_no_change=3,
        shuffle=True,
        fit_intercept=True,
        class_weight=None,
        early_stopping=False,
        validation_fraction=0.1,
        scoring="loss",
        warm_start=False,
        init_scale=None,
        random_state=None,
        store_minibatch_loss=False,
        verbose=False,
    ):
        super().__init__(
            l2=l2,
            solver=solver,
            batch_size=batch_size,
            learning_rate=learning_rate,
            learning_rate_init=learning_rate_init,
            decay=decay,
            decay_epochs=decay_epochs,
            power_t=power_t,
            momentum=momentum,
            nesterovs_momentum=nesterovs_momentum,
            max_iter=max_iter,
            tol=tol,
            n_iter_no_change=n_iter_no_change,
            shuffle=shuffle,
            fit_intercept=fit_intercept,
            class_weight=class_weight,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            scoring=scoring,
            warm_start=warm_start,
            init_scale=init_scale,
            random_state=random_state,
            store_minibatch_loss=store_minibatch_loss,
            verbose=verbose,
        )
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation

    def _hidden_shape(self):
        return tuple(int(size) for size in np.atleast_1d(self.hidden_layer_sizes)), self.activation

    def _publish_layers(self, layers):
        self.coefs_ = [W.T for W, _ in layers]
        self.intercepts_ = [b for _, b in layers]

    def _published_layers(self):
        return [(coef.T, intercept) for coef, intercept in zip(self.coefs_, self.intercepts_)]

    def _check_parameters(self):
        super()._check_parameters()
        hidden, _ = self._hidden_shape()
        if hidden and self.init_scale == 0:
            raise ValueError(
                f"init_scale == {self.init_scale}, must be > 0 or None with hidden layers: units that start equal stay "
                "equal."
            )
