# SPDX-License-Identifier: BSD-3-Clause
"""Full-batch L-BFGS of a stack of models, on the same objective and gradient as the other solvers."""

from itertools import pairwise

import numpy as np

from sksoftmax._engine.calls import run
from sksoftmax._engine.interrupts import quietly
from sksoftmax._engine.minibatches import Minibatches
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.penalty import Penalty
from sksoftmax._engine.quasi_newton import minimise
from sksoftmax._engine.result import Course, TrainingResult
from sksoftmax._engine.stopping import resolution
from sksoftmax._engine.threads import with_blas_threads

# The gradient of a coefficient is in proportion to the share of its class, and so is its curvature: with more classes,
# gradients as small are as far from the optimum.
FEW_CLASSES = 10


class Objective:
    """J and its gradient of each model of a stack as functions of a vector of its parameters, layer after layer.

    Parameters
    ----------
    network : Network
    samples : Samples
    settings : list of Settings; vectors are in the coordinates x / scale where they have a scale
    mean : (d,) that is subtracted from the samples, or None
    validation : Samples to evaluate the models on, or None

    Attributes
    ----------
    data_loss, penalty : (M,) at the latest vectors
    """

    def __init__(self, network, samples, settings, mean=None, validation=None):
        parameters = network.parameters
        shape, n_models = (parameters.sizes, parameters.dtype, mean), parameters.n_models
        self._stream = Minibatches(samples, len(samples.rows), *shape, n_models=n_models)
        self.part_rows = self._stream.part_rows
        self._held_out = validation and Minibatches(
            validation, self.part_rows, *shape, n_models=n_models, beside=self._stream
        )
        self._bind(network, list(settings))

    def _set_models(self, network, settings):
        self.network, self.settings = network, settings
        scales = [s.scale for s in settings]
        self._scale = 1.0 if scales[0] is None else np.stack(scales)[:, None, :]

    def _bind(self, network, settings):
        parameters, n_models = network.parameters, len(settings)
        self._set_models(network, settings)
        self._gradient = parameters.zeros_like()
        self._penalty = Penalty([s.l2 for s in settings], parameters)
        n = self._stream.n_samples
        self._accumulate = network.accumulation(self._gradient, [(0.0, 0.0)] * len(parameters.layers), 1.0 / n)
        self._add_penalty = self._penalty.add_gradient(parameters, self._gradient, np.ones(n_models))
        self.data_loss = self.penalty = np.full(n_models, np.nan)

    def tolerances(self):
        """(M,): those of the settings, in units of the `stopping.resolution` of the latest values, at most 1, and of
        the share of a class where there are more than FEW_CLASSES."""
        units = np.minimum(1.0, resolution(self.data_loss + self.penalty, self._standard_errors()))
        units *= min(1.0, FEW_CLASSES / self.network.parameters.sizes[-1])
        return np.maximum([s.tolerance for s in self.settings], 0.0) * units

    def _standard_errors(self):
        return self._stream.standard_errors()

    def loss_sums(self):
        """sum_i w_i CE_i and sum_i w_i CE_i^2 of the only model, floats, at the latest vectors."""
        return float(self._stream.loss_sum[0]), float(self._stream.square_sum[0])

    def take(self, stay):
        """Go on with the models at these positions only."""
        for stream in filter(None, (self._stream, self._held_out)):
            stream.serve(len(stay))
        self._bind(self.network.take(stay), [self.settings[i] for i in stay])

    def validated(self):
        """Loss and accuracy of each model on the validation samples, at the latest vectors; nothing without any."""
        return [] if self._held_out is None else list(zip(*self.network.evaluate(self._held_out)))

    def vectors(self):
        """(M, N) float64 of the network's parameters."""
        return self._to_vectors(self.network.parameters, self._scale)

    def _to_vectors(self, parameters, factor):
        vectors = np.empty((parameters.n_models, Parameters.count(parameters.sizes)))
        for (W, b), layer in zip(self._layers_of(vectors), parameters.layers):
            np.multiply(layer.W, factor, out=W)
            b[:] = layer.b
            factor = 1.0
        return vectors

    def _layers_of(self, vectors):
        """Views (W, b) of each layer of vectors (M, N)."""
        start = 0
        for fan_in, fan_out in pairwise(self.network.parameters.sizes):
            middle = start + fan_out * fan_in
            yield vectors[:, start:middle].reshape(-1, fan_out, fan_in), vectors[:, middle : middle + fan_out]
            start = middle + fan_out

    def set(self, vectors):
        """Overwrite the network's parameters."""
        factor = 1 / self._scale
        for (W, b), layer in zip(self._layers_of(vectors), self.network.parameters.layers):
            layer.W[:], layer.b[:] = W * factor, b
            factor = 1.0

    def __call__(self, vectors):
        """J (M,) and its gradients (M, N), float64, at the vectors (M, N)."""
        self.set(vectors)
        # A batch of up to `part_rows` comes as a part of its own; the full batch is one step either way.
        for parts, _ in self._stream.epoch():
            self._accumulate(parts)
        run(self._add_penalty)
        self.data_loss = self._stream.loss_sum / self._stream.n_samples
        self.penalty = self._penalty.value(self.network.parameters)
        return self.data_loss + self.penalty, self._to_vectors(self._gradient, 1 / self._scale)


