# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse

from sksoftmax._engine import columns as columns_module
from sksoftmax._engine.columns import Columns, ColumnsInUse, parts_of
from sksoftmax._engine.in_use import train_on_columns_in_use
from sksoftmax._engine.result import Course, TrainingResult
from tests.engine.helpers import network, samples


def test_columns_of_values_are_found_once_each(rng):
    indices = rng.randint(0, 1000, 300).astype(np.int32)
    columns = Columns(1000)
    for but in ((), np.arange(0, 1000, 7)):
        found = columns.of(indices, but)
        np.testing.assert_array_equal(np.sort(found), np.setdiff1d(indices, but))
    found = columns.of(indices)
    np.testing.assert_array_equal(found[columns.places(indices, found)], indices)


@pytest.mark.parametrize("values", [1, 5, 10**6])
def test_parts_of_a_matrix_are_its_rows(values, rng, monkeypatch):
    monkeypatch.setattr(columns_module, "FEWEST_VALUES", values)
    X = sparse.random(30, 4, 0.3, "csr", random_state=rng)
    X = sparse.vstack([X[:3], sparse.csr_matrix((6, 4)), X[9:]], "csr")
    parts = list(parts_of(X))
    np.testing.assert_array_equal(sparse.vstack([part for _, part in parts]).toarray(), X.toarray())
    np.testing.assert_array_equal(np.concatenate([np.arange(30)[rows] for rows, _ in parts]), np.arange(30))


def test_columns_in_use_are_those_of_values_and_of_weights(rng):
    X = sparse.csr_matrix(np.array([[0, 1, 0, 0, 2], [0, 3, 0, 0, 0]], float))
    parameters = network((5, 3, 2), rng=rng).parameters
    parameters.layers[0].W[:, :, [0, 1, 3]] = 0
    columns = ColumnsInUse(X, [parameters.layers[0].matrix])
    np.testing.assert_array_equal(columns.of(np.arange(5)), [1, 2, 4])
    # Other samples may have features that these lack.
    for rows in (X, sparse.csr_matrix(np.array([[1, 2, 3, 4, 5], [0, 0, 0, 6, 7]], float))):
        np.testing.assert_array_equal(columns.of_rows(rows).toarray(), rows.toarray()[:, [1, 2, 4]])
    restricted = columns.restrict(parameters)
    assert restricted.sizes == (3, 3, 2)
    np.testing.assert_array_equal(columns.expand(restricted).flat, parameters.flat)


def test_a_course_keeps_weights_where_the_latest_are_zero(rng):
    X, y = sparse.csr_matrix(np.array([[0, 1, 0, 0, 2], [0, 3, 0, 0, 0]], float)), np.arange(2)
    latest, best = network((5, 2)), network((5, 2), rng=rng)
    best.parameters.layers[0].W[:, :, [0, 2]] = 0

    def train(network, samples, settings, *, earlier, **_):
        assert samples.X.shape[1] == network.parameters.sizes[0] == earlier.course.vectors["best"].sizes[0] == 3
        earlier.parameters = network.parameters
        return [earlier]

    earlier = TrainingResult(course=Course({"best": best.parameters}, {}))
    (result,) = train_on_columns_in_use(train, latest, samples(X, y), [], earlier=earlier)
    np.testing.assert_array_equal(result.course.vectors["best"].flat, best.parameters.flat)
