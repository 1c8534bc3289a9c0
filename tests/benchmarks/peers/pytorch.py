# SPDX-License-Identifier: BSD-3-Clause
"""PyTorch, eager: the samples as one tensor that is indexed by a permutation, without a loader; and as fast as it gets,
with gradients by hand."""

from functools import partial

import torch

from tests.benchmarks.trained import Trained

BLOCK_ROWS = 1024


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


@torch.no_grad()
def train_by_hand(X, y, recipe):
    """Rows gathered into a buffer that is used again, products in place, no graph."""
    torch.set_num_threads(1)
    data, targets = torch.from_numpy(X), torch.from_numpy(y)
    per_block = max(1, BLOCK_ROWS // recipe.batch_size) * recipe.batch_size
    rows_of_block = torch.empty((per_block, X.shape[1]), dtype=data.dtype)

    @torch.no_grad()
    def run(n_epochs):
        torch.manual_seed(0)
        linear = [torch.nn.Linear(*shape) for shape in recipe.layers(X.shape[1])]
        layers = [(layer.weight, layer.bias) for layer in linear]
        for _ in range(n_epochs):
            for block in torch.randperm(len(data)).split(per_block):
                torch.index_select(data, 0, block, out=rows_of_block[: len(block)])
                labels = targets.index_select(0, block)
                gathered = rows_of_block[: len(block)].split(recipe.batch_size)
                for batch, of_batch in zip(gathered, labels.split(recipe.batch_size)):
                    _step(layers, batch, of_batch, recipe)
        return Trained([(W.numpy(), b.numpy()) for W, b in layers])

    return run


def _step(layers, batch, labels, recipe):
    outputs = [batch]
    for number, (W, b) in enumerate(layers):
        outputs.append(torch.addmm(b, outputs[-1], W.t()))
        if number < len(layers) - 1:
            outputs[-1].tanh_()
    delta = torch.softmax(outputs[-1], dim=1)
    delta[torch.arange(len(labels)), labels] -= 1
    for number in reversed(range(len(layers))):
        (W, b), inputs = layers[number], outputs[number]
        below = (delta @ W).mul_(1 - inputs * inputs) if number else None
        step = -recipe.learning_rate / len(labels)
        W.addmm_(delta.t(), inputs, beta=1 - recipe.learning_rate * recipe.l2, alpha=step)
        b.add_(delta.sum(0), alpha=step)
        delta = below


CONTESTANTS = {
    "PyTorch": train,
    "PyTorch, index_select": partial(train, gather=_by_selection),
    "PyTorch, by hand": train_by_hand,
}
