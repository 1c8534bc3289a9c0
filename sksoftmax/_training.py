# SPDX-License-Identifier: BSD-3-Clause
"""From estimators to the engine: where their training begins or goes on, and the call that trains them together.

Estimators that differ in STACKABLE parameters only train as one stack on one stream of minibatches; a fit is a stack of
one. Each takes its steps in its own coordinates, and equals to rounding what it would be if it were alone.
"""

import copy

import numpy as np
from sklearn.utils import check_random_state

from sksoftmax import _hyperparameters as hyperparameters
from sksoftmax._engine import lbfgs, sgd
from sksoftmax._engine.conditioning import RAW, Coordinates, condition, feature_moments, moments_of
from sksoftmax._engine.in_use import train_on_columns_in_use
from sksoftmax._engine.initialisation import initial_layers
from sksoftmax._engine.interrupts import quietly
from sksoftmax._engine.network import Network
from sksoftmax._engine.parameters import Parameters, stacked
from sksoftmax._engine.reading import computed_in
from sksoftmax._engine.smoothness import measure


def own_stream(random_state):
    """A RandomState that nobody else draws from, so that it can be kept and copied; and its first number, a seed."""
    if random_state is None or isinstance(random_state, np.random.RandomState):
        random_state = check_random_state(random_state).randint(2**31 - 1)
    stream = np.random.RandomState(random_state)
    return stream, stream.randint(2**31 - 1)


def network_of(estimator, layers, dtype):
    """The network to train, of layers for centred samples."""
    _, activation = estimator._hidden_shape()
    return Network(Parameters.of(layers, dtype), activation, estimator.fit_intercept)


def untrained(estimator, sizes, random_state, gains=None, scale=None):
    """The layers that training starts from."""
    _, activation = estimator._hidden_shape()
    return initial_layers(sizes, activation, estimator.init_scale, random_state, gains, scale)


def coordinates_of(state):
    """The Coordinates of the network that is trained: centred, not scaled."""
    return Coordinates(state["mean"])


def begin(estimators, samples, layers, random_state, streaming=False, extremes=None):
    """A training state, and the network to train, of each estimator.

    Parameters
    ----------
    estimators : list, differing in STACKABLE parameters only, with classes
    samples : Samples
    layers : list of (W, b) in raw features to go on from, or None for new ones
    random_state : RandomState
    streaming : bool, whether more samples will come
    extremes : as of `moments_of`

    Returns
    -------
    list of (state, network), where state, a dict of plain arrays and numbers, is what training goes on from beside the
    layers
    """
    first = estimators[0]
    sizes = first._sizes(samples.X.shape[1])
    # Of its own, so that the start does not depend on whether a subsample is drawn.
    seed = random_state.randint(2**31 - 1)
    hidden, _ = first._hidden_shape()
    moments = None
    if first.learning_rate_init == "auto" or first.solver == "lbfgs":
        moments = standard_moments(first, moments_of(samples, seed, extremes))
    if first.solver == "lbfgs" and not hidden and all(estimator.init_scale is None for estimator in estimators):
        # All start at zero, and nothing is drawn later: copies would take longer than the rest.
        streams = [random_state] * len(estimators)
    else:
        streams = [random_state, *(copy.deepcopy(random_state) for _ in estimators[1:])]
    return [
        begin_one(estimator, sizes, computed_in(samples.X.dtype), layers, stream, moments, streaming)
        for estimator, stream in zip(estimators, streams)
    ]


def standard_moments(estimator, moments):
    """The FeatureMoments for an estimator of samples with these Moments."""
    hidden, _ = estimator._hidden_shape()
    return feature_moments(
        moments, estimator.fit_intercept, hidden=len(hidden) > 0, to_the_optimum=estimator.solver == "lbfgs"
    )


