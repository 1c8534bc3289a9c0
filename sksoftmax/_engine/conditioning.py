# SPDX-License-Identifier: BSD-3-Clause
"""Feature coordinates in which raw data is well conditioned, and the learning rate that they admit.

Training takes its steps on x' = (x - mean) / scale. The network, the objective and its optimum stay those of the raw
features: W' = W * scale, b' = b + W mean, and the penalty on W is one on W' with the weight 1 / scale**2 per feature.
"""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy import sparse

# Dense moments are taken from a subsample of about this many values: they need no more, and memory stays small.
SUBSAMPLE_VALUES = 2**19
FEWEST_ROWS = 256
# The range of all samples is read this many rows at a time, which stay in the cache for the maximum after the minimum.
SPREAD_ROWS = 128
# Part of the squared range that is added to the variance: no value is more than 1 / sqrt(DAMPING) scales from the mean.
DAMPING = 0.02
# Below it 1 / scale**2 would overflow in single precision.
SMALLEST_SCALE = 1e-15
POWER_ITERATIONS = 8
# Learning rate of Adam for a full batch.
ADAM_STEP = 0.05
# A stream that starts with fewer samples than this tells little of those to come; Adam then takes it for a usual size.
FEW_SAMPLES = 30
USUAL_SAMPLES = 10_000


class Coordinates(NamedTuple):
    """An affine change of the features: mean and scale (d,) float64, each None where it changes nothing."""

    mean: np.ndarray | None = None
    scale: np.ndarray | None = None

    @property
    def penalty_weights(self):
        """Weight (d,) of each feature's coefficients in the penalty, or None where all are 1."""
        return None if self.scale is None else self.scale**-2.0

    def to_working(self, W, b):
        """Coefficients (..., d) and intercepts of the raw features as float64 ones of these coordinates."""
        W, b = W.astype(np.float64), b.astype(np.float64)
        if self.mean is not None:
            b += W @ self.mean
        if self.scale is not None:
            W *= self.scale
        return W, b

    def to_raw(self, W, b):
        """The inverse of `to_working`."""
        W, b = W.astype(np.float64), b.astype(np.float64)
        if self.scale is not None:
            W /= self.scale
        if self.mean is not None:
            b -= W @ self.mean
        return W, b


class _Subsample(NamedTuple):
    """Rows X to take moments from, float64, with the weights that make their moments those of all samples, and with
    their gradient weights, which are 1 on average over all samples."""

    X: object
    weights: np.ndarray
    gradient_weights: np.ndarray


