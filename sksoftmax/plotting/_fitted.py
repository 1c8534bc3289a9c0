# SPDX-License-Identifier: BSD-3-Clause
"""What the displays read of a fitted classifier.

Layers are affine maps (fan_out, fan_in + 1), the intercepts in the last column, so that what selects rows of the
coefficients, or subtracts them, does the same with the intercepts.
"""

import warnings
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.validation import check_is_fitted

from sksoftmax._validation import shape_of, shown
from sksoftmax.plotting._checks import check_bool, check_int, numbers, texts, told
from sksoftmax.plotting._images import dense_rows

# Where a transformation is compared with the affine map that it should be.
PROBES, PROBE_SCALES, PROBE_TOLERANCE, PROBE_ROWS = 3, (1.0, 1e3, 1e6), 1e-5, 256


class Features(NamedTuple):
    """What a layer's coefficients are of.

    names : list of str, or None where they have none
    n_entering : how many enter the estimator, or None where texts do
    transformers : Pipeline that makes them of what enters, or None where they are what enters
    """

    names: list | None
    n_entering: int | None
    transformers: Pipeline | None = None

    @property
    def label(self):
        """Behind which steps they are."""
        return "" if self.transformers is None else f"after {_listed_steps(self.transformers)}"

    def of(self, X):
        """The features (n, d) of rows that enter the estimator, as an array of float64."""
        if self.transformers is not None:
            return dense_rows(self.transformers.transform(X))
        if self.names is not None and hasattr(X, "columns") and list(map(str, X.columns)) != self.names:
            raise ValueError(f"X has columns {shown(list(X.columns))}, must have {shown(self.names)} in that order.")
        return dense_rows(X)

    def of_one(self, x):
        """The features (d,) of a single sample: an array, a sparse row, a Series, a frame of one row, or a text."""
        if self.n_entering is None:
            x = [x] if isinstance(x, str) else x
            if len(x) != 1:
                raise ValueError(f"len(x) == {len(x)}, must be 1: a single sample.")
            return self.of(x)[0]
        if hasattr(x, "to_frame"):
            # The values of a row of numbers and names would stay objects.
            x = x.to_frame().T.infer_objects()
        if not hasattr(x, "columns"):
            row = numbers("x", x.toarray() if sparse.issparse(x) else x)
            if row.shape not in ((self.n_entering,), (1, self.n_entering)):
                raise ValueError(f"{told('x', x)}, must be ({self.n_entering},): a single sample.")
            x = row.reshape(1, self.n_entering)
            if self.transformers is not None:
                x = _as_fitted(self.transformers, x)
        elif len(x) != 1:
            raise ValueError(f"{told('x', x)}, must be a single sample.")
        return self.of(x)[0]


class Reading(NamedTuple):
    """A classifier as layers.

    model : the classifier
    layers : list of maps from the features up
    features : Features, which the first layer sees
    members : (n_members, fan_out, fan_in + 1), several estimates of its only layer, or None
    """

    model: object
    layers: list
    features: Features
    members: np.ndarray | None = None


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


def names_of_input(estimator):
    """Names of the features that enter an estimator, or None where they have none."""
    model, transformers = _unwrapped(estimator)
    names = getattr([*transformers, model][0], "feature_names_in_", None)
    return None if names is None else list(map(str, names))


def is_table(estimator, image_shape):
    """Whether features are drawn by their names, not as an image: where a frame or texts enter the estimator."""
    transformers = _unwrapped(estimator)[1]
    texts = bool(transformers) and _n_entering(transformers) is None
    return image_shape is None and (texts or names_of_input(estimator) is not None)


def _n_entering(transformers):
    """Number of features that enter the first of the transformers, or None where it makes features of texts."""
    return getattr(transformers[0], "n_features_in_", None)


def affine_layers(estimator, *, through_pipeline=True, as_table=False):
    """The Reading of a classifier: of a pipeline in the features that enter it, unless `through_pipeline` is False.

    Where the steps before the classifier are not affine this is an error or, `as_table`, in the features that the
    classifier sees.
    """
    check_bool("through_pipeline", through_pipeline)
    model, transformers = _unwrapped(estimator)
    layers, members = _layers_of(model, through_pipeline)
    if not transformers:
        return Reading(model, layers, Features(names_of_input(estimator), layers[0].shape[1] - 1), members)
    before = make_pipeline(*transformers)
    if through_pipeline:
        # All rows at once, as each is seen through the same map.
        rows = layers[0] if members is None else np.concatenate([layers[0], *members])
        seen = _behind(before, rows, must_be_affine=not as_table)
        if seen is not None:
            layers[0], others = seen[: len(layers[0])], seen[len(layers[0]) :]
            members = None if members is None else others.reshape(len(members), *layers[0].shape)
            return Reading(model, layers, Features(names_of_input(estimator), before.n_features_in_), members)
    features = Features(_names_behind(before, model), _n_entering(transformers), before)
    return Reading(model, layers, features, members)


