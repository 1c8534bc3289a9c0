# SPDX-License-Identifier: BSD-3-Clause
"""The layers of a fitted model, of which users may set the attributes: whether these fit each other."""

import numpy as np
from scipy import sparse

from sksoftmax._validation import shown

# Layers of which a message tells each.
MOST_TOLD = 5


def layers_of(model):
    """(W, b) of each layer of a fitted model, in raw features: W (fan_out, fan_in), an array or sparse.

    The model has `n_features_in_`, `classes_`, `_layer_attributes`, which are the names of the attributes that hold its
    coefficients and intercepts, and ``_published_layers()``.
    """
    if not isinstance(model.classes_, np.ndarray) or model.classes_.ndim != 1:
        raise ValueError(f"classes_ == {shown(model.classes_)}, must be an array (n_classes,) of labels.")
    given = [getattr(model, name) for name in model._layer_attributes]
    coefficients, intercepts = map(_listed, given)
    fits = len(coefficients) == len(intercepts) and all(map(_is_of_numbers, [*coefficients, *intercepts]))
    layers, fan_in = model._published_layers() if fits else [], model.n_features_in_
    for W, b in layers:
        fits = fits and b.ndim == 1 and W.shape == (len(b), fan_in)
        fan_in = len(b) if fits else None
    if not fits or fan_in != len(model.classes_):
        raise ValueError(
            f"{' and '.join(model._layer_attributes)} are {' and '.join(map(_told, given))}, must be arrays of real "
            f"numbers that lead from {model.n_features_in_} features to {len(model.classes_)} classes."
        )
    return layers


def _listed(value):
    return value if isinstance(value, (list, tuple)) else [value]


def _is_of_numbers(value):
    return (isinstance(value, np.ndarray) or sparse.issparse(value)) and value.dtype.kind in "biuf"


def _told(value):
    """What a message says that an attribute is."""
    if isinstance(value, (list, tuple)) and len(value) <= MOST_TOLD:
        return f"[{', '.join(map(_kind, value))}]"
    return _kind(value)


def _kind(value):
    return f"{value.dtype} of shape {value.shape}" if hasattr(value, "dtype") else type(value).__name__
