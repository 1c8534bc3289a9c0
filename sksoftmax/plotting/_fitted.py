# SPDX-License-Identifier: BSD-3-Clause
"""What the displays read of a fitted classifier.

Layers are affine maps (fan_out, fan_in + 1), the intercepts in the last column, so that what selects rows of the
coefficients, or subtracts them, does the same with the intercepts.
"""

import warnings

import numpy as np
from scipy import sparse
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import check_is_fitted

from sksoftmax._validation import shape_of, shown
from sksoftmax.plotting._checks import check_bool, check_int, texts

# Where a transformation is compared with the affine map that it should be.
PROBES, PROBE_SCALES, PROBE_TOLERANCE, PROBE_ROWS = 3, (1.0, 1e3, 1e6), 1e-5, 256


def final_model(estimator):
    """The fitted classifier in searches and pipelines, or itself."""
    return _unwrapped(estimator)[0]


def _unwrapped(estimator):
    """The fitted model, and the transformers before it."""
    transformers = []
    while True:
        if hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
        elif hasattr(estimator, "cv_results_"):
            raise TypeError(f"{type(estimator).__name__} has no best_estimator_: fit it with refit.")
        elif hasattr(estimator, "steps"):
            transformers += [step for _, step in estimator.steps[:-1] if step not in (None, "passthrough")]
            estimator = estimator.steps[-1][1]
        else:
            check_is_fitted(estimator)
            return estimator, transformers


def check_classifier(model):
    """Raise for a model without classes."""
    if not hasattr(model, "classes_"):
        raise TypeError(f"{type(model).__name__} is no classifier: it has no classes_.")


def affine_layers(estimator, *, through_pipeline=True):
    """The classifier, and its layers from the features up; of a pipeline the first is that of the pipeline's features,
    unless `through_pipeline` is False."""
    check_bool("through_pipeline", through_pipeline)
    model, transformers = _unwrapped(estimator)
    if not hasattr(model, "classes_") or not (hasattr(model, "coef_") or hasattr(model, "coefs_")):
        raise TypeError(
            f"{type(model).__name__} is no classifier with coefficients: it needs classes_, and coef_ or coefs_."
        )
    if hasattr(model, "coefs_"):
        layers = [np.column_stack([W.T, b]) for W, b in zip(model.coefs_, model.intercepts_)]
    else:
        coef = np.atleast_2d(model.coef_.toarray() if sparse.issparse(model.coef_) else model.coef_)
        layers = [np.column_stack([coef, np.broadcast_to(getattr(model, "intercept_", 0.0), len(coef))])]
    if through_pipeline and transformers:
        layers[0] = _behind(make_pipeline(*transformers), layers[0])
    return model, layers


def affine_classes(estimator, *, through_pipeline=True):
    """The classifier, and the map from features to its scores."""
    model, layers = affine_layers(estimator, through_pipeline=through_pipeline)
    if len(layers) > 1:
        raise TypeError(
            f"{type(model).__name__} has hidden layers, must be a linear classifier: its scores are no sums over "
            "features."
        )
    return model, layers[0]


def compares_pairs(model):
    """Whether there is a row of coefficients for each pair of classes, as in support vector machines."""
    return hasattr(model, "support_vectors_") and len(model.classes_) > 2


def _behind(transformers, layer):
    """The layer as a map of what enters the transformers, found from what they make of each unit vector."""
    steps = ", ".join(type(step).__name__ for _, step in transformers.steps)
    remedy = "The last step alone, pipeline[-1], has the coefficients of what it sees."
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Unit vectors have no names.
        warnings.filterwarnings("ignore", message="X does not have valid feature names")
        try:
            seen = _probed(transformers, layer, transformers.n_features_in_)
        except Exception as error:
            raise ValueError(
                f"The steps before the classifier ({steps}) do not take arrays of unit vectors, by which the "
                f"coefficients of what enters them are found: {error} {remedy}"
            ) from error
    if seen is None:
        raise ValueError(
            f"The steps before the classifier ({steps}) are no affine map of the features, so there are no "
            f"coefficients of what enters them. {remedy}"
        )
    return seen


