# SPDX-License-Identifier: BSD-3-Clause
"""A stack of M networks: forward, cross-entropy, and the gradient primitive. Softmax regression has no hidden layer."""

import numpy as np

from sksoftmax._engine.activations import ACTIVATIONS
from sksoftmax._engine.calls import bound, run
from sksoftmax._engine.cross_entropy import CrossEntropy
from sksoftmax._engine.parameters import multiply_units
from sksoftmax._engine.products import BiasInput, HiddenUnits, Units


class _Workspace:
    """Buffers for b samples: units[l] and deltas[l] of layer l; the top layer has the former for both."""

    def __init__(self, parameters, n_samples):
        fan_outs, dtype = parameters.sizes[1:], parameters.dtype
        self.units = [Units.empty(parameters.n_models, fan_out, n_samples, dtype) for fan_out in fan_outs]
        self.hidden = [HiddenUnits(A, fan_out) for A, fan_out in zip(self.units, fan_outs[1:])]
        self.bias_input = BiasInput(n_samples, dtype)
        self.deltas = [Units.empty(*A.stack.shape, dtype) for A in self.units[:-1]]
        self.cross_entropy = CrossEntropy(self.units[-1].rows, parameters.n_models)


class Network:
    """M networks of one shape that see the same samples.

    Parameters
    ----------
    parameters : Parameters
        Held, not copied: whoever changes their values changes the network.
    activation : str, a key of ACTIVATIONS
    fit_intercept : bool
        Whether gradients reach the biases.
    """

    def __init__(self, parameters, activation="identity", fit_intercept=True):
        self.parameters = parameters
        self.activation, self.fit_intercept = activation, fit_intercept
        self._activate, self._chain = ACTIVATIONS[activation].value, ACTIVATIONS[activation].chain
        self._workspaces = {}

    def take(self, models):
        """A network of these models only, with parameters of its own."""
        return Network(self.parameters.take(models), self.activation, self.fit_intercept)

    def by_feature(self):
        """A copy whose parameters lie by feature."""
        models = np.arange(self.parameters.n_models)
        return Network(self.parameters.take(models, is_by_feature=True), self.activation, self.fit_intercept)

    def _workspace(self, n_samples):
        if n_samples not in self._workspaces:
            self._workspaces[n_samples] = _Workspace(self.parameters, n_samples)
        return self._workspaces[n_samples]

    def _forward(self, inputs, work):
        """Calls that fill the units of all layers; on top they are the logits."""
        calls = []
        for index, (layer, units) in enumerate(zip(self.parameters.layers, work.units)):
            if index > 0:
                calls += self._activate(work.units[index - 1].rows)
                inputs = work.hidden[index - 1]
            calls += inputs.multiply(layer, units)
            calls += work.bias_input.add(layer, units)
        return calls

    def _to_delta(self, batch, work):
        """Calls that turn the logits of a batch into the delta of the cross-entropy."""
        return work.cross_entropy.to_delta(batch.one_hot, batch.positions, batch.target_logits, batch.normalisers)

    def accumulation(self, into, keep, step):
        """A function that overwrites `into` with keep * into + step * gradient of sum_i w_i CE_i over the parts of one
        step, an iterable of Batch.

        `into` may be the parameters themselves where there is one part: the delta of a layer is passed down before
        its weights change.

        Parameters
        ----------
        into : Parameters
        keep : for each layer (factor on W, factor on b), as `Parameters.spread` makes them
        step : float, or (M,) for one a model
        """
        # The calls of each batch, for the first part of a step and for the others.
        first, others = {}, {}

        def accumulate(parts):
            recorded, factors = first, keep
            for batch in parts:
                calls = recorded.get(batch)
                if calls is None:
                    calls = recorded[batch] = self._accumulate(batch, into, factors, step)
                run(calls)
                recorded, factors = others, [(1.0, 1.0)] * len(keep)

        return accumulate

    def _accumulate(self, batch, into, keep, step):
        """Calls: forward, cross-entropy, and back, for one part of a step."""
        work = self._workspace(batch.size)
        calls = [*self._forward(batch.inputs, work), *self._to_delta(batch, work)]
        delta = work.units[-1]
        if batch.weights is not None:
            calls.append(bound(np.multiply, delta.rows, batch.weights, delta.rows))
        if not isinstance(step, float):
            calls.append(bound(np.multiply, delta.stack, step[:, None, None], delta.stack))
            step = 1.0
        inputs = [batch.inputs, *work.hidden]
        for index in range(len(inputs) - 1, -1, -1):
            if index > 0:
                below = work.deltas[index - 1]
                calls += inputs[index].pass_down(self.parameters.layers[index], delta, below)
            layer = into.layers[index]
            keep_W, keep_b = keep[index]
            calls += _scaled(layer.matrix, keep_W)
            calls += inputs[index].accumulate(layer, delta, _rest(keep_W), step)
            if self.fit_intercept:
                calls += _scaled(layer.vector, keep_b)
                calls += work.bias_input.accumulate(layer, delta, _rest(keep_b), step)
            if index > 0:
                calls += self._chain(below.rows, work.units[index - 1].rows)
                delta = below
        return calls

    def evaluate(self, stream):
        """Weighted mean cross-entropy and accuracy (M,), (M,) of all samples of a stream."""
        correct = np.zeros(self.parameters.n_models)
        weight = 0.0
        for parts, _ in stream.epoch():
            for batch in parts:
                work = self._workspace(batch.size)
                run(self._forward(batch.inputs, work))
                hits = work.units[-1].stack.argmax(axis=1) == batch.targets
                weights = np.ones(batch.size) if batch.weights is None else batch.weights
                correct += (hits * weights).sum(axis=1, dtype=np.float64)
                weight += weights.sum(dtype=np.float64)
                run(self._to_delta(batch, work))
        return stream.loss_sum / weight, correct / weight


def _scaled(values, keep):
    """Calls: values <- keep * values where keep is an array; a float is left to BLAS."""
    return [] if isinstance(keep, float) else multiply_units(values, keep, values)


def _rest(keep):
    return keep if isinstance(keep, float) else 1.0
