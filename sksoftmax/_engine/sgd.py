# SPDX-License-Identifier: BSD-3-Clause
"""Minibatch training of a stack of models on one stream of batches: the package's only training loop."""

from math import ceil

import numpy as np
from scipy import sparse

from sksoftmax._engine.averaging import IterateMean
from sksoftmax._engine.growth import Growth
from sksoftmax._engine.interrupts import quietly
from sksoftmax._engine.minibatches import Minibatches, part_rows
from sksoftmax._engine.penalty import Penalty
from sksoftmax._engine.result import Course, TrainingResult
from sksoftmax._engine.stopping import Patience, resolution
from sksoftmax._engine.threads import with_blas_threads
from sksoftmax._engine.updates import choose_rule

# A learning rate that plateaus have shrunk below this part of its start ends the training.
SMALLEST_SHRINK = 1e-2
# How many times the steps that momentum remembers a plateau lasts, where its iterates are averaged: without hidden
# layers it may swing past the optimum and back; with them a plateau may be no end, too.
MEMORIES, HIDDEN_MEMORIES = 2, 5


def _patience(settings, network, stream):
    """Epochs of a stream without improvement that make a plateau."""
    patience = max(settings.patience, ceil(MEMORIES * stream.epochs_remembered))
    if not settings.averaged:
        return patience
    memories = MEMORIES if len(network.parameters.layers) == 1 else HIDDEN_MEMORIES
    return max(patience, ceil(memories / (1 - settings.momentum) / stream.n_steps))