def _probed(transformers, layer, n_features):
    """The affine map, or None where there is none."""

    def scores(X):
        # A transformer with copy=False overwrites what it is given.
        transformed = transformers.transform(X.copy())
        dense = transformed.toarray() if sparse.issparse(transformed) else np.asarray(transformed)
        return dense @ layer[:, :-1].T

    origin = scores(np.zeros((1, n_features)))[0]
    seen = np.empty((len(layer), n_features + 1))
    for start in range(0, n_features, PROBE_ROWS):
        stop = min(start + PROBE_ROWS, n_features)
        seen[:, start:stop] = (scores(np.eye(stop - start, n_features, start)) - origin).T
    seen[:, -1] = origin + layer[:, -1]
    slopes, rng = seen[:, :-1].T, np.random.RandomState(0)
    for scale in PROBE_SCALES:
        X = rng.normal(scale=scale, size=(PROBES, n_features))
        tolerance = PROBE_TOLERANCE * (np.abs(X) @ np.abs(slopes) + np.abs(origin))
        if not np.all(np.abs(scores(X) - origin - X @ slopes) <= tolerance):
            return None
    return seen


def names_of(labels, class_names):
    """A name for each label: the given ones in that order, or the labels themselves."""
    labels = np.asarray(labels).tolist()
    known = [str(label) for label in labels]
    if class_names is None:
        return known
    allowed = f"a sequence of names in the order of {shown(known)}"
    if isinstance(class_names, str):
        raise ValueError(f"class_names == {shown(class_names)}, must be {allowed}.")
    names = texts("class_names", class_names, allowed)
    if len(names) != len(labels):
        raise ValueError(f"len(class_names) == {len(names)}, must be the number of classes, {len(labels)}.")
    if len(set(names)) < len(names):
        raise ValueError(f"class_names == {shown(names)}, must be distinct.")
    if names != known and sorted(names) == sorted(known):
        raise ValueError(f"class_names == {shown(names)}, must be in the order of the labels, {shown(known)}.")
    return names


def class_rows(model, layer, class_names=None, classes=None, difference=None):
    """The rows of a layer whose outputs are scores of classes, and what each speaks for.

    classes : labels to take, in that order, or None for all
    difference : (a, b), labels, for the score of a less that of b alone
    """
    names = names_of(model.classes_, class_names)
    if classes is not None and difference is not None:
        raise ValueError(
            f"classes == {shown(classes)} and difference == {shown(difference)}: only one of them may be given."
        )
    if compares_pairs(model):
        if classes is not None or difference is not None:
            raise ValueError(f"{type(model).__name__} compares pairs of classes: classes and difference must be None.")
        return layer, [f"{a} rather than {b}" for i, a in enumerate(names) for b in names[i + 1 :]]
    if len(layer) == 1:
        if classes is not None:
            raise ValueError(
                f"classes == {shown(classes)}, must be None: {type(model).__name__} has one row of coefficients for "
                "both classes."
            )
        layer = np.concatenate([np.zeros_like(layer), layer])
        difference = model.classes_[[1, 0]].tolist() if difference is None else difference
    if difference is None:
        places = np.arange(len(layer)) if classes is None else _places(model, "classes", classes)
        return layer[places], [names[k] for k in places]
    a, b = _places(model, "difference", difference)
    return layer[[a]] - layer[[b]], [f"{names[a]} rather than {names[b]}"]


def _places(model, name, labels):
    """Places among the classes of labels, each of which is there once; of two for a difference."""
    known = model.classes_.tolist()
    is_sequence = not isinstance(labels, (str, dict)) and len(shape_of(labels) or ()) == 1
    listed = list(labels) if is_sequence else []
    for label in listed:
        if label not in known:
            raise ValueError(f"{name} holds {shown(label)}, must hold labels of {shown(known)}.")
    places = [known.index(label) for label in listed]
    if not places or len(set(places)) < len(places) or (name == "difference" and len(places) != 2):
        allowed = "two labels" if name == "difference" else "a sequence of one or more labels, each of them once"
        raise ValueError(f"{name} == {shown(labels)}, must be {allowed}.")
    return places


def unit_order(layers, index, units):
    """Numbers of units of a hidden layer: all or the first few by importance, or those that are named.

    The importance of a unit is the product of the norms of what comes in and goes out, which for a relu unit is the
    same however its size is shared between the two.
    """
    layer = layers[index]
    importance = np.linalg.norm(layer[:, :-1], axis=1) * np.linalg.norm(layers[index + 1][:, :-1], axis=0)
    order = np.argsort(-importance, kind="stable")
    if units is None:
        return order
    if shape_of(units) == ():
        check_int("units", units, 1, len(layer))
        return order[:units]
    numbered = np.asarray(units) if len(shape_of(units) or ()) == 1 else np.empty(0)
    is_known = numbered.dtype.kind in "iu" and np.isin(numbered, order).all()
    if not is_known or not len(numbered) or len(np.unique(numbered)) < len(numbered):
        raise ValueError(f"units == {shown(units)}, must be numbers of units from 0 to {len(layer) - 1}, each once.")
    return numbered
