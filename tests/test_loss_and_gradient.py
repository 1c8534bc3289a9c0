# SPDX-License-Identifier: BSD-3-Clause
"""The objective of blocks, of which that of the whole is the sum."""

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, loss_and_gradient

N, D, K = 60, 5, 3


@pytest.fixture
def block(rng):
    return rng.randn(N, D), rng.randint(K, size=N), rng.exponential(size=N)


def layers_of(rng, *sizes):
    return [(rng.randn(m, n), rng.randn(m)) for n, m in pairwise(sizes)]


def flat(layers):
    return np.concatenate([np.ravel(array) for layer in layers for array in layer])


@pytest.mark.parametrize(("hidden", "activation"), [((), "identity"), ((4,), "tanh"), ((4, 3), "logistic")])
def test_gradient_agrees_with_finite_differences(rng, block, hidden, activation):
    X, y, w = block
    layers = layers_of(rng, D, *hidden, K)
    _, gradient = loss_and_gradient(layers, X, y, w, activation=activation, l2=0.1)
    # The error of a central difference is of the order of step**2, that of rounding 1e-16 * loss / step.
    step, differences = 1e-5, []
    for layer in layers:
        for array in layer:
            for place in np.ndindex(array.shape):
                at, losses = array[place], []
                for array[place] in (at + step, at - step):
                    losses.append(loss_and_gradient(layers, X, y, w, activation=activation, l2=0.1)[0])
                array[place] = at
                differences.append((losses[0] - losses[1]) / (2 * step))
    np.testing.assert_allclose(flat(gradient), differences, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("convert", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("hidden", [(), (4,)])
def test_blocks_add_up_to_the_whole(rng, block, hidden, convert):
    X, y, w = block
    X, layers = convert(X), layers_of(rng, D, *hidden, K)
    w[:10] = 0
    # The first block has no positive weight, the second has no sample.
    parts = [slice(0, 10), slice(10, 10), slice(10, 13), slice(13, N)]
    blocks = [loss_and_gradient(layers, X[part], y[part], w[part], activation="relu", l2=0.1) for part in parts]
    loss, gradient = loss_and_gradient(layers, X, y, w, activation="relu", l2=0.1)
    assert [value for value, _ in blocks[:2]] == [0, 0]
    assert not flat(blocks[0][1]).any()
    assert sum(value for value, _ in blocks) == pytest.approx(loss, rel=1e-13)
    np.testing.assert_allclose(sum(flat(of_block) for _, of_block in blocks), flat(gradient), rtol=1e-12, atol=1e-12)


def test_repeating_a_sample_is_doubling_its_weight(rng, block):
    X, y, _ = block
    layers = layers_of(rng, D, K)
    twice, _ = loss_and_gradient(layers, np.repeat(X, 2, axis=0), np.repeat(y, 2), activation="identity", l2=0.1)
    assert loss_and_gradient(layers, X, y, 2.0, activation="identity", l2=0.1)[0] == pytest.approx(twice, rel=1e-13)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_it_is_the_objective_of_the_estimators_with_no_gradient_at_the_optimum(block, dtype):
    X, y, w = block
    X, tolerance = X.astype(dtype), 1e-8 if dtype == np.float64 else 1e-3
    clf = SoftmaxRegression(l2=0.1, solver="lbfgs", tol=tolerance).fit(X, y, w)
    loss, gradient = loss_and_gradient([(clf.coef_, clf.intercept_)], X, y, w, activation="identity", l2=0.1)
    assert loss / w.sum() == pytest.approx(clf.loss_, rel=10 * float(np.finfo(dtype).eps))
    # The tolerance is one of the gradient, in coordinates of scales within a factor of ten of 1.
    assert abs(flat(gradient)).max() / w.sum() < 10 * tolerance


def test_layers_of_a_network_are_those_it_publishes(block):
    X, y, _ = block
    clf = TinyMLPClassifier((4,), "tanh", l2=0.1, solver="lbfgs", random_state=0).fit(X, y)
    layers = [(coef.T, intercept) for coef, intercept in zip(clf.coefs_, clf.intercepts_)]
    loss, _ = loss_and_gradient(layers, X, y, activation="tanh", l2=0.1)
    assert loss / N == pytest.approx(clf.loss_, rel=1e-12)


def test_arguments_stay_as_they_are(rng, block):
    X, y, w = block
    layers = layers_of(rng, D, K)
    before = [np.copy(array) for array in (X, y, w, *layers[0])]
    loss_and_gradient(layers, X, y, w, activation="identity", l2=0.1)
    for now, then in zip((X, y, w, *layers[0]), before):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers": []}, r"layers == \[\], must be a list"),
        ({"layers": 3}, "layers == 3, must be a list"),
        ({"layers": [(np.zeros((K, D)), np.zeros(2))]}, r"layers\[0\] must be numbers W"),
        ({"layers": [(np.zeros((4, D)), np.zeros(4)), (np.zeros((K, 2)), np.zeros(K))]}, r"must be \(fan_out, 4\)"),
        ({"X": np.zeros((N, 2))}, "X has 2 features, must have 5"),
        ({"X": np.full((N, D), np.nan)}, "contains NaN"),
        ({"y": np.full(N, 3)}, "y holds 3, must hold class indices from 0 to 2"),
        ({"y": np.full(N, 0.5)}, "y holds 0.5"),
        ({"y": ["a"] * N}, r"must be \(60,\) class indices"),
        ({"y": [0, 1]}, r"y == \[0, 1\], must be \(60,\)"),
        ({"sample_weight": -1.0}, "sample_weight holds -1.0"),
        ({"activation": "softplus"}, "activation == 'softplus', must be a str among"),
        ({"l2": -1}, "l2 == -1, must be a float in the range"),
    ],
)
def test_wrong_arguments_are_told(block, change, message):
    X, y, w = block
    arguments = {"layers": [(np.zeros((K, D)), np.zeros(K))], "X": X, "y": y, "sample_weight": w}
    with pytest.raises(ValueError, match=message):
        loss_and_gradient(**{**arguments, "activation": "identity", "l2": 0.1, **change})


EXAMPLE = Path(__file__).parent.parent / "docs" / "guide" / "processes.py"


@pytest.mark.slow
def test_the_example_over_processes_finds_the_optimum_of_one_machine():
    told = subprocess.run([sys.executable, EXAMPLE], check=True, text=True, stdout=subprocess.PIPE).stdout
    ours, theirs = map(float, re.findall(r"\d\.\d{6}", told))
    # A gradient of 1e-6 leaves the objective within the last digit that is printed.
    assert ours == pytest.approx(theirs, abs=1.5e-6)