class _Stack:
    """The models that still train. Arrays are (M,) in the order of `models`, their indices in the whole stack."""

    def __init__(self, network, settings, stream, validation, monitor, rule, moments):
        self.settings, self._rule = list(settings), rule
        self.stream, self.validation, self.monitor = stream, validation, monitor
        self.models = np.arange(len(settings))
        self.patience = Patience([s.tolerance for s in settings], [_patience(s, network, stream) for s in settings])
        self.shrink = np.ones(len(settings))
        # Of what is monitored, and the objective of the latest epoch.
        self.lowest, self.latest = np.full(len(settings), np.inf), np.full(len(settings), np.inf)
        self.growth = Growth([s.most_growth for s in settings], network.parameters, *stream.growth_limits)
        self.mean = IterateMean(network.parameters) if any(s.averaged for s in settings) else None
        self._bind(network, moments)
        self.best = None if monitor is None else network.parameters.take(self.models)

    def _bind(self, network, moments):
        self.network = network
        self.initial_rates, self.momenta, self.shrinks, self.most_epochs = map(
            self._each, ("learning_rate", "momentum", "shrink", "max_epochs")
        )
        self.averaged = self._each("averaged") > 0
        # The first epoch without improvement ends those that are not patient.
        self._stale_before_averaged = np.where(self._each("patience") < 2, 0, 1)
        self.penalty = Penalty(self._each("l2"), network.parameters)
        self.penalty_now = self.penalty.value(network.parameters)
        scales = [s.scale for s in self.settings]
        inverse_scale = None if scales[0] is None else 1 / np.stack(scales)[:, None, :]
        self.rule = self._rule(network, self.penalty, self.stream.divisor, moments, inverse_scale)
        self.stream.first = self.rule.first

    def _each(self, name):
        return np.array([getattr(s, name) for s in self.settings], dtype=np.float64)

    @property
    def summed(self):
        """Whose iterates (M,) of the coming epoch are summed: those that are averaged, from the first epoch without
        improvement on, or always where that would end them."""
        return self.averaged & (self.patience.stale >= self._stale_before_averaged)

    @property
    def kept(self):
        """What the models would end with now."""
        return self.network.parameters if self.best is None else self.best

    @property
    def course(self):
        vectors, numbers = {"parameters": self.network.parameters}, {"shrink": self.shrink}
        numbers |= {"lowest": self.lowest, "latest": self.latest, **self.patience.course(), **self.growth.course()}
        if self.best is not None:
            vectors["best"] = self.best
        if self.growth.best is not None:
            vectors["smallest"] = self.growth.best
        if self.mean is not None:
            vectors["sum"] = self.mean.total
            numbers |= self.mean.course()
        return Course(vectors, numbers)

    def go_on(self, course):
        """Train the only model on from the course of an earlier training."""
        self.course.overwrite(course)
        self.penalty_now = self.penalty.value(self.network.parameters)

    def rates(self, epoch):
        factors = [s.schedule(epoch) for s in self.settings]
        return self.initial_rates * factors * self.shrink * self.growth.factors

    def move(self, models, parameters, places=None):
        """Put these models where `parameters` have them, as `Parameters.put` does."""
        self.network.parameters.put(models, parameters, places)
        self.penalty_now = self.penalty.value(self.network.parameters)

    def take(self, stay):
        """Go on with the models at these positions only."""
        self.models = self.models[stay]
        self.settings = [self.settings[i] for i in stay]
        self.patience, self.shrink = self.patience.take(stay), self.shrink[stay]
        self.lowest, self.latest = self.lowest[stay], self.latest[stay]
        for stream in filter(None, (self.stream, self.validation)):
            stream.serve(len(stay))
        self.best = self.best and self.best.take(stay)
        network = self.network.take(stay)
        self.growth = self.growth.take(stay, network.parameters)
        self.mean = self.mean and self.mean.take(stay, network.parameters)
        self._bind(network, [m.take(stay) for m in self.rule.moments])


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
    in_blocks=False,
    validation=None,
    monitor="loss",
    with_moments=True,
    keep_minibatch_losses=False,
    **options,
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
    in_blocks : bool, whether neighbours stay together in the new order
    validation : Samples to evaluate the models on after each epoch, or None
    monitor : "loss" or "accuracy", what "plateau" means on the validation samples, and "best", whose parameters a model
        returns; None where these samples, if any, have no effect
    with_moments : whether the results shall have what the update rule remembers in the end
    keep_minibatch_losses : bool
    **options : of `go_through`

    Returns
    -------
    results : list of TrainingResult, one for each model
    """
    network, stream, rule = _prepared(
        network,
        samples,
        settings,
        solver=solver,
        nesterov=nesterov,
        batch_size=batch_size,
        divisor=divisor,
        mean=mean,
        shuffle=shuffle,
        in_blocks=in_blocks,
        keep_losses=keep_minibatch_losses,
    )
    sizes, dtype, n_models = network.parameters.sizes, network.parameters.dtype, len(settings)
    held_out = validation and Minibatches(
        validation, stream.part_rows, sizes, dtype, mean, None, n_models, beside=stream
    )
    options |= {"validation": held_out, "monitor": validation and monitor}
    options |= {"with_moments": with_moments, "keep_minibatch_losses": keep_minibatch_losses}
    return go_through(network, stream, rule, settings, **options)


def _prepared(network, samples, settings, *, solver, nesterov, batch_size, may_skip=True, **options):
    """What takes the steps of an epoch: the network, by feature where that is faster, the stream of its batches, and a
    function that makes the update rule, as `choose_rule` returns it.

    may_skip : whether a step is one product where it can be, and leaves the features alone that a batch does not have
    **options : of Minibatches
    """
    parameters = network.parameters
    sizes, dtype = parameters.sizes, parameters.dtype
    in_one_part = may_skip and min(batch_size, len(samples.rows)) <= part_rows(samples.mean_values, dtype)
    at_once = in_one_part and all(s.scale is None for s in settings)
    lazily = in_one_part and solver == "sgd" and sparse.issparse(samples.X) and _scales_fit(settings, dtype)
    rule = choose_rule(solver, [s.momentum for s in settings], nesterov, at_once, lazily)
    stream = Minibatches(samples, batch_size, sizes, dtype, n_models=len(settings), **options)
    return network.by_feature() if lazily else network, stream, rule


def go_through(
    network,
    stream,
    rule,
    settings,
    *,
    validation=None,
    monitor=None,
    moments=None,
    with_moments=False,
    n_updates=0,
    first_epoch=0,
    earlier=None,
    with_course=False,
    keep_minibatch_losses=False,
    on_epoch=None,
):
    """Go through a stream, epoch after epoch, until each model of a stack has come to its end: the loop of `train`.

    Parameters
    ----------
    network : Network, whose parameters are the start and are overwritten
    stream : Minibatches, or what stands for them
    rule : called as Rule; makes what takes the steps
    settings, monitor, with_moments, keep_minibatch_losses : as of `train`
    validation : Minibatches of the validation samples, or None
    moments, n_updates : what the update rule remembers of earlier epochs and how many updates those made
    first_epoch : epochs completed before, for the schedule
    earlier : TrainingResult with a course, to which the epochs of the only model are added, or None
    with_course : whether the result shall have its course
    on_epoch : called after each epoch with the TrainingResults that it has added to and the Parameters that they would
        end with, which the next epoch overwrites; returns whether to stop. Or None

    Returns
    -------
    results : list of TrainingResult, one for each model
    """
    results = [TrainingResult(n_updates=n_updates) for _ in settings] if earlier is None else [earlier]
    parameters, n_models = network.parameters, len(settings)
    if parameters.is_by_feature:
        moments = moments and [moment.take([0], is_by_feature=True) for moment in moments]
    stack = quietly(
        lambda: _Stack(network, settings, stream, validation, monitor, rule, moments), over="ignore", invalid="ignore"
    )
    if earlier is not None:
        stack.go_on(earlier.course)
    # One is written while the other holds, whenever an interrupt comes.
    spare, saved = [_Saved(stack, with_moments) for _ in range(2)] if n_models == 1 else [], None

    def run():
        nonlocal saved
        epoch = results[0].n_epochs
        while len(stack.models):
            active = [results[m] for m in stack.models]
            _epoch(stack, active, first_epoch + epoch)
            if keep_minibatch_losses:
                for result, losses in zip(active, stream.step_losses().T):
                    result.minibatch_loss.append(losses)
            epoch += 1
            finished = _finished(stack, active, epoch)
            if spare:
                spare.reverse()
                spare[0].write(stack, active[0], with_course)
                saved = spare[0]
            if on_epoch is not None and on_epoch(active, stack.kept):
                for result, is_finished in zip(active, finished):
                    result.stopped = not is_finished
                finished[:] = True
            _retire(stack, active, np.flatnonzero(finished), with_moments, with_course)

    try:
        with_blas_threads(lambda: quietly(run, over="ignore", invalid="ignore"), parameters, stream.batch_size)
    except KeyboardInterrupt as interrupt:
        if saved is None:
            raise
        saved.restore(stack, results[0], interrupt)
        _retire(stack, results, [0], with_moments, with_course)
    return results


def steps_on(network, samples, settings, *, rate, n_updates, moments, pull, averaged, **options):
    """Take the steps of an epoch on samples, which are a part of all.

    Parameters
    ----------
    network, samples : as of `train`; the network's parameters may be overwritten
    settings : Settings of the only model
    rate : learning rate
    n_updates : made before
    moments : list of Parameters, as of `train`; may be overwritten
    pull : Parameters that are added to the gradient of each step, or None
    averaged : whether to return the mean of the iterates
    **options : of `train`: solver, nesterov, batch_size, mean, shuffle, in_blocks

    Returns
    -------
    parameters, moments, mean : Parameters, list of Parameters, and Parameters or None
    """
    network, stream, rule = _prepared(network, samples, [settings], **options, may_skip=pull is None)
    inverse_scale = None if settings.scale is None else 1 / settings.scale[None, None, :]
    parameters = network.parameters
    if parameters.is_by_feature:
        moments = [moment.take([0], is_by_feature=True) for moment in moments]
    rule = rule(network, Penalty([settings.l2], parameters, pull), stream.divisor, moments, inverse_scale)
    stream.first = rule.first
    rule.set_rates(np.array([rate]), np.array([settings.momentum]))
    mean = IterateMean(parameters) if averaged else None

    def run():
        stream.go_through(rule, n_updates, mean)

    with_blas_threads(lambda: quietly(run, over="ignore", invalid="ignore"), parameters, stream.batch_size)
    of_steps = [parameters, *rule.moments, *([mean.of(0)] if averaged else [])]
    parameters, *moments = (each.handed_over(0) for each in of_steps)
    return parameters, moments[: len(rule.moments)], moments[-1] if averaged else None


class _Saved:
    """The only model of a stack as a finished epoch left it, for an interrupt of the next one."""

    def __init__(self, stack, with_moments):
        self._values = np.empty_like(stack.kept.flat)
        self._moments = [np.empty_like(moment.flat) for moment in stack.rule.moments] if with_moments else []
        # Copying the state of random numbers takes as long as a few steps.
        self._goes_on, self._order = with_moments, None

    def write(self, stack, result, with_course):
        self._n_epochs, self._best_epoch = result.n_epochs, result.best_epoch
        self._values[:] = stack.kept.flat
        for values, moment in zip(self._moments, stack.rule.moments):
            values[:] = moment.flat
        self._course = stack.course.of(0) if with_course else None
        if self._goes_on:
            self._order = stack.stream.state()

    def restore(self, stack, result, interrupt):
        result.cut(self._n_epochs, interrupt)
        result.best_epoch = self._best_epoch
        if self._course is not None:
            stack.course.overwrite(self._course)
        stack.kept.flat[:] = self._values
        for moment, values in zip(stack.rule.moments, self._moments):
            moment.flat[:] = values
        if self._goes_on:
            stack.stream.set_state(self._order)


def _scales_fit(settings, dtype):
    """Whether one over their squares is a number of that type."""
    return all(s.scale is None or np.square(1 / s.scale).min() >= np.finfo(dtype).tiny for s in settings)


def _epoch(stack, results, epoch):
    """One pass over the stream; adds a value to each curve."""
    rates = stack.rates(epoch)
    stack.growth.begin(stack.network.parameters)
    stack.rule.set_rates(rates, stack.momenta)
    before, done = stack.penalty_now, results[0].n_updates
    steps = stack.stream.go_through(stack.rule, done, stack.mean if stack.summed.any() else None)
    after = stack.penalty_now = stack.penalty.value(stack.network.parameters)
    # Losses are those 0, 1, ..., n - 1 of n parts of the way: the mean of the penalty there, to first order.
    n = stack.stream.n_points
    penalty = before + (after - before) * (n - 1) / (2 * n)
    data_loss = stack.stream.loss_sum / stack.stream.n_samples
    for i, result in enumerate(results):
        result.n_updates = done + steps
        result.updates.append(done + steps)
        result.data_loss.append(float(data_loss[i]))
        result.penalty.append(float(penalty[i]))
        result.learning_rate.append(float(rates[i]))
    if stack.validation is not None:
        for result, loss, accuracy in zip(results, *stack.network.evaluate(stack.validation)):
            result.add_validation(loss, accuracy)


def _finished(stack, results, epoch):
    """Which models (M,) end here; notes why in their results."""
    losses = np.array([r.data_loss[-1] for r in results])
    objectives = losses + [r.penalty[-1] for r in results]
    values = objectives if stack.monitor is None else _validated(stack, results, epoch)
    diverged = ~(np.isfinite(objectives) & np.isfinite(values))
    restart, units = False, 1.0
    if stack.monitor is None:
        standard_errors = stack.stream.standard_errors()
        # A smaller learning rate than that of the schedule gets less far in an epoch.
        units = resolution(objectives, standard_errors) * np.minimum(stack.growth.factors, 1.0)
        restart = _steered(stack, objectives, losses, standard_errors)
    summed = stack.summed
    plateau = stack.patience.exhausted(values, units, restart)
    if stack.mean is not None:
        stack.mean.reset(~(summed & (stack.patience.stale > 0)))
        _average(stack, results, plateau & stack.averaged)
    adaptive = plateau & ~np.isnan(stack.shrinks)
    if adaptive.any():
        stack.shrink[adaptive] *= stack.shrinks[adaptive]
        stack.patience.renew(adaptive)
        # A plateau may be the far side of a swing: momentum starts anew from there (O'Donoghue and Candes 2015).
        stack.rule.restart(adaptive)
    converged = plateau & (~adaptive | (stack.shrink < SMALLEST_SHRINK))
    for result, is_converged, is_diverged in zip(results, converged, diverged):
        result.converged, result.diverged = bool(is_converged and not is_diverged), bool(is_diverged)
    return converged | diverged | (epoch >= stack.most_epochs)


def _validated(stack, results, epoch):
    """What is monitored on the validation samples (M,), the smaller the better; keeps the best parameters."""
    if stack.monitor == "loss":
        values = np.array([r.validation_loss[-1] for r in results])
    else:
        values = -np.array([r.validation_accuracy[-1] for r in results])
    better = np.flatnonzero(values < stack.lowest)
    stack.lowest[better] = values[better]
    stack.best.put(better, stack.network.parameters)
    for i in better:
        results[i].best_epoch = epoch - 1
    return values


def _steered(stack, objectives, losses, standard_errors):
    """Which models (M,) went back as their learning rate had grown too far. They, and those that are averaged where the
    objective rose, lose their momentum, which would carry them on past the optimum (O'Donoghue and Candes 2015)."""
    back = stack.growth.judge(objectives, losses, standard_errors)
    if back.any():
        stack.move(np.flatnonzero(back), stack.growth.best)
    lost = back | (stack.averaged & (objectives > stack.latest))
    stack.latest = objectives
    if lost.any():
        stack.rule.restart(lost)
    return back


def _average(stack, results, ending):
    """Models (M,) that end go to the mean of their iterates, unless it is worse; the objective there takes the place of
    the epoch's."""
    for i in np.flatnonzero(ending):
        mean, result = stack.mean.of(i), results[i]
        data_loss = stack.stream.mean_loss(mean, stack.network.activation)
        penalty = 0.5 * stack.settings[i].l2 * mean.squared_norm()
        if data_loss + penalty < result.data_loss[-1] + result.penalty[-1]:
            stack.move([i], mean, [0])
            result.data_loss[-1], result.penalty[-1] = data_loss, penalty


def _retire(stack, results, finished, with_moments, with_course):
    """Hand the finished models' parameters (and moments) to their results and go on with the others."""
    if not len(finished):
        return
    for i in finished:
        results[i].parameters = stack.kept.handed_over(i)
        # The last step comes after the last loss.
        results[i].diverged |= not np.isfinite(results[i].parameters.flat).all()
        if with_moments:
            results[i].moments = [moment.handed_over(i) for moment in stack.rule.moments]
        if with_course:
            results[i].course = stack.course.of(i)
    stay = np.setdiff1d(np.arange(len(results)), finished)
    if len(stay):
        stack.take(stay)
    else:
        stack.models = stay
