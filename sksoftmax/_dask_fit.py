# SPDX-License-Identifier: BSD-3-Clause
"""A plain estimator, fitted to samples in parts: by L-BFGS, or by local SGD."""

from dataclasses import replace
from functools import partial, reduce

import numpy as np

from sksoftmax import _hyperparameters as hyperparameters
from sksoftmax._dask_parts import (
    Kind,
    counts_of,
    moments_of_part,
    pass_of_part,
    smoothness_of_part,
    sums_of_part,
    values_of_part,
)
from sksoftmax._diagnosis import advice, divergence, start_of
from sksoftmax._engine.batch_size import automatic_batch_size
from sksoftmax._engine.conditioning import together
from sksoftmax._engine.lbfgs import descend
from sksoftmax._engine.parts import PartedObjective, Rounds, Sums
from sksoftmax._engine.reading import computed_in
from sksoftmax._engine.result import TrainingResult
from sksoftmax._engine.schedules import constant
from sksoftmax._engine.sgd import go_through
from sksoftmax._engine.smoothness import Smoothness
from sksoftmax._engine.updates import choose_rule
from sksoftmax._training import begin_one, coordinates_of, own_stream, standard_moments
from sksoftmax._watching import Epoch
from sksoftmax._weights import class_factors

# A round comes less far than an epoch of one machine, the more so the later: one that lowers the objective by this part
# of the tolerance is still an improvement.
PART_OF_TOLERANCE = 0.5


def fit_to_parts(plain, parts, watch):
    """Fit a plain estimator to Parts, and return what to warn of, or None; `watch` as of `fit_together`."""
    plain.classes_ = parts.classes
    vars(plain).update(parts.input_attributes)
    sizes = plain._sizes(plain.n_features_in_)
    counts = np.array(parts.each(counts_of, len(plain.classes_)))
    factors, n_equal = _weighting(plain, counts)
    plain.l2_ = hyperparameters.penalty(plain, n_equal)
    random_state, _ = own_stream(plain.random_state)
    seed = random_state.randint(2**31 - 1)
    moments = together([m for m in parts.each(moments_of_part, factors, seed) if m is not None])
    rescaled = plain.learning_rate_init == "auto" or plain.solver == "lbfgs"
    state, network = begin_one(
        plain,
        sizes,
        computed_in(moments.dtype),
        None,
        random_state,
        standard_moments(plain, moments) if rescaled else None,
    )

    def tell(results, parameters):
        return watch(Epoch(plain, None, state, results[0], parameters))

    if watch is not None:
        tell([TrainingResult()], network.parameters)
    weights, start = counts[:, 0] @ factors, start_of(plain, network)
    train = _by_lbfgs if plain.solver == "lbfgs" else partial(_by_local_sgd, shares=weights / weights.sum(), seed=seed)
    result = train(plain, parts, state, network, factors, n_equal, moments.n_samples, watch and tell)
    if result.diverged:
        raise divergence(plain, result, np.stack([moments.lowest, moments.highest]))
    if result.interrupt:
        raise result.interrupt
    plain._publish(result, coordinates_of(state))
    return advice(plain, result, start)


def _by_lbfgs(plain, parts, state, network, factors, n_equal, n_samples, on_epoch):
    settings = hyperparameters.settings(plain, None, state["scale"], n_samples)
    fixed = factors, Kind.of(network), settings, state["mean"]

    def total_of(vector):
        return reduce(Sums.plus, parts.each(sums_of_part, *fixed, vector))

    objective = PartedObjective(network, settings, n_equal, total_of)
    (result,) = descend(objective, [settings], on_epoch=on_epoch)
    return result


def _by_local_sgd(plain, parts, state, network, factors, n_equal, n_samples, on_epoch, shares, seed):
    kind, mean, scale = Kind.of(network), state["mean"], state["scale"]
    n_of_parts, values = np.transpose(parts.each(values_of_part, factors))
    batch_size = plain.batch_size
    if batch_size == "auto":
        batch_size = automatic_batch_size(n_samples / len(parts), kind.sizes, n_of_parts @ values / n_samples)
    n_steps = -(-int(n_of_parts.max()) // batch_size)
    smoothness = None
    if plain.learning_rate_init == "auto":
        coordinates = coordinates_of(state)._replace(scale=scale)
        start = network.parameters.flat
        each = parts.each(smoothness_of_part, factors, seed, kind, coordinates, start)
        smoothness = Smoothness.of_parts([one for one in each if one is not None])
    settings = hyperparameters.settings(plain, smoothness, scale, batch_size)
    settings = replace(settings, tolerance=PART_OF_TOLERANCE * settings.tolerance)
    without_penalty = replace(settings, l2=0.0, scale=None, schedule=constant)
    options = {
        "solver": plain.solver,
        "nesterov": plain.nesterovs_momentum,
        "batch_size": batch_size,
        "mean": mean,
        "shuffle": bool(plain.shuffle),
        "in_blocks": plain.shuffle == "blocks",
    }
    of_steps = factors, seed, kind, replace(settings, schedule=constant), options
    sums = []

    def total_at(vector):
        # They stay with the workers too, where a pass needs its own.
        sums[:] = parts.start(sums_of_part, factors, kind, without_penalty, mean, vector)
        return reduce(Sums.plus, parts.results(sums))

    def passes_from(*common):
        return parts.each(pass_of_part, *of_steps, *common, own=list(enumerate(sums)))

    rounds = Rounds(shares, n_steps, batch_size, n_equal, total_at, passes_from)
    rule = choose_rule(plain.solver, [settings.momentum], plain.nesterovs_momentum, at_once=False)
    (result,) = go_through(network, rounds, rule, [settings], on_epoch=on_epoch)
    return result


def _weighting(plain, counts):
    """What to multiply the weights of each class by, (n_classes,), so that those above zero are 1 on average; and
    `n_equal` as of Samples. counts (n_parts, 3, n_classes) are those of `counts_of`."""
    weight, n_samples = counts[:, 0].sum(axis=0), counts[:, 1].sum(axis=0)
    smallest = counts[:, 2].min(axis=0)
    factors = class_factors(np.arange(len(weight)), plain.classes_, weight, plain.class_weight)
    if factors is None:
        factors = np.ones(len(weight))
    counting = (factors > 0) & (n_samples > 0)
    n = n_samples[counting].sum()
    if not n:
        raise ValueError("All weights are zero: sample_weight and class_weight leave no sample to train on.")
    factors = factors * (n / (factors @ weight))
    lightest = (factors[counting] * smallest[counting]).min()
    return factors, float(n / lightest)
