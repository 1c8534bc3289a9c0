# SPDX-License-Identifier: BSD-3-Clause
"""Full-batch L-BFGS (Liu and Nocedal 1989; Byrd et al. 1995) through scipy, on the same objective and gradient."""

import numpy as np
from scipy.optimize import minimize

from sksoftmax._engine.calls import run
from sksoftmax._engine.interrupts import quietly
from sksoftmax._engine.minibatches import Minibatches
from sksoftmax._engine.penalty import Penalty
from sksoftmax._engine.result import TrainingResult
from sksoftmax._engine.stopping import resolution
from sksoftmax._engine.threads import with_blas_threads


class Objective:
    """J and its gradient as a function of a flat parameter vector, for one model.

    Parameters
    ----------
    network : Network of one model
    samples : Samples
    settings : Settings; the vector is in the coordinates x / scale where it has a scale
    mean : (d,) that is subtracted from the samples, or None
    """

    def __init__(self, network, samples, settings, mean=None):
        parameters = network.parameters
        self.network, self._gradient = network, parameters.zeros_like()
        self._inverse_scale = None if settings.scale is None else (1 / settings.scale).astype(parameters.dtype)
        self._stream = Minibatches(samples, len(samples.rows), parameters.sizes, parameters.dtype, mean)
        self._penalty = Penalty([settings.l2], parameters)
        self.part_rows = self._stream.part_rows
        n = self._stream.n_samples
        self._accumulate = network.accumulation(self._gradient, [(0.0, 0.0)] * len(parameters.layers), 1.0 / n)
        self._add_penalty = self._penalty.add_gradient(parameters, self._gradient, np.ones(1))
        self.data_loss = self.penalty = np.nan

    def resolution(self):
        """The `stopping.resolution` of the latest value (float)."""
        units = resolution(np.array([self.data_loss + self.penalty]), self._stream.standard_errors())
        return float(units[0])

    def theta(self):
        """The vector of the network's parameters (float64)."""
        vector = self.network.parameters.take([0])
        if self._inverse_scale is not None:
            W = vector.layers[0].W
            np.divide(W, self._inverse_scale, out=W)
        return vector.flat.astype(np.float64)

    def set(self, theta):
        """Overwrite the network's parameters."""
        self.network.parameters.flat[:] = theta
        self._divide_by_scale(self.network.parameters)

    def _divide_by_scale(self, parameters):
        if self._inverse_scale is not None:
            W = parameters.layers[0].W
            np.multiply(W, self._inverse_scale, out=W)

    def __call__(self, theta):
        """J (float) and dJ/dtheta (float64) at the flat parameter vector theta."""
        parameters, n = self.network.parameters, self._stream.n_samples
        self.set(theta)
        # A batch of up to `part_rows` comes as a part of its own; the full batch is one step either way.
        for parts, _ in self._stream.epoch():
            self._accumulate(parts)
        run(self._add_penalty)
        self.data_loss = float(self._stream.loss_sum[0]) / n
        self.penalty = float(self._penalty.value(parameters)[0])
        self._divide_by_scale(self._gradient)
        return self.data_loss + self.penalty, self._gradient.flat.astype(np.float64)


def train(
    network, samples, settings, *, mean=None, gradient_tolerance=1e-4, keep_minibatch_losses=False, on_epoch=None
):
    """Minimise the objective of each model of a stack, one after the other.

    Takes what `sgd.train` takes. `gradient_tolerance`, in units of `stopping.resolution`, bounds the largest component
    of the gradient in the coordinates of the settings.
    An iteration counts as an epoch, whose only minibatch are all samples.
    """
    results = [
        _train_one(network.take([m]), samples, settings[m], mean, gradient_tolerance, on_epoch)
        for m in range(len(settings))
    ]
    if keep_minibatch_losses:
        for result in results:
            result.minibatch_loss = [np.array(result.data_loss)]
    return results


def _train_one(network, samples, settings, mean, gradient_tolerance, on_epoch):
    objective = Objective(network, samples, settings, mean)
    result = TrainingResult(parameters=network.parameters)

    def record(theta):
        result.data_loss.append(objective.data_loss)
        result.penalty.append(objective.penalty)
        result.n_updates += 1
        result.updates.append(result.n_updates)
        if on_epoch is not None:
            objective.set(theta)
            on_epoch([result], network.parameters)

    def search(theta, tolerance):
        n_left = settings.max_epochs - result.n_epochs
        return minimize(
            objective,
            theta,
            jac=True,
            method="L-BFGS-B",
            callback=record,
            options={
                "maxiter": n_left,
                "maxfun": 20 * n_left,
                "maxls": 50,
                "gtol": tolerance,
                # Where the objective's own rounding ends the search.
                "ftol": np.finfo(network.parameters.dtype).eps,
            },
        )

    def run():
        found = search(objective.theta(), gradient_tolerance)
        bound = gradient_tolerance
        # SciPy's bound is absolute. How small it has to be is known where the objective has become small.
        while found.status == 0 and (finer := gradient_tolerance * objective.resolution()) < _largest(found) <= bound:
            if result.n_epochs == settings.max_epochs:
                found.update(status=1, message="maximum number of iterations reached")
                break
            bound = finer
            found = search(found.x, bound)
        return found

    found = with_blas_threads(
        lambda: quietly(run, over="ignore", invalid="ignore"), network.parameters, objective.part_rows
    )
    objective.set(found.x)
    if not result.data_loss:
        objective(found.x)
        record(found.x)
    result.converged, result.diverged = found.status == 0, not np.isfinite(found.fun)
    result.message, result.best_epoch = str(found.message), result.n_epochs - 1
    return result


def _largest(found):
    return np.abs(found.jac).max()
