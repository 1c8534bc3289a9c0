# SPDX-License-Identifier: BSD-3-Clause
"""Sparse samples of many features: steps, fits of documents, memory and a network.

Steps: random rows of 100 values, 20 classes, batches of 64, float64, default settings but for the number of epochs;
milliseconds for 64 rows of an epoch, and growth from the fewest to the most features. SGDClassifier, a model for each
class, is measured both in its epochs and in calls of partial_fit on 64 rows. Documents: tf-idf of 11,314 texts of
30,000 words with the frequencies of Zipf's law, in 20 classes, every estimator as its constructor makes it. Memory: the
peak of a fit on 2,000 rows beyond what was resident before it, as a multiple of the coefficients. Network: 64 hidden
units, a batch of 64 rows of 100,000 features, as a multiple of the same step on the batch's own features as a dense
array. One core, time of the processor.
"""

from functools import partial
from time import process_time

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression, SGDClassifier

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from tests.benchmarks.measure import in_fresh_process, interleaved, peak_memory
from tests.benchmarks.report import Row
from tests.benchmarks.threads import one_core

N_CLASSES, N_VALUES, BATCH = 20, 100, 64
N_ROWS, FEATURES = 20_000, [10_000, 100_000, 1_000_000]
N_TRAIN, N_TEST, N_WORDS, N_MEMORY_ROWS, HIDDEN, N_HIDDEN_FEATURES = 11_314, 7_532, 30_000, 2_000, (64,), 100_000


def rows(conditions):
    """Rows of all of it."""
    with one_core():
        yield from steps(conditions.repeats, N_ROWS, FEATURES)
        yield from documents(conditions.repeats, N_TRAIN, N_TEST, N_WORDS)
        yield from network(conditions.repeats, N_HIDDEN_FEATURES)
    coefficients = FEATURES[-1] * N_CLASSES * 8 / 1e6
    peak = in_fresh_process(megabytes, N_MEMORY_ROWS, FEATURES[-1])
    yield Row(f"{FEATURES[-1]:,} features", "peak memory", "times coefficients", peak / coefficients, "<= 2")


def steps(repeats, n_rows, features):
    """Rows of the time of 64 rows."""
    measurements = {}
    for d in features:
        X, y = random_rows(n_rows, d)
        measurements[d, "SoftmaxRegression"] = partial(of_epochs, ours, X, y)
        measurements[d, "SGDClassifier"] = partial(of_epochs, theirs, X, y)
        measurements[d, "SGDClassifier.partial_fit"] = partial(of_calls, X[: 10 * BATCH], y[: 10 * BATCH])
    times = interleaved(measurements, repeats)
    for (d, name), value in times.items():
        yield Row(f"64 rows, {d:,} features", name, "milliseconds", value)
    first, last = (times[d, "SoftmaxRegression"] for d in (features[0], features[-1]))
    yield Row("64 rows", "growth with the features", "times the fewest", last / first, "<= 1.5")


def random_rows(n_rows, n_features):
    """CSR rows of N_VALUES random values, and classes."""
    rng = np.random.default_rng(0)
    columns = rng.integers(0, n_features, n_rows * N_VALUES).astype(np.int32)
    starts = np.arange(0, len(columns) + 1, N_VALUES, dtype=np.int32)
    X = sparse.csr_matrix((rng.random(len(columns)), columns, starts), shape=(n_rows, n_features))
    X.sum_duplicates()
    return X, np.arange(n_rows) % N_CLASSES


def ours(n_epochs):
    return SoftmaxRegression(batch_size=BATCH, max_iter=n_epochs, tol=None, random_state=0)


def theirs(n_epochs):
    return SGDClassifier(max_iter=n_epochs, tol=None, random_state=0)


def processor_seconds(run, *args):
    """Of a call."""
    start = process_time()
    run(*args)
    return process_time() - start


