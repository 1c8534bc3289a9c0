# SPDX-License-Identifier: BSD-3-Clause
"""Time of one epoch of training beside the peers and the floor, in one run, interleaved, one BLAS thread.

    python -m tests.benchmarks.epoch [--mnist FOLDER] [--hidden 64] [--repeats 5] [--batch-sizes 32 128]

Without --hidden it trains softmax regression, with it networks of tanh units in hidden layers of these sizes.

Without --mnist (a folder of the four gzipped IDX files) the data is random, of the same shape. PyTorch is left out
where it is not installed. An epoch is what three take longer than one, halved, so that checking the input and the like
count only in the fit. The floor is what no implementation can avoid: gathering the rows of every batch and the matrix
products, two for the first layer and three for each other one.
"""

import argparse
import gzip
import os
import statistics
import time
import warnings
from itertools import pairwise, product
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
from scipy.linalg import get_blas_funcs
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from sksoftmax import TinyMLPClassifier
from sksoftmax._engine.products import cut

N_CLASSES = 10


def load(folder):
    """Training images (n, 784) float32 in [0, 1] and labels."""
    if folder is None:
        rng = np.random.default_rng(0)
        return rng.random((60_000, 784), dtype=np.float32), rng.integers(0, N_CLASSES, 60_000)
    images = gzip.decompress((Path(folder) / "train-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((Path(folder) / "train-labels-idx1-ubyte.gz").read_bytes())
    X = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 784)
    return X.astype(np.float32) / np.float32(255), np.frombuffer(labels, np.uint8, offset=8).astype(np.int64)


def floor(X, y, batch_size, hidden):
    """Gather each batch, multiply it forwards and back; the products of the first layer are cut as in the package."""
    sizes, dtype = (X.shape[1], *hidden, N_CLASSES), X.dtype
    rows = np.empty((batch_size, sizes[0]), dtype)
    weights = [np.zeros((fan_out, fan_in), dtype) for fan_in, fan_out in pairwise(sizes)]
    units = [np.zeros((size, batch_size), dtype) for size in sizes[1:]]
    gemm = get_blas_funcs("gemm", dtype=dtype)
    first = [
        (weights[0][outputs], rows[samples].T, np.zeros_like(units[0][outputs, samples], order="C"))
        for outputs, samples in product(*cut(sizes[1], sizes[0], batch_size))
    ]
    random_state = np.random.RandomState(0)

    def run(n_epochs):
        for _ in range(n_epochs):
            order = random_state.permutation(len(X))
            for start in range(0, len(X) - batch_size + 1, batch_size):
                X.take(order[start : start + batch_size], axis=0, out=rows, mode="clip")
                for W, XT, Z in first:
                    gemm(1.0, XT, W.T, 0.0, Z.T, 1, 0, 1)
                for W, A, Z in zip(weights[1:], units, units[1:]):
                    np.matmul(W, A, out=Z)
                for W, A, Z in zip(weights[:0:-1], units[-2::-1], units[::-1]):
                    np.matmul(W.T, Z, out=A)
                    gemm(-1e-3, A.T, Z.T, 1.0, W.T, 1, 0, 1)
                for W, XT, Z in first:
                    gemm(-1e-3, XT, Z.T, 1.0, W.T, 0, 0, 1)

    return run


def ours(X, y, batch_size, hidden, **parameters):
    common = {"batch_size": batch_size, "learning_rate": "constant", "l2": 1e-4, "tol": None, "random_state": 0}
    model = TinyMLPClassifier(hidden, "tanh", **common, **parameters)
    return lambda n_epochs: model.set_params(max_iter=n_epochs).fit(X, y)


def mlp_classifier(X, y, batch_size, hidden):
    model = MLPClassifier(
        hidden, "tanh", solver="sgd", batch_size=batch_size, learning_rate_init=0.1, momentum=0.0, random_state=0
    )
    return lambda n_epochs: model.set_params(max_iter=n_epochs).fit(X, y)


def pytorch(X, y, batch_size, hidden):
    import torch

    torch.set_num_threads(1)
    data, targets = torch.from_numpy(X), torch.from_numpy(y)

    def network():
        layers = []
        for fan_in, fan_out in pairwise((X.shape[1], *hidden, N_CLASSES)):
            layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.Tanh()]
        return torch.nn.Sequential(*layers[:-1])

    def run(n_epochs):
        torch.manual_seed(0)
        model = network()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=1e-4)
        loss_function = torch.nn.CrossEntropyLoss()
        for _ in range(n_epochs):
            for rows in torch.randperm(len(data)).split(batch_size):
                optimizer.zero_grad()
                loss_function(model(data[rows]), targets[rows]).backward()
                optimizer.step()

    return run


def contestants(*problem):
    runs = {
        "floor": floor(*problem),
        "sksoftmax, learning rate 0.1": ours(*problem, learning_rate_init=0.1, momentum=0.0),
        "sksoftmax, automatic learning rate": ours(*problem, momentum=0.0),
        "sksoftmax, automatic and momentum 0.9": ours(*problem),
        "MLPClassifier": mlp_classifier(*problem),
    }
    try:
        runs["PyTorch, eager"] = pytorch(*problem)
    except ImportError:
        print("PyTorch is not installed: left out.")
    return runs


def seconds(run, n_epochs):
    start = time.perf_counter()
    run(n_epochs)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", help="folder of the four gzipped IDX files")
    parser.add_argument("--hidden", type=int, nargs="*", default=[], help="sizes of the hidden layers")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[32, 128])
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    X, y = load(arguments.mnist)
    for batch_size in arguments.batch_sizes:
        runs = contestants(X, y, batch_size, tuple(arguments.hidden))
        fits, epochs = {name: [] for name in runs}, {name: [] for name in runs}
        for _ in range(arguments.repeats):
            for name, run in runs.items():
                one, three = seconds(run, 1), seconds(run, 3)
                fits[name].append(one)
                epochs[name].append((three - one) / 2)
        floor_of_epoch = statistics.median(epochs["floor"])
        print(f"\nbatch size {batch_size}, median of {arguments.repeats}, as a multiple of the floor of an epoch")
        print(f"  {'':40} {'an epoch':>10} {'fit of one epoch':>18}")
        for name in runs:
            epoch, fit = (statistics.median(times[name]) / floor_of_epoch for times in (epochs, fits))
            print(f"  {name:40} {epoch:10.2f} {fit:18.2f}")


if __name__ == "__main__":
    main()
