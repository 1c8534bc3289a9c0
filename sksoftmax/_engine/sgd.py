# SPDX-License-Identifier: BSD-3-Clause
"""Minibatch training of a stack of models on one stream of batches: the package's only training loop."""

import numpy as np

from sksoftmax._engine.interrupts import quietly
from sksoftmax._engine.minibatches import PART_ROWS, Minibatches
from sksoftmax._engine.penalty import Penalty
from sksoftmax._engine.result import TrainingResult
from sksoftmax._engine.stopping import Patience
from sksoftmax._engine.threads import with_blas_threads
from sksoftmax._engine.updates import choose_rule

# A learning rate that plateaus have shrunk below this part of its start ends the training.
SMALLEST_SHRINK = 1e-2


class _Stack:
    """The models that still train. Arrays are (M,) in the order of `models`, their indices in the whole stack."""

    def __init__(self, network, settings, stream, validation, rule, moments):
        self.settings, self._rule = list(settings), rule
        self.stream, self.validation = stream, validation
        self.models = np.arange(len(settings))
        self.patience = Patience([s.tolerance for s in settings], [s.patience for s in settings])
        self.shrink = np.ones(len(settings))
        self.lowest = np.full(len(settings), np.inf)
        self._bind(network, moments)
        self.best = network.parameters.take(self.models) if validation else None

    def _bind(self, network, moments):
        self.network = network
        l2 = [s.l2 for s in self.settings]
        self.penalty = Penalty(l2, network.parameters)
        scales = [s.scale for s in self.settings]
        inverse_scale = None if scales[0] is None else 1 / np.stack(scales)[:, None, :]
        self.rule = self._rule(network, self.penalty, self.stream.divisor, moments, inverse_scale)

    @property
    def kept(self):
        """What the models would end with now."""
        return self.network.parameters if self.best is None else self.best

    def each(self, name):
        return np.array([getattr(s, name) for s in self.settings], dtype=np.float64)

    def rates(self, epoch):
        return self.each("learning_rate") * [s.schedule(epoch) for s in self.settings] * self.shrink

    def take(self, stay):
        """Go on with the models at these positions only."""
        self.models = self.models[stay]
        self.settings = [self.settings[i] for i in stay]
        self.patience, self.shrink, self.lowest = self.patience.take(stay), self.shrink[stay], self.lowest[stay]
        for stream in filter(None, (self.stream, self.validation)):
            stream.serve(len(stay))
        self.best = self.best and self.best.take(stay)
        self._bind(self.network.take(stay), [m.take(stay) for m in self.rule.moments])


def train(
    network,
    samples,
    settings,
    *,
    solver="sgd",
    nesterov=False,
    batch_size=32,
    divisor=None,
    mean=None,
    shuffle=None,
    validation=None,
    monitor="loss",
    moments=None,
    n_updates=0,
    first_epoch=0,
    keep_minibatch_losses=False,
    on_epoch=None,
):
    """Minimise the objective of each model of a stack by steps on minibatches.

    Parameters
    ----------
    network : Network, whose parameters are the start, for samples less `mean`; they are overwritten
    samples : Samples
    settings : one Settings for each model, all with a scale or none
    solver : "sgd" or "adam"
    nesterov : bool
    batch_size : int
    divisor : what the gradient of a batch is divided by; None is the batch size, at most the number of samples
    mean : (d,) float64 that is subtracted from the samples, or None
    shuffle : RandomState, or None to keep the order of the samples
    validation : Samples or None; with them, a model's best parameters on them are what it returns
    monitor : "loss" or "accuracy", what "best" and "plateau" mean on the validation samples
    moments, n_updates : what the update rule remembers of earlier epochs and how many updates those made
    first_epoch : epochs completed before, for the schedule
    keep_minibatch_losses : bool
    on_epoch : called after each epoch with the TrainingResults that it has added to and the Parameters that they would
        end with, which the next epoch overwrites; or None

    Returns
    -------
    results : list of TrainingResult, one for each model
    """
    results = [TrainingResult(n_updates=n_updates) for _ in settings]
    at_once = min(batch_size, len(samples.rows)) <= PART_ROWS and all(s.scale is None for s in settings)
    rule = choose_rule(solver, [s.momentum for s in settings], nesterov, at_once)
    parameters, n_models = network.parameters, len(settings)
    sizes, dtype = parameters.sizes, parameters.dtype
    stream = Minibatches(samples, batch_size, sizes, dtype, mean, shuffle, n_models, divisor, keep_minibatch_losses)
    held_out = validation and Minibatches(validation, PART_ROWS, sizes, dtype, mean, None, n_models)
    stack = _Stack(network, settings, stream, held_out, rule, moments)

    def run():
        epoch = 0
        while len(stack.models):
            active = [results[m] for m in stack.models]
            _epoch(stack, active, first_epoch + epoch)
            if keep_minibatch_losses:
                for result, losses in zip(active, stream.step_losses().T):
                    result.minibatch_loss.append(losses)
            epoch += 1
            finished = _finished(stack, active, epoch, monitor)
            if on_epoch is not None:
                on_epoch(active, stack.kept)
            _retire(stack, active, np.flatnonzero(finished))

    with_blas_threads(lambda: quietly(run, over="ignore", invalid="ignore"), parameters, stream.batch_size)
    return results


