# SPDX-License-Identifier: BSD-3-Clause
import numpy as np

from sksoftmax._engine.stopping import Patience, resolution, standard_errors


def test_runs_out_after_exactly_that_many_epochs_without_improvement():
    patience = Patience([0.1], [3])
    values = [1.0, 0.5, 0.45, 0.42, 0.41, 0.40]
    assert [bool(patience.exhausted(np.array([v]))[0]) for v in values] == [False, False, False, False, True, True]


def test_tolerance_of_minus_infinity_never_runs_out():
    patience = Patience([-np.inf], [1])
    assert not any(patience.exhausted(np.array([v]))[0] for v in [1.0, 2.0, 2.0, 2.0])


def test_nan_is_no_improvement():
    patience = Patience([0.0], [2])
    assert [bool(patience.exhausted(np.array([v]))[0]) for v in [1.0, np.nan, np.nan]] == [False, False, True]


def test_each_model_has_its_own_patience_and_keeps_it_when_others_leave():
    patience = Patience([0.0, 0.0, 0.0], [1, 2, 3])
    patience.exhausted(np.ones(3))
    assert patience.exhausted(np.ones(3)).tolist() == [True, False, False]
    rest = patience.take(np.array([1, 2]))
    assert rest.exhausted(np.ones(2)).tolist() == [True, False]
    rest.renew(np.array([True, False]))
    assert rest.exhausted(np.ones(2)).tolist() == [False, True]


def test_renewed_patience_judges_by_what_comes_after():
    patience = Patience([0.0], [1])
    patience.exhausted(np.array([1.0]))
    assert patience.exhausted(np.array([5.0]))[0]
    patience.renew(np.array([True]))
    assert [bool(patience.exhausted(np.array([v]))[0]) for v in [4.0, 3.0, 3.5]] == [False, False, True]


def test_small_objectives_are_judged_by_their_size():
    objectives = np.array([3.0, 1 / 12, 1e-3, 1e-9])
    np.testing.assert_allclose(resolution(objectives, np.zeros(4)), [1, 1, 0.012, 1.2e-8])


def test_nothing_is_judged_finer_than_the_samples_can_tell():
    standard_errors = np.array([1e-3, 1e-2, 1.0])
    np.testing.assert_allclose(resolution(np.full(3, 1e-9), standard_errors), 100 * standard_errors)


def test_an_objective_of_zero_still_has_a_resolution():
    assert resolution(np.zeros(1), np.zeros(1)) > 0


def test_units_multiply_the_tolerance_and_the_excused_start_anew():
    patience = Patience([0.1, 0.1], [2, 2])
    patience.exhausted(np.ones(2))
    units = np.array([0.1, 1.0])
    patience.exhausted(np.full(2, 0.95), units)
    assert patience.stale.tolist() == [0, 1]
    patience.exhausted(np.full(2, 0.95), units, np.array([False, True]))
    assert patience.stale.tolist() == [1, 0]


def test_standard_errors_are_those_of_the_mean_of_as_many_equal_samples(rng):
    losses = rng.uniform(1, 3, (50, 2))
    found = standard_errors(losses.sum(axis=0), (losses**2).sum(axis=0), 50, 20)
    np.testing.assert_allclose(found, losses.std(axis=0) / np.sqrt(20), rtol=1e-12)
    # Rounding may leave less than nothing of a variance.
    assert standard_errors(np.full(1, 3.0), np.full(1, 0.9 * 3.0), 3, 3) == 0