def affine_classes(estimator, *, through_pipeline=True, as_table=False):
    """The Reading of a classifier whose scores are sums over features."""
    reading = affine_layers(estimator, through_pipeline=through_pipeline, as_table=as_table)
    kind = type(reading.model).__name__
    if len(reading.layers) > 1:
        raise TypeError(f"{kind} has hidden layers, must be a linear classifier: its scores are no sums over features.")
    if _members_of(reading.model):
        raise TypeError(f"{kind} has scores that are no sums over features, must be a linear classifier: {_MEMBERS}")
    return reading


_MEMBERS = "pass one of its members, of calibrated_classifiers_ or estimators_, behind the same steps."


def compares_pairs(model):
    """Whether there is a row of coefficients for each pair of classes, as in support vector machines."""
    return hasattr(model, "support_vectors_") and len(model.classes_) > 2


def _layers_of(model, through_pipeline):
    """Layers of a model, from the features that it sees up, and the members whose mean they are, if they are one."""
    if hasattr(model, "estimators_") and hasattr(model, "label_binarizer_"):
        # One against the rest: a score for each class, of a model of its own.
        parts = [affine_classes(part, through_pipeline=through_pipeline).layers[0] for part in model.estimators_]
        return [np.concatenate([part[-1:] - part[:-1].sum(axis=0) for part in parts])], None
    ensemble = _members_of(model)
    if ensemble:
        members = [affine_classes(member, through_pipeline=through_pipeline) for member in ensemble]
        layers = [member.layers[0] for member in members]
        if any(map(compares_pairs, (member.model for member in members))) or len({W.shape for W in layers}) > 1:
            raise TypeError(f"{type(model).__name__} has members with different rows of coefficients: {_MEMBERS}")
        return [np.mean(layers, axis=0)], np.stack(layers)
    if not hasattr(model, "classes_") or not (hasattr(model, "coef_") or hasattr(model, "coefs_")):
        raise TypeError(
            f"{type(model).__name__} is no classifier with coefficients: it needs classes_, and coef_ or coefs_."
        )
    if hasattr(model, "coefs_"):
        if len(model.coefs_) != len(model.intercepts_):
            raise ValueError(
                f"coefs_ has {len(model.coefs_)} layers and intercepts_ {len(model.intercepts_)}, must be as many."
            )
        pairs = zip(model.coefs_, model.intercepts_)
        return [_with_intercepts(np.transpose(W), b, f"intercepts_[{i}]") for i, (W, b) in enumerate(pairs)], None
    coef = np.atleast_2d(model.coef_.toarray() if sparse.issparse(model.coef_) else model.coef_)
    layer = _with_intercepts(coef, getattr(model, "intercept_", 0.0), "intercept_")
    return [layer], _folds_of(model, layer)


def _with_intercepts(W, b, name):
    """A layer (fan_out, fan_in + 1) of attributes that users may have set."""
    b = np.ravel(b)
    if len(b) not in (1, len(W)):
        raise ValueError(f"{name} has {len(b)} numbers for {len(W)} rows of coefficients, must have one for each.")
    return np.column_stack([W, np.broadcast_to(b, len(W))])


def _members_of(model):
    """The classifiers of a calibrated one or of a vote, whose scores are no sums; of others none."""
    if hasattr(model, "calibrated_classifiers_"):
        return [calibrated.estimator for calibrated in model.calibrated_classifiers_]
    return model.estimators_ if hasattr(model, "estimators_") and hasattr(model, "voting") else []


def _folds_of(model, layer):
    """Coefficients that a search for a penalty found on each split, at the chosen one."""
    if not hasattr(model, "coefs_paths_") or not hasattr(model, "l2s_"):
        return None
    folds = model.coefs_paths_[:, np.flatnonzero(model.l2s_ == model.l2_)[0]]
    without_intercepts = folds.shape[-1] == layer.shape[1] - 1
    return np.pad(folds, [(0, 0), (0, 0), (0, 1)]) if without_intercepts else folds


def _names_behind(transformers, model):
    """Names of what the transformers make, where they tell them."""
    try:
        names = transformers.get_feature_names_out()
    except (AttributeError, ValueError, TypeError):
        names = getattr(model, "feature_names_in_", None)
    return None if names is None else list(map(str, names))


