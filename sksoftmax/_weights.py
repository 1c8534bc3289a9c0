# SPDX-License-Identifier: BSD-3-Clause
"""Which samples count, how much, and for what: sample and class weights, and the split into training and validation."""

import warnings

import numpy as np

from sksoftmax._engine.interrupts import quietly
from sksoftmax._validation import numbers_of, shown


def check_sample_weight(sample_weight, n_samples, name="sample_weight"):
    """Non-negative, finite weights (n_samples,) float64; a number stands for the same weight everywhere."""
    weights = numbers_of(sample_weight)
    if weights is None:
        raise ValueError(f"{name} == {shown(sample_weight)}, must be a finite number >= 0, or ({n_samples},) of them.")
    if not weights.ndim:
        weights = np.full(n_samples, weights)
    if weights.shape != (n_samples,):
        raise ValueError(f"{name}.shape == {weights.shape}, must be ({n_samples},): one for each sample.")
    bad = weights[~(np.isfinite(weights) & (weights >= 0))]
    if len(bad):
        raise ValueError(f"{name} holds {bad[0]}, must hold finite numbers >= 0.")
    return weights


def check_sum(weights):
    """Raise where weights (n_samples,), or None, that count as they are have no finite sum."""
    if weights is not None and _sum_overflows(weights):
        raise ValueError(
            f"sample_weight times class_weight holds {weights.max()}: {len(weights)} such weights have no finite sum. "
            "Use smaller weights."
        )


def _sum_overflows(weights):
    return len(weights) > 0 and bool(weights.max() > np.finfo(np.float64).max / len(weights))


def gradient_weights(targets, classes, sample_weight, class_weight):
    """Product (n_samples,) of sample and class weights, or None where every sample counts the same."""
    weights = None if sample_weight is None else check_sample_weight(sample_weight, len(targets))
    return times(weights, class_factors(targets, classes, weights, class_weight), targets)


def class_factors(targets, classes, weights, class_weight):
    """What class_weight multiplies the weights (n_samples,) of each class by, (n_classes,), or None.

    "balanced" counts each class by its weight, so that a sample of weight 2 is as good as two samples.
    """
    if class_weight is None:
        return None
    if class_weight != "balanced":
        return _class_factors(class_weight, classes.tolist())
    weights = np.ones(len(targets)) if weights is None else weights
    if _sum_overflows(weights):
        # Exact, and their ratios are all that counts.
        weights = np.ldexp(weights, -64)
    counts = np.bincount(targets, weights, minlength=len(classes))
    return np.divide(weights.sum(), len(classes) * counts, out=np.zeros(len(classes)), where=counts > 0)


def times(weights, factors, targets, name="sample_weight"):
    """Weights (n_samples,) times the factors of the targets' classes; either may be None."""
    if factors is None:
        return weights
    weights = quietly(lambda: factors[targets] if weights is None else weights * factors[targets], over="ignore")
    if not np.isfinite(weights).all():
        raise ValueError(f"{name} times class_weight overflows: use smaller weights.")
    return weights


def of_all_classes(class_weight, classes):
    """A class_weight for samples that may lack some of the classes: a dict gets a factor for each."""
    if not isinstance(class_weight, dict):
        return class_weight
    labels = classes.tolist()
    return dict(zip(labels, _class_factors(class_weight, labels).tolist()))


def _class_factors(class_weight, classes):
    """The factor of each class, 1 where the dict has none."""
    unknown = [label for label in class_weight if label not in classes]
    if unknown and any(label not in class_weight for label in classes):
        # Where every class has a weight, the others are those of samples that are not here, as in a fold.
        raise ValueError(f"class_weight has {shown(unknown)}, not among the classes {shown(classes)}.")
    for label, factor in class_weight.items():
        number = numbers_of(factor)
        if number is None or number.ndim or not 0 <= number < np.inf:
            raise ValueError(f"class_weight[{label!r}] == {shown(factor)}, must be a finite number >= 0.")
    return np.array([class_weight.get(label, 1.0) for label in classes], dtype=np.float64)


def split_stratified(rows, targets, fraction, seed):
    """Training and validation rows, in each class (nearly) the given fraction of its rows.

    A class with one row only stays in the training rows.
    """
    counts = np.bincount(targets[rows])
    alone = counts[targets[rows]] < 2
    if alone.any():
        warnings.warn(
            f"{alone.sum()} of {np.count_nonzero(counts)} classes have a single sample: none of them is in the "
            "validation samples.",
            UserWarning,
            stacklevel=8,
        )
    # It takes longer to import than the estimators.
    from sklearn.model_selection import train_test_split

    try:
        train, validation = train_test_split(
            rows[~alone], test_size=fraction, random_state=seed, stratify=targets[rows[~alone]]
        )
    except ValueError as error:
        raise ValueError(
            f"early_stopping=True with validation_fraction == {fraction} cannot split {len(rows)} samples of "
            f"{np.count_nonzero(counts)} classes so that each class is in both parts. "
            "Use another validation_fraction, more samples, or early_stopping=False."
        ) from error
    return np.sort(np.concatenate([train, rows[alone]])), np.sort(validation)