def train(
    network,
    samples,
    settings,
    *,
    mean=None,
    validation=None,
    earlier=None,
    with_course=False,
    keep_minibatch_losses=False,
    on_epoch=None,
):
    """Minimise the objective of each model of a stack, evaluating all that have not ended in one product.

    Takes what `sgd.train` takes. A model has converged where no component of its gradient, in the coordinates of its
    settings, is larger than `Objective.tolerances`.
    An iteration counts as an epoch, whose only minibatch are all samples.
    """
    objective = Objective(network, samples, settings, mean, validation)
    results = with_blas_threads(
        lambda: descend(objective, settings, earlier, with_course, on_epoch),
        network.parameters,
        objective.part_rows,
    )
    if keep_minibatch_losses:
        for result in results:
            result.minibatch_loss = [np.array(result.data_loss)]
    return results


def descend(objective, settings, earlier=None, with_course=False, on_epoch=None):
    """Minimise each model of an Objective, as `train` does."""
    descent = _Descent(objective, settings, earlier, with_course, on_epoch)
    course = None if earlier is None else earlier.course.numbers

    def search():
        minimise(
            objective,
            objective.vectors() if course is None else course["points"],
            np.array([s.max_epochs for s in settings]),
            objective.tolerances,
            np.finfo(objective.network.parameters.dtype).eps,
            descent.moved,
            descent.ended,
            course,
        )

    try:
        quietly(search, over="ignore", invalid="ignore", divide="ignore")
    except KeyboardInterrupt as interrupt:
        if descent.saved is None:
            raise
        descent.cut(interrupt)
    if descent.saved is not None:
        *_, descent.results[0].course = descent.saved
    return descent.results


class _Descent:
    """What becomes of the models of an Objective on their way to the minimum; takes what `descend` takes.

    Attributes
    ----------
    results : list of TrainingResult
    saved : (number of iterations, Parameters, Course or None) of the only model after its latest one, or None
    """

    def __init__(self, objective, settings, earlier, with_course, on_epoch):
        self._objective, self._settings, self._with_course = objective, settings, with_course
        self._on_epoch = on_epoch
        self.results, self.saved = [TrainingResult() for _ in settings] if earlier is None else [earlier], None

    def moved(self, models, places, converged, course_now):
        """Take notice of an iteration; return which of the models (n,) bool shall stop."""
        self._record(models, places)
        for m, has_converged in zip(models, converged):
            self.results[m].converged = bool(has_converged)
        if len(self._settings) == 1:
            kept = self._objective.network.parameters.take([0])
            course = Course({"parameters": kept}, course_now()) if self._with_course else None
            self.saved = self.results[0].n_epochs, kept, course
        stop = np.zeros(len(models), bool)
        if self._on_epoch is not None:
            for i, (m, place) in enumerate(zip(models, places)):
                result = self.results[m]
                stop[i] = bool(self._on_epoch([result], self._objective.network.parameters.take([place])))
                result.stopped = bool(stop[i] and not converged[i])
        return stop

    def ended(self, models, finished, converged, points):
        """Take those from the objective that have finished."""
        # What was evaluated last may not be where they are.
        self._objective.set(points)
        without = [place for place in np.flatnonzero(finished) if not self.results[models[place]].data_loss]
        if without:
            self._objective(points)
            self._record(models[without], without)
        for place in np.flatnonzero(finished):
            result, most = self.results[models[place]], self._settings[models[place]].max_epochs
            result.parameters = self._objective.network.parameters.take([place])
            result.converged = bool(converged[place])
            result.diverged = not np.isfinite(result.data_loss[-1] + result.penalty[-1])
            if not (result.converged or result.stopped) and result.n_epochs < most:
                result.message = "no step lowers the objective further"
        if not finished.all():
            self._objective.take(np.flatnonzero(~finished))

    def cut(self, interrupt):
        """End where the latest iteration left the only model."""
        (result,) = self.results
        n_epochs, result.parameters, _ = self.saved
        result.cut(n_epochs, interrupt)

    def _record(self, models, places):
        objective, validated = self._objective, self._objective.validated()
        for result, place in zip([self.results[m] for m in models], places):
            result.data_loss.append(float(objective.data_loss[place]))
            result.penalty.append(float(objective.penalty[place]))
            result.n_updates += 1
            result.updates.append(result.n_updates)
            if validated:
                result.add_validation(*validated[place])