def begin_one(estimator, sizes, dtype, layers, random_state, moments, streaming=False):
    """What `begin` returns for one estimator; sizes are those of its layers, moments its FeatureMoments, or None where
    it does not rescale. Without a subsample the state lacks the smoothness."""
    coordinates, gains, smoothness = RAW, None, None
    if moments is not None:
        conditioning = condition(moments, estimator.l2_)
        coordinates, gains = conditioning.coordinates, conditioning.gains
    if layers is None:
        layers = untrained(estimator, sizes, random_state, gains, coordinates.scale)
    else:
        layers = Coordinates(coordinates.mean).to_working(layers)
    network = network_of(estimator, layers, dtype)
    if moments is not None and moments.subsample is not None and estimator.solver != "lbfgs":
        # A huge start of the user's own has none, and diverges.
        smoothness = quietly(lambda: measure(network, conditioning, streaming), over="ignore", invalid="ignore")
    state = {
        "made_for": kind_of_steps(estimator),
        "mean": coordinates.mean,
        "scale": coordinates.scale,
        "smoothness": smoothness and smoothness.plain(),
        "random_state": random_state,
        "moments": [],
        "n_updates": 0,
    }
    return state, network


def resume(estimator, samples):
    """The state and the network with which `partial_fit` goes on from where its last call, or `fit`, ended."""
    state = copy.deepcopy(getattr(estimator, "_training_state", None))
    layers = estimator._layers_to_go_on_from() if getattr(estimator, "n_iter_", 0) else None
    if state is None:
        random_state, seed = own_stream(estimator.random_state)
        vars(estimator).setdefault("_validation_seed", seed)
    else:
        random_state = state["random_state"]
    if state is None or state["made_for"] != kind_of_steps(estimator):
        return begin([estimator], samples, layers, random_state, streaming=True)[0]
    return state, network_of(
        estimator, coordinates_of(state).to_working(layers), np.result_type(layers[0][0].dtype, np.float32)
    )


def keep_state(estimator, state):
    """Keep what `fit` would go on from where that is asked for: it may be larger than the layers."""
    if estimator.warm_start:
        estimator._training_state = state
    else:
        vars(estimator).pop("_training_state", None)


def kind_of_steps(estimator):
    """What coordinates and moments are made for; a change of it starts them anew."""
    return estimator.solver, estimator.learning_rate_init == "auto", bool(estimator.fit_intercept)


def advance(estimators, begun, samples, validation=None, going_on=False, watch=None, earlier=None):
    """Train the networks of estimators that have begun, as one stack.

    Parameters
    ----------
    estimators : list
    begun : list of (state, network), one for each
    samples : Samples
    validation : Samples or None
    going_on : whether this is one epoch of many calls, whose samples may be fewer than a batch and then take a part of
        its step
    watch : called as the minimisers' `on_epoch`, or None
    earlier : TrainingResult that the only network's training adds its epochs to, or None

    Returns
    -------
    results : list of TrainingResult
    coordinates : Coordinates that their parameters are in
    """
    first, (state, network) = estimators[0], begun[0]
    coordinates = coordinates_of(state)
    batch_size = hyperparameters.batch_size(first, samples, network.parameters.sizes, going_on)
    settings = [
        hyperparameters.settings(estimator, state["smoothness"], state["scale"], batch_size, going_on)
        for estimator, (state, _) in zip(estimators, begun)
    ]
    if len(estimators) > 1:
        parameters = stacked([network.parameters for _, network in begun])
        network = Network(parameters, network.activation, network.fit_intercept)
    resumable = first.warm_start and len(estimators) == 1 and not going_on
    if first.solver == "lbfgs":
        train, options = lbfgs.train, {}
    else:
        train = sgd.train
        sizes, dtype = network.parameters.sizes, network.parameters.dtype
        options = {
            "solver": first.solver,
            "nesterov": first.nesterovs_momentum,
            "batch_size": batch_size,
            "shuffle": state["random_state"] if first.shuffle else None,
            "in_blocks": first.shuffle == "blocks",
            "monitor": first.scoring if first.early_stopping else None,
            "moments": [Parameters(sizes, 1, dtype, flat) for flat in state["moments"]],
            "with_moments": going_on or resumable,
            "n_updates": state["n_updates"],
            "first_epoch": getattr(first, "n_iter_", 0) if going_on else 0,
            "divisor": batch_size if going_on and first.batch_size == "auto" else None,
        }
    options["validation"], options["earlier"], options["with_course"] = validation, earlier, resumable
    options["keep_minibatch_losses"] = first.store_minibatch_loss
    options["on_epoch"] = watch
    results = train_on_columns_in_use(train, network, samples, settings, mean=coordinates.mean, **options)
    return results, coordinates
