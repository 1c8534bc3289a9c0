# SPDX-License-Identifier: BSD-3-Clause
"""Softmax regression: the network without a hidden layer."""

from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from sksoftmax._base import BaseSoftmaxClassifier
from sksoftmax._docstrings import shared_docstring
from sksoftmax._engine.interrupts import quietly
from sksoftmax._methods import public
from sksoftmax._optimality import optimality_gap


class LinearCoefficients:
    """The attributes `coef_` (K, d) and `intercept_` (K,) of the only layer."""

    _layer_attributes = ("coef_", "intercept_")

    def sparsify(self):
        """Turn `coef_` into a sparse matrix.

        It takes less memory and time where more than about half of the coefficients are zero, as those of words that
        occur in no training text. Everything works as before; training again makes it dense.

        Returns
        -------
        self : object
            The fitted estimator, with ``coef_`` a :class:`scipy.sparse.csr_matrix`.
        """
        check_is_fitted(self)
        self.coef_ = sparse.csr_matrix(self.coef_)
        return self

    def densify(self):
        """Turn `coef_` back into an array.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        check_is_fitted(self)
        if sparse.issparse(self.coef_):
            self.coef_ = self.coef_.toarray()
        return self

    def _publish_layers(self, layers):
        ((self.coef_, self.intercept_),) = layers

    def _published_layers(self):
        return [(self.coef_, self.intercept_)]


@public
@shared_docstring
class SoftmaxRegression(LinearCoefficients, BaseSoftmaxClassifier):
    r"""Softmax (multinomial logistic) regression trained by minibatch stochastic gradient descent.

    Minimises the objective

    .. math:: J(W, b) = \frac{\sum_i w_i \, \mathrm{CE}_i}{\sum_i w_i} + \frac{l_2}{2} \lVert W \rVert^2,

    the weighted mean cross-entropy plus a penalty on the coefficients but not on the intercepts. `l2` means the same
    for any number of samples, batch size and solver.

    With the default settings raw features work: they need not be scaled, and no learning rate need be chosen.

    Parameters
    ----------
    l2 : float, default=1e-4
        Weight of the penalty, >= 0. For three or more classes the optimum is that of
        ``LogisticRegression(C=1 / (n_samples * l2))``, for two classes that of ``C=2 / (n_samples * l2)``.
    {PARAMETERS}

    Attributes
    ----------
    coef_ : ndarray of shape (n_classes, n_features)
        Coefficients, a row for each class, also for two classes.
    intercept_ : ndarray of shape (n_classes,)
        Intercepts.
    {ATTRIBUTES}

    See Also
    --------
    sklearn.linear_model.LogisticRegression : Full-batch solvers for the same model.
    sklearn.linear_model.SGDClassifier : One binary model a class, one sample at a time.

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
    >>> from sksoftmax import SoftmaxRegression
    >>> X, y = load_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> clf = SoftmaxRegression(random_state=0).fit(X_train, y_train)
    >>> bool(clf.score(X_test, y_test) > 0.95)
    True
    >>> clf.coef_.shape
    (10, 64)
    """

    def _hidden_shape(self):
        return (), "identity"

    def optimality_gap(self, X, y, sample_weight=None):
        r"""How far the objective of the model may be above its minimum.

        With intercepts :math:`b^*` that are best for the coefficients, the objective as a function of these alone is
        strongly convex, so that

        .. math:: J(W, b) - \min J \le J(W, b) - J(W, b^*) + \frac{\lVert \nabla_W J(W, b^*) \rVert^2}{2 \, l_2} .

        The bound is rigorous, and large where `l2` is small: a fit may be much nearer than it says.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The samples that the model was fitted to; with early stopping those that it did not hold out.
        y : array-like of shape (n_samples,)
            Their class labels, every class of the model among them.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Their weights.

        Returns
        -------
        gap : OptimalityGap
            A named tuple of ``gradient_norm`` (float), the Euclidean norm of the gradient of the objective in the
            coefficients and intercepts; and ``bound`` (float), the bound, infinite with ``l2=0``.

        Raises
        ------
        ValueError
            If the data do not match the model, or a class of the model has no sample of positive weight.

        References
        ----------
        S. Boyd and L. Vandenberghe (2004). Convex Optimization, Eq. 9.9. Cambridge University Press.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sksoftmax import SoftmaxRegression
        >>> X, y = load_iris(return_X_y=True)
        >>> clf = SoftmaxRegression(l2=0.01, solver="lbfgs").fit(X, y)
        >>> gap = clf.optimality_gap(X, y)
        >>> exact = SoftmaxRegression(l2=0.01, solver="lbfgs", tol=1e-9).fit(X, y)
        >>> bool(0 <= clf.loss_ - exact.loss_ <= gap.bound < 0.01)
        True
        """
        check_is_fitted(self)
        # Infinite where squares overflow.
        return quietly(lambda: optimality_gap(self, X, y, sample_weight), over="ignore", invalid="ignore")