def _listed_steps(transformers):
    return ", ".join(type(step).__name__ for _, step in transformers.steps)


def _behind(transformers, layer, *, must_be_affine):
    """The layer as a map of what enters the transformers, found from what they make of each unit vector."""
    steps = _listed_steps(transformers)
    remedy = "through_pipeline=False draws the coefficients of what the last step sees."
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Of steps that have no names, and of categories that unit vectors do not have.
        warnings.simplefilter("ignore")
        try:
            seen = _probed(transformers, layer, transformers.n_features_in_)
        except Exception as error:
            if not must_be_affine:
                return None
            raise ValueError(
                f"The steps before the classifier ({steps}) do not take arrays of unit vectors, by which the "
                f"coefficients of what enters them are found: {error} {remedy}"
            ) from error
    if seen is None and must_be_affine:
        raise ValueError(
            f"The steps before the classifier ({steps}) are no affine map of the features, so there are no "
            f"coefficients of what enters them. {remedy}"
        )
    return seen


def _probed(transformers, layer, n_features):
    """The affine map, or None where there is none."""
    coefficients = layer[:, :-1].T

    def transformed(X):
        # A transformer with copy=False overwrites what it is given.
        made = transformers.transform(_as_fitted(transformers, X.copy()))
        return made.toarray() if sparse.issparse(made) else np.asarray(made, dtype=np.float64)

    made = transformed(np.zeros((1, n_features)))
    origin, varies = (made @ coefficients)[0], np.zeros(made.shape[1], dtype=bool)
    seen = np.empty((len(layer), n_features + 1))
    for start in range(0, n_features, PROBE_ROWS):
        stop = min(start + PROBE_ROWS, n_features)
        units = transformed(np.eye(stop - start, n_features, start))
        varies |= (units != made).any(axis=0)
        seen[:, start:stop] = (units @ coefficients - origin).T
    if (coefficients[~varies] != 0).any():
        # Such as a category that is none of the probes.
        return None
    seen[:, -1] = origin + layer[:, -1]
    slopes, rng = seen[:, :-1].T, np.random.RandomState(0)
    for scale in PROBE_SCALES:
        X = rng.normal(scale=scale, size=(PROBES, n_features))
        tolerance = PROBE_TOLERANCE * (np.abs(X) @ np.abs(slopes) + np.abs(origin))
        if not np.all(np.abs(transformed(X) @ coefficients - origin - X @ slopes) <= tolerance):
            return None
    return seen


def _as_fitted(transformers, X):
    """Rows of numbers as what the transformers were fitted to: a frame where they know their columns by name."""
    names = getattr(transformers[0], "feature_names_in_", None)
    if names is None:
        return X
    import pandas as pd

    return pd.DataFrame(X, columns=names)


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


def rows_of_layer(
    estimator,
    *,
    layer=0,
    units=None,
    classes=None,
    difference=None,
    through_pipeline=True,
    class_names=None,
    ordered_by=None,
    as_table=False,
):
    """What is drawn of a layer: its rows (n_rows, n_features + 1), what each is called, the Features or, of units,
    None, and the same rows of each member (n_members, n_rows, n_features + 1), or None.

    ordered_by : estimator whose units give the order of hidden ones, or None for the estimator itself
    """
    reading = affine_layers(estimator, through_pipeline=through_pipeline, as_table=as_table)
    model, layers, features, members = reading
    check_int("layer", layer, -len(layers), len(layers) - 1)
    if layer % len(layers):
        features = None
    if layer in (-1, len(layers) - 1):
        if units is not None:
            raise ValueError(f"units == {shown(units)}, must be None for the last layer: its outputs are classes.")
        of_classes = class_names, classes, difference
        rows, names = class_rows(model, layers[layer], *of_classes)
        if members is not None:
            members = np.stack([class_rows(model, member, *of_classes)[0] for member in members])
        return rows, names, features, members
    of_classes = {"class_names": class_names, "classes": classes, "difference": difference}
    for name, value in of_classes.items():
        if value is not None:
            raise ValueError(f"{name} == {shown(value)}, must be None for a hidden layer, whose units are no classes.")
    weighed = layers
    if ordered_by is not None:
        weighed = affine_layers(ordered_by, through_pipeline=through_pipeline, as_table=as_table).layers
    order = unit_order(weighed, layer % len(layers), units)
    return layers[layer][order], [f"unit {unit}" for unit in order], features, None