def _subsample(samples, fold, random_state):
    X, rows = samples.X, samples.rows
    gradient_weights = np.ones(len(rows)) if samples.weights is None else samples.weights[fold, rows].astype(np.float64)
    gradient_weights /= gradient_weights.mean()
    weights = gradient_weights
    n_rows = max(FEWEST_ROWS, SUBSAMPLE_VALUES // X.shape[1])
    if not sparse.issparse(X) and len(rows) > n_rows:
        # Drawn in proportion to their weights, so that heavy samples are among them.
        chances = None if samples.weights is None else weights / weights.sum()
        drawn = np.sort(random_state.choice(len(rows), n_rows, replace=chances is not None, p=chances))
        rows, weights, gradient_weights = rows[drawn], np.ones(n_rows), gradient_weights[drawn]
    whole = len(rows) == X.shape[0] and samples.rows is rows
    return _Subsample((X if whole else X[rows]).astype(np.float64, copy=False), weights, gradient_weights)


def _moments(X, weights):
    """Weighted mean and variance (d,) of each feature."""
    total = weights.sum()
    mean = X.T @ weights / total
    if sparse.issparse(X):
        squares = X.multiply(X).T @ weights / total
        return mean, np.maximum(squares - mean**2, 0)
    return mean, weights @ np.square(X - mean) / total


def _spread(samples):
    """Range (d,) of each feature over all samples, so that no value anywhere is many scales away from the mean."""
    X, rows = samples.X, samples.rows
    if sparse.issparse(X):
        X = X[rows]
        return (X.max(axis=0).toarray().ravel().astype(np.float64)) - X.min(axis=0).toarray().ravel()
    lowest, highest = np.full(X.shape[1], np.inf), np.full(X.shape[1], -np.inf)
    for start in range(0, len(rows), SPREAD_ROWS):
        chunk = slice(start, start + SPREAD_ROWS)
        block = X[chunk] if len(rows) == X.shape[0] else X[rows[chunk]]
        np.minimum(lowest, block.min(axis=0), out=lowest)
        np.maximum(highest, block.max(axis=0), out=highest)
    return highest - lowest


RAW = Coordinates()


class Conditioning(NamedTuple):
    """Coordinates, and what bounds the step in them (second moments of the transformed features).

    largest_eigenvalue : of the weighted mean of x' x'^T, the intercept's constant feature included
    largest_square : max_i w_i ||x'_i||^2, the mean weight being 1, likewise
    n_samples : int, or infinity for a stream
    """

    coordinates: Coordinates
    largest_eigenvalue: float
    largest_square: float
    n_samples: int

    def learning_rate(self, solver, batch_size, l2, momentum):
        """The learning rate that ``learning_rate_init="auto"`` stands for.

        SGD: 1 / L_b. L_b is the expected smoothness, whole + single, of minibatches (Gower et al. 2019, Prop. 3.8;
        their Theorem 3.1 proves convergence for half of this step) and the largest curvature of the penalty. The factor
        1/2 is the largest eigenvalue of the Hessian of the cross-entropy in the logits (Boehning 1992). Momentum
        multiplies the noise of single samples by 1 / (1 - momentum), but is stable for the curvature (Polyak 1964).
        Adam moves a coefficient by about its learning rate in each step, and the noise of the n / b steps of an epoch
        adds up like their square root: ADAM_STEP * sqrt(b / n), for features of about unit variance.
        """
        n, b = self.n_samples, min(batch_size, self.n_samples)
        if solver == "adam":
            return ADAM_STEP * math.sqrt(b / (n if math.isfinite(n) else USUAL_SAMPLES))
        # Of b samples drawn from n without replacement; the limit where n is infinite.
        single = (1 / b - 1 / n) / (1 - 1 / n) if n > 1 else 0.0
        whole = 1 - single
        loss = 0.5 * (whole * self.largest_eigenvalue + single * self.largest_square / (1 - momentum))
        scale = self.coordinates.scale
        curvature = loss + l2 * (1.0 if scale is None else float(scale.min()) ** -2)
        return 1 / curvature if curvature > 0 else 1.0


def condition(samples, l2, fit_intercept, random_state, fold=0, streaming=False):
    """Standardised coordinates of the samples, damped so that a feature that is nearly constant gets no huge step.

    scale_j**2 = variance_j + DAMPING * (max_j - min_j)**2 + l2. The damping is relative to each feature's own range,
    so that a small feature beside a large one is neither starved nor inflated; with l2, which is the curvature that the
    penalty adds, a feature of small variance does not make the penalty stiff. Without an intercept nothing is centred,
    and the variance is taken around 0.

    `streaming`: more samples will come, of which these are the first.
    """
    if samples.weights is not None:
        samples = replace(samples, rows=samples.rows[samples.weights[fold, samples.rows] > 0])
    X, weights, gradient_weights = _subsample(samples, fold, random_state)
    mean, variance = _moments(X, weights)
    spread = _spread(samples)
    centre = mean if fit_intercept else None
    if not fit_intercept:
        variance += mean**2
        spread = np.maximum(spread, np.abs(mean))
    scale = np.sqrt(variance + DAMPING * spread**2 + l2)
    constant = spread == 0
    if constant.any():
        # Nothing tells their scale; the largest there is gives the smallest steps.
        scale[constant] = max(scale.max(initial=0, where=~constant), np.abs(mean[constant]).max()) or 1.0
    scale = np.maximum(scale, SMALLEST_SCALE)
    eigenvalue, square = _largest_moments(X, weights / weights.sum(), gradient_weights, centre, scale)
    n_samples = len(samples.rows)
    if streaming and n_samples < FEW_SAMPLES:
        # So few tell little of how far from them others lie: as far as unit variance in each feature.
        square, n_samples = max(square, 1.0 + len(scale)), math.inf
    return Conditioning(Coordinates(centre, scale), eigenvalue, square, n_samples)


def _largest_moments(X, weights, gradient_weights, mean, scale):
    """Largest eigenvalue of sum_i weights_i x'_i x'_i^T by power iteration, and max_i gradient_weights_i ||x'_i||^2."""
    centre = np.zeros(X.shape[1])
    if sparse.issparse(X):
        centre = centre if mean is None else mean / scale
        X = X @ sparse.diags(1 / scale)
        squares = np.asarray(X.multiply(X).sum(axis=1)).ravel() - 2 * (X @ centre) + centre @ centre
    else:
        # Implicit centring would lose digits where the mean is far larger than the spread.
        X = (X if mean is None else X - mean) / scale
        squares = np.square(X).sum(axis=1)
    v = np.random.RandomState(0).normal(size=X.shape[1])
    eigenvalue = 0.0
    for _ in range(POWER_ITERATIONS):
        v /= np.linalg.norm(v)
        projections = X @ v - centre @ v
        v = X.T @ (weights * projections) - (weights @ projections) * centre
        eigenvalue = float(np.linalg.norm(v))
        if eigenvalue == 0:
            break
    # The constant feature of the intercept is orthogonal to centred features, and its moment is 1.
    constant = 0.0 if mean is None else 1.0
    square = float((gradient_weights * (np.maximum(squares, 0) + constant)).max())
    return max(eigenvalue, constant), square
