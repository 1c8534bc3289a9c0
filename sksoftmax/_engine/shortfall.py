# SPDX-License-Identifier: BSD-3-Clause
"""Whether a training of a model without hidden layers has ended far above the minimum of its objective.

Where samples are few, or the penalty weak, tolerances end a training whose epochs, or gradients, are small although
the minimum is far along directions of little curvature. Newton's method goes there in a few steps, which on small
problems cost less than some epochs. That it lowers the objective proves the shortfall; where its first step promises
too little, there is none.
"""

import numpy as np
from scipy import sparse
from scipy.linalg import lapack

from sksoftmax._engine.cross_entropy import log_softmax
from sksoftmax._engine.interrupts import quietly
from sksoftmax._engine.threads import with_blas_threads

# An objective that is lower by it gives the labels of the samples probabilities that are higher by 5 %, in the
# geometric mean.
FAR = 0.05
# Problems up to that many samples, and multiplications for the Hessian, are small. Where samples are more, tolerances
# are finer: they tell smaller differences.
MOST_SAMPLES, MOST_MULTIPLICATIONS = 2_000, 50_000_000
NEWTON_STEPS, HALVINGS = 6, 12
# The minimum is half of a step's fall (the gradient along it) below where the curvature stays the same, once where
# samples are told apart ever more surely, and by some times as much where it falls on the way.
MOST_FALLS = 3
# Part of the mean curvature that is added to all: the same number added to all intercepts changes nothing.
RIDGE = 1e-12


def is_small(samples, n_classes):
    """Whether Samples of so many classes make a small problem."""
    n_samples, n_values = len(samples.rows), n_classes * (samples.X.shape[1] + 1)
    return n_samples <= MOST_SAMPLES and n_samples * n_values**2 <= MOST_MULTIPLICATIONS


def is_far_above(parameters, samples, l2, coordinates, fit_intercept):
    """Whether the objective can be lowered by FAR, as found within a few steps.

    Parameters
    ----------
    parameters : Parameters of one model of the centred features
    samples : Samples, few enough
    l2 : float
    coordinates : Coordinates to take the steps in
    fit_intercept : bool
    """

    def look():
        return _falls(_Problem(parameters, samples, l2, coordinates, fit_intercept))

    return with_blas_threads(lambda: quietly(look, over="ignore", invalid="ignore"), parameters, len(samples.rows))


def _falls(problem):
    start = value = problem.value(problem.V)
    for _ in range(NEWTON_STEPS):
        step, fall = problem.newton_step()
        if not start - value + MOST_FALLS * fall > FAR:
            break
        for _ in range(HALVINGS):
            lower = problem.value(problem.V - step)
            if lower < value:
                break
            step /= 2
        else:
            break
        problem.V -= step
        value = lower
        if start - value > FAR:
            return True
    return False


class _Problem:
    """The objective as a function of V (K, d + 1), the coefficients and intercepts in the coordinates."""

    def __init__(self, parameters, samples, l2, coordinates, fit_intercept):
        ((W, b),), rows = parameters.pairs(), samples.rows
        X = samples.X[rows]
        X = X.toarray() if sparse.issparse(X) else X
        mean = np.zeros(X.shape[1]) if coordinates.mean is None else coordinates.mean
        scale = np.ones(X.shape[1]) if coordinates.scale is None else coordinates.scale
        self._inputs = np.empty((len(rows), len(mean) + 1))
        np.divide(X - mean, scale, out=self._inputs[:, :-1])
        self._inputs[:, -1] = fit_intercept
        self.V = np.column_stack([W * scale, b])
        weights = np.ones(len(rows)) if samples.weights is None else samples.weights[rows].astype(np.float64)
        self._weights = weights / weights.sum()
        self._penalty = np.append(l2 / np.square(scale), 0.0)
        self._places = samples.targets[rows], np.arange(len(rows))

    def value(self, V):
        log_p = V @ self._inputs.T
        log_softmax(log_p)
        self._P = np.exp(log_p)
        return 0.5 * np.vdot(self._penalty * V, V) - self._weights @ log_p[self._places]

    def newton_step(self):
        """Newton's step (K, d + 1) from V, to which `value` belongs, and the gradient along it."""
        weighted = self._P * self._weights
        delta = weighted.copy()
        delta[self._places] -= self._weights
        gradient = delta @ self._inputs + self._penalty * self.V
        n_classes, n_inputs = gradient.shape
        hessian = np.zeros((n_classes, n_inputs, n_classes, n_inputs))
        # Probabilities sum to one, and so the curvatures of a class with all classes to zero.
        for k in range(n_classes):
            for other in range(k):
                shared = self._inputs.T @ ((weighted[k] * self._P[other])[:, None] * self._inputs)
                # LAPACK reads no more than the upper triangle.
                hessian[other, :, k] = -shared
                hessian[k, :, k] += shared
                hessian[other, :, other] += shared
        hessian = hessian.reshape(gradient.size, gradient.size)
        diagonal = np.einsum("ii->i", hessian)
        diagonal += np.tile(self._penalty, n_classes)
        diagonal += RIDGE * diagonal.mean() + np.finfo(np.float64).tiny
        _, step, info = lapack.dposv(hessian, gradient.ravel(), overwrite_a=True)
        if info:
            # Not positive definite, but for rounding.
            return np.zeros_like(gradient), 0.0
        return step.reshape(gradient.shape), float(np.vdot(gradient, step))
