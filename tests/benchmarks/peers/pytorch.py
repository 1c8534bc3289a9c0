# SPDX-License-Identifier: BSD-3-Clause
"""PyTorch, eager: the samples as one tensor that is indexed by a permutation, without a loader."""

from functools import partial

import torch

from tests.benchmarks.trained import Trained


def _network(layers):
    modules = []
    for fan_in, fan_out in layers:
        modules += [torch.nn.Linear(fan_in, fan_out), torch.nn.Tanh()]
    return torch.nn.Sequential(*modules[:-1])


def _sgd(model, recipe):
    weights = [parameter for parameter in model.parameters() if parameter.ndim == 2]
    biases = [parameter for parameter in model.parameters() if parameter.ndim == 1]
    groups = [{"params": weights, "weight_decay": recipe.l2}, {"params": biases}]
    return torch.optim.SGD(groups, lr=recipe.learning_rate)


def _by_index(tensor, rows):
    return tensor[rows]


def _by_selection(tensor, rows):
    return tensor.index_select(0, rows)


def train(X, y, recipe, gather=_by_index):
    """nn.Sequential of nn.Linear and nn.Tanh, optim.SGD."""
    torch.set_num_threads(1)
    data, targets = torch.from_numpy(X), torch.from_numpy(y)
    loss_function = torch.nn.CrossEntropyLoss()

    def run(n_epochs):
        torch.manual_seed(0)
        model = _network(recipe.layers(X.shape[1]))
        optimizer = _sgd(model, recipe)
        for _ in range(n_epochs):
            for rows in torch.randperm(len(data)).split(recipe.batch_size):
                optimizer.zero_grad()
                loss_function(model(gather(data, rows)), gather(targets, rows)).backward()
                optimizer.step()
        linear = [module for module in model if isinstance(module, torch.nn.Linear)]
        return Trained([(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in linear])

    return run


CONTESTANTS = {"PyTorch": train, "PyTorch, index_select": partial(train, gather=_by_selection)}
