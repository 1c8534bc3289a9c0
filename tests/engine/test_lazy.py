# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse

from sksoftmax._engine import sgd
from sksoftmax._engine.lazy import Powers
from sksoftmax._engine.minibatches import MOST_PART_ROWS, Minibatches, Samples
from sksoftmax._engine.network import Network
from sksoftmax._engine.penalty import Penalty
from sksoftmax._engine.result import Settings
from sksoftmax._engine.updates import choose_rule
from tests.engine.helpers import network, problem, samples
from tests.parameters import slow

# With mu = 0.9 the roots of Momentum are equal where c = (1 - sqrt(mu))**2, those of Nesterov where
# c = 1 - 4 mu / (1 + mu)**2.
EQUAL_ROOTS = [(1 - np.sqrt(0.9)) ** 2, 1 - 3.6 / 1.9**2]


def step_of(c, gamma, mu, nesterov):
    """What a step is to (w, v) of a feature whose data gradient is zero, by the definition."""
    columns = []
    for w, v in np.eye(2):
        new_v = mu * v - gamma * w
        ahead = (1 + mu) * new_v - mu * v if nesterov else new_v
        columns.append([w + c / gamma * ahead if gamma else w + c * ahead, new_v])
    return np.array(columns).T


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("mu", [0.0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("steps", [2, 300, slow(0), slow(1), slow(7)])
def test_powers_are_those_of_the_matrix_of_a_step(steps, mu, nesterov):
    gamma = 0.01
    apart = [e + d for e in EQUAL_ROOTS for d in (-1e-5, 0.0, 1e-15, 1e-5)]
    c = np.array([1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.99, *apart])
    powers = Powers(c[:, None] / gamma, np.array([gamma]), np.array([mu]), nesterov)
    entries = powers.of(np.arange(len(c)), np.full(len(c), steps), with_sum=True)
    found = np.concatenate(entries, axis=1)
    for row, value in zip(found, c):
        A = step_of(value, gamma, mu, nesterov)
        all_powers = [np.linalg.matrix_power(A, k) for k in range(steps + 1)]
        sums = np.sum(all_powers[1:], axis=0)[0] if steps else [0, 0]
        np.testing.assert_allclose(row[:4], all_powers[-1].ravel(), rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(row[4:], sums, rtol=1e-9, atol=1e-9)


def test_without_a_penalty_the_velocity_dies_away(rng):
    powers = Powers(np.ones((1, 2)), np.zeros(2), np.array([0.9, 0.5]), False)
    of_ww, of_wv, of_vw, of_vv, *sums = powers.of(np.arange(3), np.full(3, 5), with_sum=True)
    np.testing.assert_allclose(of_ww, 1, rtol=1e-14)
    np.testing.assert_array_equal(of_vw, 0)
    np.testing.assert_allclose(of_vv[0], [0.9**5, 0.5**5], rtol=1e-13)
    np.testing.assert_allclose(of_wv[0], [0.9 * (1 - 0.9**5) / 0.1, 0.5 * (1 - 0.5**5) / 0.5], rtol=1e-13)
    np.testing.assert_allclose(sums[0], 5, rtol=1e-14)


def test_a_step_changes_the_features_of_its_batch_alone_until_all_catch_up(rng):
    X = np.zeros((4, 6))
    X[0, 1] = X[1, 2] = X[2, 1] = X[3, 4] = 1.0
    net = network((6, 3), rng=rng).by_feature()
    penalty = Penalty([0.1], net.parameters)
    rule = choose_rule("sgd", [0.9], True, False, lazily=True)(net, penalty, 1)
    rule.set_rates(np.array([0.1]), np.array([0.9]))
    stream = Minibatches(Samples(sparse.csr_matrix(X), np.array([0, 1, 2, 0])), 1, (6, 3), np.float64)
    stream.first = rule.first
    before = net.parameters.by_feature.copy()
    for t, (parts, share) in enumerate(stream.epoch()):
        rule.step(parts, share, t)
    changed = (net.parameters.by_feature != before).any(axis=1)
    np.testing.assert_array_equal(changed, [False, True, True, False, True, False])
    rule.settle()
    assert (net.parameters.by_feature != before).all()


@pytest.mark.parametrize(
    ("kind", "solver", "batch_size", "scale", "by_feature"),
    [
        (sparse.csr_matrix, "sgd", 32, 1.0, True),
        (sparse.csr_matrix, "sgd", MOST_PART_ROWS, 1e-14, True),
        (sparse.csr_matrix, "sgd", MOST_PART_ROWS + 1, 1.0, False),
        (sparse.csr_matrix, "adam", 32, 1.0, False),
        # One over its square is 0 in single precision.
        (sparse.csr_matrix, "sgd", 32, 1e25, False),
        (np.asarray, "sgd", 32, 1.0, False),
    ],
)
def test_sgd_on_small_sparse_batches_alone_goes_by_feature(kind, solver, batch_size, scale, by_feature, rng):
    X, y = problem(rng, MOST_PART_ROWS + 1, dtype=np.float32)
    settings = Settings(l2=0.0, learning_rate=0.1, max_epochs=1, scale=np.full(6, scale))
    told = []
    sgd.train(
        network((6, 3), 1, np.float32),
        samples(kind(X), y),
        [settings],
        solver=solver,
        batch_size=batch_size,
        on_epoch=lambda _, parameters: told.append(parameters.is_by_feature),
    )
    assert told == [by_feature]


@pytest.mark.parametrize("rate", [0.5, 2.0, 3.0, 20.0])
@pytest.mark.parametrize("nesterov", [False, True])
def test_rates_that_no_closed_form_is_for_train_as_dense_rows(nesterov, rate, rng):
    X, y = problem(rng, 30)
    X[rng.rand(*X.shape) < 0.8] = 0
    # The product of rate and penalty is 1 for the second, and beyond for those after it.
    settings = [Settings(l2=0.5, learning_rate=rate, momentum=0.5, max_epochs=3)]
    found = [
        sgd.train(
            network((6, 3), rng=np.random.RandomState(1)),
            samples(kind(X), y),
            settings,
            nesterov=nesterov,
            batch_size=4,
        )
        for kind in (sparse.csr_matrix, np.asarray)
    ]
    (sparsely,), (dense,) = found
    size = max(1.0, np.abs(dense.parameters.flat).max())
    np.testing.assert_allclose(sparsely.parameters.flat, dense.parameters.flat, rtol=0, atol=1e-10 * size)


def test_a_mean_of_iterates_covers_the_epochs_after_one_without_improvement(rng):
    X, y = problem(rng, 40)
    settings = Settings(l2=1e-3, learning_rate=1e-5, max_epochs=50, tolerance=1.0, patience=3, averaged=True)
    (whole,) = sgd.train(network((6, 3)), samples(X, y), [settings], batch_size=8)
    net, iterates = network((6, 3)), []
    for _ in range(whole.n_epochs * 5):
        # One step at a time, of samples in the same order.
        first = len(iterates) % 5 * 8
        rows = np.arange(first, first + 8)
        one = Settings(l2=1e-3, learning_rate=1e-5, max_epochs=1)
        (result,) = sgd.train(net, samples(X, y, rows=rows), [one], batch_size=8)
        net = Network(result.parameters)
        iterates.append(result.parameters.flat.copy())
    # The first epoch improves on nothing, the second is the first without improvement.
    np.testing.assert_allclose(whole.parameters.flat, np.mean(iterates[10:], axis=0), atol=1e-14)
