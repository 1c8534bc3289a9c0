# SPDX-License-Identifier: BSD-3-Clause
"""The objective of a block of samples as a pure function, for those who minimise it over many machines."""

import numpy as np

from sksoftmax._engine.activations import ACTIVATIONS
from sksoftmax._engine.network import Network
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.parts import sums_of
from sksoftmax._engine.reading import computed_in
from sksoftmax._engine.result import Settings
from sksoftmax._held_out import samples_of
from sksoftmax._validated import block
from sksoftmax._validation import numbers_of, options, real, shown
from sksoftmax._weights import check_sample_weight, check_sum


def loss_and_gradient(layers, X, y, sample_weight=None, *, activation, l2):
    r"""The objective of a block of samples, not divided by their weight, and its gradient.

    .. math:: \sum_i w_i \left( \mathrm{CE}_i + \frac{l_2}{2} \sum_\ell \lVert W_\ell \rVert^2 \right)

    The values and gradients of the blocks of a data set add up to those of the whole; divided by the sum of all weights
    they are the objective that the estimators minimise, and its gradient. It has no state and changes none of its
    arguments, so that any framework can call it in any process.

    Parameters
    ----------
    layers : list of (W, b)
        Coefficients of shape (fan_out, fan_in) and intercepts of shape (fan_out,) of each layer:
        ``[(coef_, intercept_)]`` of :class:`SoftmaxRegression`, and ``[(coef.T, intercept), ...]`` of
        ``coefs_`` and ``intercepts_`` of :class:`TinyMLPClassifier`.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Features, perhaps of no sample. float32 and integers of 8 and 16 bits are computed with in float32.
    y : array-like of shape (n_samples,)
        Class indices, from 0 to the last fan_out - 1.
    sample_weight : float or array-like of shape (n_samples,), default=None
        Non-negative weights. None means 1 for each sample.
    activation : {"relu", "tanh", "logistic", "identity"}
        Activation of the hidden units, if there are any.
    l2 : float
        Weight of the penalty, >= 0.

    Returns
    -------
    loss : float
        Zero for a block without positive weight.
    gradient : list of (W, b)
        Arrays float64 of the shapes of the layers.

    Raises
    ------
    ValueError
        If the shapes do not match, `y` holds anything but class indices, or a number is not allowed.

    References
    ----------
    C. M. Bishop (2006). Pattern Recognition and Machine Learning, Eqs. 4.108, 4.109 and 5.53-5.56. Springer.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import loss_and_gradient
    >>> X, y = load_iris(return_X_y=True)
    >>> layers = [(np.zeros((3, 4)), np.zeros(3))]
    >>> blocks = [loss_and_gradient(layers, X[i::2], y[i::2], activation="identity", l2=0.01) for i in range(2)]
    >>> bool(np.isclose(sum(loss for loss, _ in blocks) / 150, np.log(3)))
    True
    """
    _check(activation, l2)
    layers = _checked_layers(layers)
    sizes = Parameters.sizes_of(layers)
    X = block(X)
    if X.shape[1] != sizes[0]:
        raise ValueError(f"X has {X.shape[1]} features, must have {sizes[0]} as the first layer does.")
    targets = _checked_targets(y, X.shape[0], sizes[-1])
    weights = np.ones(len(targets)) if sample_weight is None else check_sample_weight(sample_weight, len(targets))
    check_sum(weights)
    places = np.flatnonzero(weights)
    mean_weight = weights[places].mean() if len(places) else 0.0
    samples = samples_of(X, np.arange(len(targets)), targets, weights if len(places) else None, places)
    network = Network(Parameters.of(layers, computed_in(X.dtype)), activation)
    sums = sums_of(network, samples, Settings(float(l2)))
    gradient = Parameters(sizes, 1, np.dtype(np.float64), mean_weight * sums.gradient)
    return float(mean_weight * sums.value), gradient.pairs()


def _check(activation, l2):
    for name, value, allowed in (("activation", activation, options(*ACTIVATIONS)), ("l2", l2, real(0))):
        if not allowed.allows(value):
            raise ValueError(f"{name} == {shown(value)}, must be {allowed}.")


def _checked_layers(layers):
    """(W, b) of each layer, float64, whose shapes fit one on the other."""
    try:
        pairs = [(numbers_of(W), numbers_of(b)) for W, b in layers]
    except (TypeError, ValueError):
        pairs = []
    if not pairs:
        raise ValueError(f"layers == {shown(layers)}, must be a list of (W, b), one for each layer.")
    fan_in = None
    for i, (W, b) in enumerate(pairs):
        if W is None or b is None or W.ndim != 2 or b.shape != W.shape[:1]:
            raise ValueError(f"layers[{i}] must be numbers W of shape (fan_out, fan_in) and b of shape (fan_out,).")
        if fan_in not in (None, W.shape[1]):
            raise ValueError(f"layers[{i}] has W of shape {W.shape}, must be (fan_out, {fan_in}) as the layer below.")
        fan_in = len(b)
    return pairs


def _checked_targets(y, n_samples, n_classes):
    targets = numbers_of(y)
    if targets is None or targets.shape != (n_samples,):
        raise ValueError(f"y == {shown(y)}, must be ({n_samples},) class indices, one for each sample.")
    bad = targets[~np.isin(targets, np.arange(n_classes))]
    if len(bad):
        raise ValueError(f"y holds {bad[0]:g}, must hold class indices from 0 to {n_classes - 1}.")
    return targets.astype(np.intp)
