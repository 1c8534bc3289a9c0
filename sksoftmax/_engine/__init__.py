# SPDX-License-Identifier: BSD-3-Clause
"""The training engine, a stack of networks at a time: numpy, scipy, and threadpoolctl for the threads of their BLAS.

Notation, the same in every file
--------------------------------
n, d, K, M     samples, features, classes, models of the stack
b              samples of a batch; they lie along the last axis
X (b, d)       features; targets (b,) class indices
W (M, fan_out, fan_in), b (M, fan_out)    weights and biases of a layer (b is the batch size only in shapes): views,
               as in memory the models of a unit lie side by side, like those of Z
Z, A           a layer's values before and after its activation, (fan_out * M, b)
delta          derivative of sum_i w_i CE_i in Z; on top it overwrites Z
w (n,)         gradient weights of the samples
l2, eta, mu    weight of the penalty, learning rate, momentum, one for each model
J = sum_i w_i CE_i / sum_i w_i + (l2 / 2) sum_layers ||W||^2    the objective of every minimiser

What is part of a step returns calls that are bound to their arrays (``calls``), which the step then makes.

Imports run downward:
{blas, calls, memory, schedules, columns, stopping, interrupts, initialisation, batch_size} <
{activations, cross_entropy, parameters, threads, conditioning, quasi_newton} < {products, penalty, result, lazy} <
{network, minibatches, inference} < {updates, averaging, growth} < {sgd, lbfgs, smoothness, in_use}.
"""
