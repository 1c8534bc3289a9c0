# SPDX-License-Identifier: BSD-3-Clause
"""Samples that come in blocks: the model of `fit`, with all that `fit` has."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from sksoftmax._engine.blocks import Blocks, Pass
from tests.parameters import slow
from tests.test_layouts import assert_same


@pytest.fixture(scope="module")
def digits(datasets):
    X, y = datasets["digits"]
    return X[:900], y[:900]


def cut(length, *arrays):
    """Blocks of so many samples, the last of the others."""
    return [tuple(each[start : start + length] for each in arrays) for start in range(0, len(arrays[0]), length)]


def model(cls=SoftmaxRegression, **parameters):
    return cls(**{"max_iter": 4, "tol": None, "shuffle": False, "random_state": 0, **parameters})


SETTINGS = [
    {},
    {"solver": "adam"},
    {"learning_rate_init": 0.01},
    {"batch_size": 10**4},
    {"batch_size": 300},
    {"early_stopping": True},
    {"class_weight": "balanced"},
    {"tol": 1e-2, "max_iter": 100},
    {"solver": "lbfgs"},
]


@pytest.mark.parametrize("parameters", SETTINGS, ids=str)
@pytest.mark.parametrize("length", [100, slow(7), slow(900)])
def test_the_same_order_gives_the_bits_of_fit(length, parameters, digits):
    X, y = digits
    assert_same(model(**parameters).fit_stream(cut(length, X, y)), model(**parameters).fit(X, y))


def test_a_network_and_weights_have_the_bits_of_fit_too(digits, rng):
    X, y = digits
    weights = rng.uniform(0, 2, len(y)) * (rng.uniform(size=len(y)) > 0.2)
    clf = model(TinyMLPClassifier, hidden_layer_sizes=8)
    streamed = pickle.loads(pickle.dumps(clf)).fit_stream(cut(70, X, y, weights))
    assert_same(streamed, clf.fit(X, y, sample_weight=weights))


def test_subsamples_of_long_streams_are_those_of_fit(rng):
    # More samples than the moments are computed from.
    X, y = rng.normal(size=(3000, 400)).astype(np.float32), np.arange(3000) % 3
    parameters = {"max_iter": 1, "batch_size": 64}
    assert_same(model(**parameters).fit_stream(cut(500, X, y)), model(**parameters).fit(X, y))


def test_validation_samples_progress_and_curves_are_those_of_fit(digits, capsys):
    X, y = digits
    own = {"X_val": X[700:], "y_val": y[700:]}
    parameters = {"early_stopping": True, "max_iter": 30, "verbose": 2}
    fitted = model(**parameters).fit(X[:700], y[:700], **own)
    lines = [line.split("elapsed")[0] for line in capsys.readouterr().out.splitlines()]
    streamed = model(**parameters).fit_stream(cut(64, X[:700], y[:700]), **own)
    assert [line.split("elapsed")[0] for line in capsys.readouterr().out.splitlines()] == lines
    assert_same(streamed, fitted)
    assert streamed.validation_loss_curve_ == fitted.validation_loss_curve_
    assert streamed.best_epoch_ == fitted.best_epoch_


def test_a_stream_that_is_pickled_in_the_middle_goes_on_as_if_it_was_not(digits):
    blocks = cut(100, *digits)
    parameters = {"warm_start": True, "shuffle": True, "max_iter": 6}
    whole = model(**parameters).fit_stream(blocks)
    half = model(**{**parameters, "max_iter": 3}).fit_stream(blocks)
    assert_same(pickle.loads(pickle.dumps(half)).set_params(max_iter=6).fit_stream(blocks), whole)


def test_blocks_are_shuffled_within(digits):
    X = np.arange(900.0)[:, None]
    blocks = Blocks(lambda: iter([X[:300], X[300:]]), [300, 600], 1, np.float64)
    order = blocks.shuffled(np.arange(900), np.random.RandomState(0))
    assert sorted(order[:300]) == list(range(300))
    assert order[:300].tolist() != list(range(300))
    served = np.concatenate([block[places] for block, places in Pass(blocks).windows(order, 7)])
    np.testing.assert_array_equal(served[:, 0], order)
    clf = model(shuffle=True).fit_stream(cut(300, *digits))
    assert clf.score(*digits) > 0.9
    assert not np.array_equal(clf.coef_, model().fit(*digits).coef_)


@pytest.mark.parametrize("multiple", [1, 7, 64, 10**4])
def test_windows_go_on_from_call_to_call(multiple, rng):
    X = np.arange(1000.0)[:, None]
    lengths = [1, 3, 500, 2, 400, 94]
    blocks = Blocks(lambda: iter(np.split(X, np.cumsum(lengths)[:-1])), lengths, 1, np.float64)
    rows = np.flatnonzero(rng.uniform(size=1000) < 0.7)
    windows = Pass(blocks).windows
    for part in np.array_split(rows, 3):
        served = [block[places, 0] for block, places in windows(part, multiple)]
        np.testing.assert_array_equal(np.concatenate(served), part)
        assert all(len(each) % multiple == 0 for each in served[:-1])
    np.testing.assert_array_equal(blocks[rows][:, 0], rows)


def test_frames_have_names_and_blocks_of_other_types_become_one(digits):
    X, y = digits
    names = [f"pixel {j}" for j in range(64)]
    frames = [(pd.DataFrame(part, columns=names), pd.Series(labels).map(str)) for part, labels in cut(300, X, y)]
    frames[1] = frames[1][0].astype(np.int64), frames[1][1]
    streamed = model().fit_stream(frames)
    assert streamed.feature_names_in_.tolist() == names
    assert_same(streamed, model().fit(X, y.astype(str)))


def test_chunks_of_pandas_and_row_groups_of_parquet_are_streams(digits, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    frame = pd.DataFrame(digits[0], columns=[f"pixel {j}" for j in range(64)]).assign(digit=digits[1])
    frame.to_csv(tmp_path / "digits.csv", index=False)
    frame.to_parquet(tmp_path / "digits.parquet", row_group_size=200)

    def chunks():
        with pd.read_csv(tmp_path / "digits.csv", chunksize=200) as file:
            for chunk in file:
                yield chunk.drop(columns="digit"), chunk["digit"]

    def groups():
        with parquet.ParquetFile(tmp_path / "digits.parquet") as file:
            for batch in file.iter_batches(batch_size=200):
                chunk = batch.to_pandas()
                yield chunk.drop(columns="digit"), chunk["digit"]

    expected = model().fit(*digits)
    assert_same(model().fit_stream(chunks), expected)
    assert_same(model().fit_stream(groups), expected)


def nan_in(block):
    X = block[0].copy()
    X[5, 3] = np.nan
    return X, block[1]


BAD = {
    "only once": (lambda blocks: iter(blocks), TypeError, "can be gone through only once"),
    "a number": (lambda blocks: 3, TypeError, "blocks == 3, must be an iterable of blocks or a function of one"),
    "none": (lambda blocks: [], ValueError, r"blocks == \[\] gives no block"),
    "no tuple": (lambda blocks: [*blocks, 3], TypeError, r"Block 9 of blocks: got 3, must be \(X, y\) or"),
    "sparse": (lambda blocks: [(sparse.csr_array(X), y) for X, y in blocks], TypeError, "Block 0 .* X is sparse"),
    "other features": (lambda blocks: [*blocks, (blocks[0][0][:, 1:], blocks[0][1])], ValueError, "Block 9 .* 63 feat"),
    "nan": (lambda blocks: [blocks[0], nan_in(blocks[1])], ValueError, "Block 1 of blocks: .* NaN in row 5, column 3"),
    "weights": (
        lambda blocks: [blocks[0], (*blocks[1], 1.0)],
        ValueError,
        "Block 1 .* all blocks must have a sample_w",
    ),
    "kinds of labels": (
        lambda blocks: [blocks[0], (blocks[1][0], blocks[1][1].astype(str))],
        ValueError,
        "Block 1 of blocks: y has the dtype <U.*, block 0 has int64: all blocks must have labels of one kind",
    ),
    "labels": (lambda blocks: [(X, y[:-1]) for X, y in blocks], ValueError, "Block 0 .* inconsistent numbers"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_blocks_are_named_and_leave_the_model_alone(name, digits):
    change, error, message = BAD[name]
    clf = model().fit(*digits)
    before = clf.coef_.copy()
    with pytest.raises(error, match=message):
        clf.fit_stream(change(cut(100, *digits)))
    np.testing.assert_array_equal(clf.coef_, before)


OTHER_PASSES = {
    "shorter blocks": (lambda X, y: cut(90, X, y), r"Block 0 of blocks has shape \(90, 64\), had shape \(100, 64\)"),
    "other features": (lambda X, y: cut(100, X[:, 1:], y), r"Block 0 of blocks has shape \(100, 63\), had shape"),
    "a block less": (lambda X, y: cut(100, X, y)[:-1], r"Block 8 of blocks is missing, had shape \(100, 64\)"),
    "none": (lambda X, y: [], "Block 0 of blocks is missing"),
    "a block more": (lambda X, y: cut(100, X, y) * 2, r"Block 9 of blocks has shape \(100, 64\), was not there"),
}


@pytest.mark.parametrize("parameters", [{}, {"shuffle": True}, {"batch_size": 10**4}, {"solver": "lbfgs"}], ids=str)
@pytest.mark.parametrize("n_alike", [1, 3])
@pytest.mark.parametrize("name", OTHER_PASSES)
def test_passes_that_differ_are_an_error_and_leave_the_model_alone(name, n_alike, parameters, digits):
    change, message = OTHER_PASSES[name]
    passes = [cut(100, *digits)] * n_alike + [change(*digits)]
    clf = model(**parameters).fit(*digits)
    before = clf.coef_.copy()
    with pytest.raises(ValueError, match=f"{message}.* in the first pass: each pass must give the same blocks"):
        clf.fit_stream(lambda: passes.pop(0))
    np.testing.assert_array_equal(clf.coef_, before)


def test_each_pass_reads_its_stream_to_the_end(digits):
    begun, ended = [], []

    def blocks():
        begun.append(1)
        yield from cut(100, *digits)
        ended.append(1)

    model().fit_stream(blocks)
    assert len(ended) == len(begun) > 4


def test_a_diverging_stream_names_the_feature(digits):
    X, y = digits[0].copy(), digits[1]
    X[-1, 3] = 1e200
    with pytest.raises(ValueError, match=r"diverged .* in feature 3"):
        model(learning_rate_init=1e100).fit_stream(cut(100, X, y))


# Curves of endless streams


def test_a_call_of_partial_fit_does_not_copy_the_curves(digits):
    X, y = digits[0][:10], np.arange(10) % 3
    clf = SoftmaxRegression(random_state=0, store_minibatch_loss=True).partial_fit(X, y, classes=[0, 1, 2])
    curve, room = clf.loss_curve_, None
    moved = 0
    for _ in range(100):
        clf.partial_fit(X, y)
        moved += clf.minibatch_loss_curve_.base is not room
        room = clf.minibatch_loss_curve_.base
    assert clf.loss_curve_ is curve
    # It doubles.
    assert moved < 10
    assert len(clf.loss_curve_) == len(clf.minibatch_loss_curve_) == 101


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda clf: pickle.loads(pickle.dumps(clf))])
def test_curves_of_copies_grow_apart(duplicate, digits):
    X, y = digits[0][:100], digits[1][:100]
    clf = SoftmaxRegression(random_state=0, store_minibatch_loss=True)
    for _ in range(3):
        clf.partial_fit(X, y, classes=np.arange(10))
    twin = duplicate(clf)
    expected = [*clf.loss_curve_], clf.minibatch_loss_curve_.copy()
    twin.partial_fit(X * 2, y)
    assert clf.loss_curve_ == expected[0]
    clf.partial_fit(X, y)
    assert twin.loss_curve_[:3] == clf.loss_curve_[:3] == expected[0]
    assert twin.loss_curve_[3] != clf.loss_curve_[3]
    n_steps = len(expected[1])
    np.testing.assert_array_equal(clf.minibatch_loss_curve_[:n_steps], expected[1])
    assert not np.array_equal(twin.minibatch_loss_curve_, clf.minibatch_loss_curve_)


def test_a_call_that_fails_after_its_training_leaves_the_curves_as_they_were(digits, monkeypatch):
    clf = SoftmaxRegression(random_state=0, verbose=1).partial_fit(*digits, classes=np.arange(10))

    def interrupted(result):
        raise KeyboardInterrupt

    monkeypatch.setattr("sksoftmax._base.objective", interrupted)
    before, coef = [*clf.loss_curve_], clf.coef_
    with pytest.raises(KeyboardInterrupt):
        clf.partial_fit(*digits)
    assert clf.loss_curve_ == before
    assert clf.coef_ is coef
    assert clf.n_iter_ == 1