def of_epochs(make, X, y):
    """Milliseconds for BATCH rows in an epoch: what six epochs take longer than one."""
    one, six = (processor_seconds(make(n_epochs).fit, X, y) for n_epochs in (1, 6))
    return 1e3 * (six - one) / 5 / (X.shape[0] / BATCH)


def of_calls(X, y):
    """Milliseconds of a call of SGDClassifier.partial_fit on BATCH rows."""
    model = SGDClassifier(random_state=0).partial_fit(X[:BATCH], y[:BATCH], classes=np.arange(N_CLASSES))

    def run():
        for start in range(0, X.shape[0], BATCH):
            model.partial_fit(X[start : start + BATCH], y[start : start + BATCH])

    return 1e3 * processor_seconds(run) / (X.shape[0] / BATCH)


def documents(repeats, n_train, n_test, n_words):
    """Rows of fits of documents."""
    X, y = texts(n_train + n_test, n_words)
    X = TfidfTransformer(sublinear_tf=True).fit(X[:n_train]).transform(X)
    models = {
        "SoftmaxRegression()": SoftmaxRegression(random_state=0),
        "LogisticRegression()": LogisticRegression(),
        "SGDClassifier()": SGDClassifier(random_state=0),
    }
    fits = {name: partial(processor_seconds, model.fit, X[:n_train], y[:n_train]) for name, model in models.items()}
    times = interleaved(fits, repeats)
    own = times["SoftmaxRegression()"]
    targets = {"LogisticRegression()": ">= 1", "SGDClassifier()": ">= 0.33"}
    for name, value in times.items():
        found = {"test accuracy": models[name].score(X[n_train:], y[n_train:])}
        yield Row("tf-idf", name, "times ours", value / own, targets.get(name, ""), found)


def texts(n_texts, n_words):
    """Counts of words: those of a text are drawn from its class's own variant of Zipf's law."""
    rng = np.random.default_rng(0)
    tilt = rng.normal(size=(N_CLASSES, n_words)) * (rng.random((N_CLASSES, n_words)) < 0.05)
    chances = np.exp(0.9 * tilt) / np.arange(1, n_words + 1)
    cumulated = np.cumsum(chances / chances.sum(axis=1, keepdims=True), axis=1)
    y = rng.integers(0, N_CLASSES, n_texts)
    lengths = np.maximum(5, rng.lognormal(np.log(150), 0.7, n_texts).astype(int))
    words = [np.searchsorted(cumulated[k], rng.random(length)) for k, length in zip(y, lengths)]
    columns = np.minimum(np.concatenate(words), n_words - 1).astype(np.int32)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    X = sparse.csr_matrix((np.ones(len(columns)), columns, starts), shape=(n_texts, n_words))
    X.sum_duplicates()
    return X, y


def network(repeats, n_features):
    """A row of the step of a network."""
    X, y = random_rows(20 * BATCH, n_features)
    sparsely, dense = [], []
    for start in range(0, X.shape[0], BATCH):
        part = slice(start, start + BATCH)
        sparsely.append((X[part], y[part]))
        used = np.unique(X[part].indices)
        dense.append((X[part][:, used].toarray(), y[part]))
    times = interleaved(
        {"sparse": partial(of_network, [(X, y)]), "dense": partial(of_network, dense)},
        repeats,
    )
    value = times["sparse"] / times["dense"]
    yield Row(f"network, {n_features:,} features", "TinyMLPClassifier", "times dense", value, "<= 1.5")


def of_network(pieces):
    """Milliseconds for BATCH rows of networks on the pieces, one after the other."""

    def make(n_epochs):
        return TinyMLPClassifier(HIDDEN, batch_size=BATCH, max_iter=n_epochs, tol=None, random_state=0)

    return sum(of_epochs(make, X, y) for X, y in pieces) / len(pieces)


def megabytes(n_rows, n_features):
    """Peak memory of a fit in this process."""
    X, y = random_rows(n_rows, n_features)
    ours(1).fit(X[:100], y[:100])
    return peak_memory(lambda: ours(2).fit(X, y))
