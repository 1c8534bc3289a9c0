# SPDX-License-Identifier: BSD-3-Clause
"""Time, throughput and memory of tuning by cross-validation, beside the peers, in one run.

    python -m tests.benchmarks.tuning [--mnist FOLDER] [--repeats 3] [--only NAME ...]

Each comparison has one recipe: the same grid of 10 penalties (5 with hidden units), 5 folds, epochs, batch size,
learning rate, float32, two jobs, one BLAS thread each, no refit, scored by accuracy. The searches are called
alternately; a line gives the median time of the peer as a multiple of ours, and the best mean scores of both. "default"
has default settings instead. MNIST is its first 10,000 images in [0, 1], or random data of that shape without --mnist
(a folder of the four gzipped IDX files).

"peak": multiply-adds of the products that the training of 10 models needs, over its time, as a part of the speed of one
large product on one core. "memory": peak resident memory of a search over 50 models on 60,000 images, beyond what is
resident before it.
"""

import argparse
import os
import statistics
import threading
import time
import warnings

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neural_network import MLPClassifier

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, VectorizedGridSearchCV
from tests.benchmarks.epoch import load

N_FOLDS = 5


def digits():
    X, y = load_digits(return_X_y=True)
    return (X / 16).astype(np.float32), y


def search(cls, estimator, name, values, n_jobs=2):
    found = cls(estimator, {name: values}, cv=StratifiedKFold(N_FOLDS), n_jobs=n_jobs, refit=False)
    return lambda X, y: found.fit(X, y).cv_results_["mean_test_score"].max()


def recipe(batch_size, n_epochs, learning_rate=0.1):
    return {
        "batch_size": batch_size,
        "max_iter": n_epochs,
        "learning_rate_init": learning_rate,
        "learning_rate": "constant",
        "momentum": 0.0,
        "tol": None,
        "random_state": 0,
    }


def contestants(l2s, batch_size, n_epochs, hidden=(), learning_rate=0.1):
    """Ours, and what it is compared with: names and functions of X and y that return the best mean score."""
    settings = recipe(batch_size, n_epochs, learning_rate)
    ours = TinyMLPClassifier(hidden, **settings) if hidden else SoftmaxRegression(**settings)
    mlp = MLPClassifier(
        hidden,
        activation="tanh",
        solver="sgd",
        batch_size=batch_size,
        max_iter=n_epochs,
        learning_rate_init=learning_rate,
        momentum=0.0,
        tol=0,
        n_iter_no_change=n_epochs,
        random_state=0,
    )
    return {
        "ours": search(VectorizedGridSearchCV, ours, "l2", l2s),
        # It divides alpha by the samples of a batch.
        "GridSearchCV(MLPClassifier)": search(GridSearchCV, mlp, "alpha", [batch_size * l2 for l2 in l2s]),
        f"GridSearchCV({type(ours).__name__})": search(GridSearchCV, ours, "l2", l2s),
    }


def logistic_regression_cv(Cs):
    found = LogisticRegressionCV(Cs=Cs, cv=StratifiedKFold(N_FOLDS), n_jobs=2, refit=False)

    def run(X, y):
        scores = found.fit(X, y).scores_
        scores = np.array(next(iter(scores.values())) if isinstance(scores, dict) else scores)
        return scores.reshape(N_FOLDS, len(Cs)).mean(axis=0).max()

    return run


def timed(run, X, y):
    start = time.perf_counter()
    score = run(X, y)
    return time.perf_counter() - start, score


def compare(title, runs, X, y, repeats):
    times, scores = {name: [] for name in runs}, {}
    # The first call starts the workers.
    for run in runs.values():
        run(X[:500], y[:500])
    for _ in range(repeats):
        for name, run in runs.items():
            seconds, scores[name] = timed(run, X, y)
            times[name].append(seconds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"\n{title}, median of {repeats}")
    print(f"  {'':40} {'times ours':>10} {'best score':>11}")
    for name, seconds in medians.items():
        print(f"  {name:40} {seconds / medians['ours']:10.1f} {scores[name]:11.4f}", flush=True)


def peak_speed():
    """Multiply-adds a second of one large float32 product on one core."""
    A = np.random.default_rng(0).random((2000, 2000), dtype=np.float32)
    times = [timed(lambda X, y: (X @ y)[0, 0], A, A)[0] for _ in range(7)]
    return 2000**3 / statistics.median(times)


def throughput(X, y, batch_size, n_epochs=5):
    """Multiply-adds a second of the training of 10 models, on one core, without checks of the input and scoring: an
    epoch is what one more takes."""
    l2s = np.logspace(-6, -1, 10)
    seconds = []
    for n in (1, 1 + n_epochs):
        run = search(VectorizedGridSearchCV, SoftmaxRegression(**recipe(batch_size, n)), "l2", l2s, n_jobs=None)
        seconds.append(statistics.median(timed(run, X, y)[0] for _ in range(3)))
    products = 2 * len(l2s) * (N_FOLDS - 1) * len(y) * X.shape[1] * 10 * n_epochs
    return products / (seconds[1] - seconds[0])


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def peak_memory(run):
    """Largest resident memory during a call, in bytes beyond that before it."""
    before = highest = resident()
    done = threading.Event()

    def watch():
        nonlocal highest
        while not done.wait(0.005):
            highest = max(highest, resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    run()
    done.set()
    watcher.join()
    return highest - before


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", help="folder of the four gzipped IDX files")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=["digits", "hidden", "mnist", "default", "peak", "memory"])
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    l2s = np.logspace(-6, -1, 10)
    if "digits" in arguments.only:
        compare("digits, batch 32, 50 epochs", contestants(l2s, 32, 50), *digits(), arguments.repeats)
    if "hidden" in arguments.only:
        runs = contestants(np.logspace(-6, -2, 5), 32, 50, hidden=(64,))
        compare("digits, 64 tanh units, batch 32, 50 epochs", runs, *digits(), arguments.repeats)
    if not {"mnist", "default", "peak", "memory"} & set(arguments.only):
        return
    images, labels = load(arguments.mnist)
    X, y = images[:10_000], labels[:10_000]
    logistic = logistic_regression_cv([1 / (len(y) * (1 - 1 / N_FOLDS) * l2) for l2 in l2s])
    if "mnist" in arguments.only:
        runs = {**contestants(l2s, 128, 10, learning_rate=0.5), "LogisticRegressionCV": logistic}
        compare("MNIST, batch 128, 10 epochs", runs, X, y, arguments.repeats)
    if "default" in arguments.only:
        ours = search(VectorizedGridSearchCV, SoftmaxRegression(random_state=0), "l2", l2s)
        compare("MNIST, default settings", {"ours": ours, "LogisticRegressionCV": logistic}, X, y, arguments.repeats)
    if "peak" in arguments.only:
        for batch_size in (32, 128):
            speed = throughput(X, y, batch_size)
            print(
                f"\npeak: {speed / peak_speed():.2f} of the speed of one large product, batch {batch_size}", flush=True
            )
    if "memory" in arguments.only:
        run = search(VectorizedGridSearchCV, SoftmaxRegression(**recipe(128, 1)), "l2", l2s, n_jobs=None)
        run(X, y)
        print(f"\nmemory: {peak_memory(lambda: run(images, labels)) / 2**20:.0f} MiB beside X {images.shape}, float32")


if __name__ == "__main__":
    main()
