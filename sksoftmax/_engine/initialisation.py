# SPDX-License-Identifier: BSD-3-Clause
"""Where training starts."""

import math
from itertools import pairwise

import numpy as np

# Standard deviation of the weights times sqrt(fan_in), for inputs of unit variance: LeCun et al. (1998, equation 16);
# He et al. (2015, equation 10) for relu, which passes on half of the square; four times as large for logistic units,
# whose slope at 0 is a quarter (Glorot and Bengio 2010, section 4.2.1).
GAINS = {"identity": 1.0, "tanh": 1.0, "relu": math.sqrt(2), "logistic": 4.0}


def initial_layers(sizes, activation, scale, random_state, feature_gains=None, feature_scale=None):
    """(W, b) of each layer, W (fan_out, fan_in) float64, normal, with biases of zero.

    scale : standard deviation of the weights in all layers. None suits those of hidden layers to the activation and
        those of the softmax on top of them to the identity. Without hidden layers it is zero: the objective is convex.
        On top of hidden units zero may be a saddle point, as for the exclusive or.
    feature_gains : (d,) factors on the weights of each feature (``Conditioning.gains``) where the scale is None, or
        None. They are small for a feature that is rarely on, and 0 for one that is constant: training could not undo a
        large start.
    feature_scale : (d,) of the coordinates in which weights are drawn, or None where these are raw
    """
    shapes = [(fan_out, fan_in) for fan_in, fan_out in pairwise(sizes)]
    if scale is None and len(shapes) == 1:
        scale = 0.0
    scales = [scale] * len(shapes)
    if scale is None:
        gains = [GAINS[activation]] * (len(shapes) - 1) + [1.0]
        scales = [gain / math.sqrt(fan_in) for gain, (_, fan_in) in zip(gains, shapes)]
    weights = [_normal(random_state, scale, shape) for scale, shape in zip(scales, shapes)]
    if scale is None and feature_gains is not None:
        weights[0] *= feature_gains
    if feature_scale is not None and scales[0]:
        weights[0] /= feature_scale
    return [(W, np.zeros(len(W))) for W in weights]


def _normal(random_state, scale, shape):
    """Normal weights. What comes from the stream afterwards does not depend on the scale."""
    if scale:
        return random_state.normal(scale=scale, size=shape)
    for _ in range(shape[0]):
        random_state.normal(size=shape[1])
    # Takes no memory before it is written to.
    return np.zeros(shape)