def _epoch(stack, results, epoch):
    """One pass over the stream; adds a value to each curve."""
    rates = stack.rates(epoch)
    stack.rule.set_rates(rates, stack.each("momentum"))
    before = stack.penalty.value(stack.network.parameters)
    done = results[0].n_updates
    steps = 0
    for parts, share in stack.stream.epoch():
        stack.rule.step(parts, share, done + steps)
        steps += 1
    after = stack.penalty.value(stack.network.parameters)
    # Steps start at the parameters 0, 1, ..., steps - 1 of the way: the mean of the penalty over them, to first order.
    penalty = before + (after - before) * (steps - 1) / (2 * steps)
    data_loss = stack.stream.loss_sum / stack.stream.n_samples
    for i, result in enumerate(results):
        result.n_updates = done + steps
        result.updates.append(done + steps)
        result.data_loss.append(float(data_loss[i]))
        result.penalty.append(float(penalty[i]))
        result.learning_rate.append(float(rates[i]))
    if stack.validation is not None:
        losses, accuracies = stack.network.evaluate(stack.validation)
        for result, loss, accuracy in zip(results, losses, accuracies):
            result.validation_loss.append(float(loss))
            result.validation_accuracy.append(float(accuracy))


def _monitored(result, monitor):
    """The latest value, the smaller the better, that tells whether a model still improves."""
    if not result.validation_loss:
        return result.data_loss[-1] + result.penalty[-1]
    return result.validation_loss[-1] if monitor == "loss" else -result.validation_accuracy[-1]


def _finished(stack, results, epoch, monitor):
    """Which models (M,) end here; notes why in their results."""
    values = np.array([_monitored(r, monitor) for r in results])
    diverged = ~np.isfinite([r.data_loss[-1] + r.penalty[-1] for r in results]) | ~np.isfinite(values)
    if stack.validation is not None:
        better = np.flatnonzero(values < stack.lowest)
        stack.lowest[better] = values[better]
        stack.best.put(better, stack.network.parameters)
        for i in better:
            results[i].best_epoch = epoch - 1
    plateau = stack.patience.exhausted(values)
    shrink = stack.each("shrink")
    adaptive = plateau & ~np.isnan(shrink)
    stack.shrink[adaptive] *= shrink[adaptive]
    stack.patience.renew(adaptive)
    # A plateau may be the far side of a swing: momentum starts anew from there (O'Donoghue and Candes 2015).
    stack.rule.restart(adaptive)
    converged = plateau & (~adaptive | (stack.shrink < SMALLEST_SHRINK))
    for result, is_converged, is_diverged in zip(results, converged, diverged):
        result.converged, result.diverged = bool(is_converged and not is_diverged), bool(is_diverged)
    return converged | diverged | (epoch >= stack.each("max_epochs"))


def _retire(stack, results, finished):
    """Hand the finished models' parameters to their results and go on with the others."""
    if not len(finished):
        return
    for i in finished:
        results[i].parameters = stack.kept.take([i])
        # The last step comes after the last loss.
        results[i].diverged |= not np.isfinite(results[i].parameters.flat).all()
        results[i].moments = [moment.take([i]) for moment in stack.rule.moments]
        if stack.best is None:
            results[i].best_epoch = results[i].n_epochs - 1
    stay = np.setdiff1d(np.arange(len(results)), finished)
    if len(stay):
        stack.take(stay)
    else:
        stack.models = stay
