# SPDX-License-Identifier: BSD-3-Clause
"""Feature coordinates in which raw data is well conditioned.

Training takes its steps on x' = (x - mean) / scale. The network, the objective and its optimum stay those of the raw
features: W' = W * scale, b' = b + W mean. No sample is changed: the network is trained as (W, b'), the mean is a term
of rank one in its products (``products.Centring``), and a step in W' is one in W whose gradient is divided by scale**2.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy import sparse

from sksoftmax._engine.blocks import Blocks
from sksoftmax._engine.columns import parts_of
from sksoftmax._engine.reading import computed_in, feature_extremes

# Dense moments are taken from a subsample of about this many values: they need no more, and memory stays small.
SUBSAMPLE_VALUES = 2**19
FEWEST_ROWS = 256
# Part of the squared range that is added to the variance: no value is more than 1 / sqrt(DAMPING) scales from the mean.
DAMPING = 0.02
# With hidden layers the coordinates decide what a network generalises to, not only how fast it trains: features that
# are rarely on, and that small scales would magnify, are better kept small.
HIDDEN_DAMPING = 0.5
# Below it 1 / scale**2 would overflow in single precision.
SMALLEST_SCALE = 1e-15
# The median of the scales, that many times, is added to each where a search ends near the optimum: with a penalty that
# makes more of features whose values are large, and so do steps in such coordinates.
MEDIANS = 2.0
# By how much the scale of a feature may differ from its own.
MOST_APART = 4.0
# A feature that is on in a smaller part of the samples stays uncentred: its mean is less than that part of its range,
# and less than a seventh of its scale.
RARELY_ON = 0.02
# Squares of numbers below 2**256 add up to finite ones, those of numbers above 2**-256 to some of full precision.
ORDINARY_EXPONENT = 256
# Part of the largest number of a type that a feature may range over: sums over some hundreds of samples are finite.
WIDEST = 2.0**-10
# Sparse features whose mean is more times their range lose their variance to rounding.
FARTHEST = 5e6


class Coordinates(NamedTuple):
    """An affine change of the features: mean and scale (d,) float64, each None where it changes nothing."""

    mean: np.ndarray | None = None
    scale: np.ndarray | None = None

    def to_working(self, layers):
        """Layers (W, b) of a network of the raw features as ones in these coordinates: the first changes, its arrays
        becoming float64, or stays as it is."""
        (W, b), *others = layers
        b = b if self.mean is None else b + W @ self.mean
        W = W if self.scale is None else W * self.scale
        return [(W, b), *others]

    def to_raw(self, layers):
        """The inverse of `to_working`."""
        (W, b), *others = layers
        W = W if self.scale is None else W / self.scale
        b = b if self.mean is None else b - W @ self.mean
        return [(W, b), *others]


class Subsample(NamedTuple):
    """Rows X to take moments from, float64 where they are dense, with the weights that make their moments those of all
    samples, and with their gradient weights, whose mean over all samples is mean_weight."""

    X: object
    weights: np.ndarray
    gradient_weights: np.ndarray
    mean_weight: float


def subsample_rows(n_columns):
    """How many rows of that many columns make a subsample."""
    return max(FEWEST_ROWS, SUBSAMPLE_VALUES // n_columns)


def _subsample(samples, seed):
    X, rows = samples.X, samples.rows
    gradient_weights = np.ones(len(rows)) if samples.weights is None else samples.weights[rows].astype(np.float64)
    weights, mean_weight = gradient_weights, gradient_weights.mean()
    n_rows = subsample_rows(X.shape[1])
    if not sparse.issparse(X) and len(rows) > n_rows:
        # Drawn in proportion to their weights, so that heavy samples are among them.
        chances = None if samples.weights is None else weights / weights.sum()
        drawn = np.sort(np.random.RandomState(seed).choice(len(rows), n_rows, replace=chances is not None, p=chances))
        rows, weights, gradient_weights = rows[drawn], np.ones(n_rows), gradient_weights[drawn]
    whole = rows is samples.rows and samples.all_in_order
    X = X if whole and not isinstance(X, Blocks) else X[rows]
    # One order in memory, so that sums do not depend on that of the samples.
    X = X if sparse.issparse(X) else X.astype(np.float64, order="C", copy=False)
    return Subsample(X, weights, gradient_weights, mean_weight)


def _moments(X, weights, units):
    """Weighted mean and standard deviation (d,) of each feature, computed in multiples of its unit, and the part (d,)
    of the samples in which it is not zero."""
    total = weights.sum()
    if sparse.issparse(X):
        mean, square, on = _sparse_sums(X, weights, units) / total
        variance = np.maximum(square - mean**2, 0)
    else:
        on = weights @ (X != 0) / total
        X = X if np.all(units == 1) else X / units
        mean = X.T @ weights / total
        centred = X - mean
        variance = weights @ np.square(centred, out=centred) / total
    return mean * units, np.sqrt(variance) * units, on


def _sparse_sums(X, weights, units):
    """Weighted sums (3, d) of the values in their units, of their squares, and of ones for those that are not zero."""
    sums = np.zeros((3, X.shape[1]))
    for rows, part in parts_of(X):
        values = part.data / units.take(part.indices)
        of_values = np.repeat(weights[rows], np.diff(part.indptr))
        for total, terms in zip(sums, (of_values * values, of_values * values**2, of_values * (values != 0))):
            total += np.bincount(part.indices, terms, X.shape[1])
    return sums


def _extremes(samples):
    """The smallest and the largest value (d,) float64 of each feature over all samples."""
    X, rows = samples.X, None if samples.all_in_order else samples.rows
    if not sparse.issparse(X):
        return feature_extremes(X, rows)
    lowest, highest = np.full(X.shape[1], np.inf), np.full(X.shape[1], -np.inf)
    for _, part in parts_of(X if rows is None else X[rows]):
        np.minimum(lowest, part.min(axis=0).toarray().ravel(), out=lowest)
        np.maximum(highest, part.max(axis=0).toarray().ravel(), out=highest)
    return lowest, highest


def _spread(lowest, highest, dtype):
    """Range (d,) of each feature, so that no value anywhere is many scales away from the mean."""
    widest = WIDEST * np.finfo(computed_in(dtype) if dtype.kind == "f" else np.float64).max
    # A difference may overflow; a sixteenth of it cannot.
    too_wide = np.flatnonzero(highest / 16 - lowest / 16 > widest / 16)
    if len(too_wide):
        j = too_wide[0]
        raise ValueError(
            f"Feature {j} ranges from {lowest[j]:.3g} to {highest[j]:.3g}, must range over less than {widest:.3g} in "
            f"{dtype}: scale it."
        )
    return highest - lowest


def _check_offsets(mean, spread):
    """Raise for a feature that implicit centring would leave without digits."""
    too_far = np.flatnonzero((np.abs(mean) / FARTHEST > spread) & (spread > 0))
    if len(too_far):
        j = too_far[0]
        raise ValueError(
            f"Feature {j} of the sparse X ranges over {spread[j]:.3g} around {mean[j]:.3g}, must be nearer to zero "
            f"than {FARTHEST:.0e} times its range: subtract a constant from it, or pass a dense array."
        )


def _units(lowest, highest):
    """For each feature a power of two near its largest value where squares would overflow or vanish, else 1."""
    _, exponents = np.frexp(np.maximum(np.abs(lowest), np.abs(highest)))
    return np.where(np.abs(exponents) < ORDINARY_EXPONENT, 1.0, np.ldexp(1.0, exponents - 1))


RAW = Coordinates()


class FeatureMoments(NamedTuple):
    """What coordinates are computed from, the same for any l2.

    centre : (d,) that is subtracted, or None where nothing is centred
    mean, deviation, spread : (d,); without centring the deviation is that from 0, and the spread no less than the size
        of the mean
    damping : part of the squared spread that is added to the squared deviation
    medians : how many times the median of the scales is added to each
    subsample : what the mean and deviation were computed from, of n_samples samples, or None of parts together
    """

    centre: np.ndarray | None
    mean: np.ndarray
    deviation: np.ndarray
    spread: np.ndarray
    damping: float
    medians: float
    subsample: Subsample | None
    n_samples: int


class Moments(NamedTuple):
    """Moments of samples, which those of parts of them add up to.

    n_samples, weight : how many samples of positive weight there are, and the sum of their gradient weights
    dtype : of X
    lowest, highest : (d,) float64, of all samples
    mean, deviation, on : (d,) float64, of the subsample; the last is the part of the samples where a feature is not 0
    subsample : Subsample, or None of parts together
    """

    n_samples: int
    weight: float
    dtype: np.dtype
    lowest: np.ndarray
    highest: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    on: np.ndarray
    subsample: Subsample | None


def moments_of(samples, seed, extremes=None):
    """The Moments of samples.

    extremes : the smallest and the largest value (2, d) of each feature over all rows of X, where they are known
    """
    if samples.weights is not None:
        samples = replace(samples, rows=samples.rows[samples.weights[samples.rows] > 0])
    subsample = _subsample(samples, seed)
    lowest, highest = _extremes(samples) if extremes is None or not samples.all_in_order else extremes
    mean, deviation, on = _moments(subsample.X, subsample.weights, _units(lowest, highest))
    n_samples = len(samples.rows)
    weight = n_samples * subsample.mean_weight
    return Moments(n_samples, weight, samples.X.dtype, lowest, highest, mean, deviation, on, subsample)


def together(parts):
    """The Moments of all samples from those of parts of them (Chan, Golub and LeVeque 1983)."""
    n_samples = sum(part.n_samples for part in parts)
    weights = [part.weight for part in parts]
    shares = np.divide(weights, sum(weights))
    mean = sum(share * part.mean for share, part in zip(shares, parts))
    on = sum(share * part.on for share, part in zip(shares, parts))
    # Squares of large numbers overflow.
    apart = [np.sqrt(w) * np.hypot(part.deviation, part.mean - mean) for w, part in zip(shares, parts)]
    return Moments(
        n_samples,
        sum(weights),
        np.result_type(*(part.dtype for part in parts)),
        np.min([part.lowest for part in parts], axis=0),
        np.max([part.highest for part in parts], axis=0),
        mean,
        np.hypot.reduce(apart, axis=0),
        on,
        None,
    )


def feature_moments(moments, fit_intercept, hidden=False, to_the_optimum=False):
    """The FeatureMoments of samples with these Moments.

    hidden : for a network with hidden layers, whose damping is HIDDEN_DAMPING
    to_the_optimum : for a search that ends near it, so that the coordinates do not decide how what it finds generalises
    """
    mean, deviation = moments.mean, moments.deviation
    spread = _spread(moments.lowest, moments.highest, moments.dtype)
    if fit_intercept and moments.subsample is not None and sparse.issparse(moments.subsample.X):
        _check_offsets(mean, spread)
    if not fit_intercept:
        deviation = np.hypot(deviation, mean)
        spread = np.maximum(spread, np.abs(mean))
    centre = np.where(moments.on < RARELY_ON, 0.0, mean) if fit_intercept else None
    damping = HIDDEN_DAMPING if hidden else DAMPING
    medians = MEDIANS if to_the_optimum and not hidden else 0.0
    return FeatureMoments(centre, mean, deviation, spread, damping, medians, moments.subsample, moments.n_samples)


class Conditioning(NamedTuple):
    """Coordinates, and what goes with them.

    gains : (d,) factors on random weights (..., d) of equal variance, in proportion to each feature's deviation in the
        coordinates, with which a sum of uncorrelated features has half the variance that it has of standardised ones
    moments : what they were computed from
    """

    coordinates: Coordinates
    gains: np.ndarray
    moments: FeatureMoments


def condition(moments, l2):
    """Standardised coordinates, damped so that a feature that is nearly constant gets no huge step.

    own_j**2 = deviation_j**2 + damping * (max_j - min_j)**2 + l2. The damping is relative to each feature's own
    range, so that a small feature beside a large one is neither starved nor inflated; with l2, which is the curvature
    that the penalty adds, a feature of small variance does not make the penalty stiff.

    Samples that are fewer than features can be told apart in many ways, between which the penalty decides, and so do
    steps with its units: all features have one scale, the root of the mean of own**2. Where samples are more and there
    is a penalty, scale_j**2 = own_j**2 + (medians * median(own))**2. Either is kept within MOST_APART times own_j.
    """
    # The squares of large numbers overflow, those of small ones vanish.
    damped = np.hypot(moments.deviation, np.sqrt(moments.damping) * moments.spread)
    own = np.hypot(damped, np.sqrt(l2))
    constant = moments.spread == 0
    if not constant.all() and own[~constant].max() < SMALLEST_SCALE:
        raise ValueError(
            f"All features range over less than {SMALLEST_SCALE}, too little with l2 == {l2:.3g}: scale them."
        )
    if constant.any():
        # Nothing tells their scale; the largest there is gives the smallest steps.
        own[constant] = max(own.max(initial=0, where=~constant), np.abs(moments.mean[constant]).max()) or 1.0
    scale = own
    if len(own) > moments.n_samples:
        scale = np.sqrt(np.mean(np.square(own / own.max()))) * own.max()
    elif l2:
        scale = np.hypot(own, moments.medians * np.median(own))
    scale = np.clip(scale, own / MOST_APART, own * MOST_APART)
    scale = np.maximum(scale, SMALLEST_SCALE)
    if constant.all():
        # A stream may begin with one sample. Units that start at 0 might stay there, as relu does.
        return Conditioning(Coordinates(moments.centre, scale), np.full_like(scale, np.sqrt(0.5)), moments)
    deviations = np.where(constant, 0.0, moments.deviation / scale)
    # Without l2, whose part in the scale keeps weights small that the penalty would draw back anyway.
    ratios = np.divide(moments.deviation, damped, out=np.zeros_like(scale), where=~constant)
    gains = deviations / (np.sqrt(2 * np.mean(ratios**4)) or 1.0)
    return Conditioning(Coordinates(moments.centre, scale), gains, moments)
