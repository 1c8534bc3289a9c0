"""Softmax regression by L-BFGS over processes, each with a block of the samples."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
from scipy.optimize import minimize
from sklearn.datasets import load_digits

from sksoftmax import SoftmaxRegression, loss_and_gradient

N_BLOCKS, L2, SHAPE = 2, 0.01, (10, 64)


def load(block):
    """Samples of a block: real processes read a file or a table of their own."""
    X, y = load_digits(return_X_y=True)
    return X[block] / 16, y[block]


def keep(i):
    global samples
    samples = load(slice(i, None, N_BLOCKS))


def evaluate(theta):
    """Weight, loss and gradient of this process's block."""
    W, b = np.split(theta, [SHAPE[0] * SHAPE[1]])
    layers, options = [(W.reshape(SHAPE), b)], {"activation": "identity", "l2": L2}
    loss, ((dW, db),) = loss_and_gradient(layers, *samples, **options)
    return np.concatenate([[len(samples[1]), loss], dW.ravel(), db])


def main():
    # A fork would copy locks of the executor before, and wait for them forever.
    spawn = get_context("spawn")
    workers = []
    for i in range(N_BLOCKS):
        workers.append(ProcessPoolExecutor(1, spawn, keep, (i,)))

    def objective(theta):
        tasks = [worker.submit(evaluate, theta) for worker in workers]
        weight, loss, *gradient = sum(task.result() for task in tasks)
        return loss / weight, np.array(gradient) / weight

    start = np.zeros(SHAPE[0] * (SHAPE[1] + 1))
    options = {"ftol": 1e-12, "gtol": 1e-6}
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    for worker in workers:
        worker.shutdown()
    one = SoftmaxRegression(l2=L2, solver="lbfgs", tol=1e-9).fit(*load(slice(None)))
    print(f"objective {found.fun:.6f}, on one machine {one.loss_:.6f}")


if __name__ == "__main__":
    main()
