# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sksoftmax._engine.growth import Growth, most_growth
from tests.engine.helpers import network


def judge(growth, objective, loss=None, standard_error=0.0):
    values = np.atleast_1d(np.asarray(objective, float))
    losses = values if loss is None else np.atleast_1d(np.asarray(loss, float))
    return growth.judge(values, losses, np.full(len(values), standard_error))


@pytest.mark.parametrize(("loss", "factor"), [(2.0, 1), (0.25, 1), (0.12, 2), (0.06, 4), (0.03, 8), (1e-9, 8)])
def test_steps_grow_like_the_inverse_of_a_small_loss(loss, factor):
    growth = Growth([8.0], network((2, 2)).parameters)
    judge(growth, loss)
    assert growth.factors == factor


def test_a_large_loss_alone_takes_nothing_from_steps_that_may_shrink():
    growth = Growth([8.0], network((2, 2)).parameters, least=1 / 64)
    judge(growth, 2.0)
    assert growth.factors == 1


def test_what_the_loss_may_be_on_other_samples_counts():
    growth = Growth([8.0], network((2, 2)).parameters)
    judge(growth, 0.03, standard_error=0.03)
    assert growth.factors == 2


def test_a_steep_rise_leads_back_to_where_the_best_epoch_began_and_halves_the_factor(rng):
    parameters = network((3, 2), n_models=2, rng=rng).parameters
    growth = Growth([8.0, 1.0], parameters)
    start = parameters.flat.copy()
    growth.begin(parameters)
    assert not judge(growth, [0.01, 0.01]).any()
    np.testing.assert_array_equal(growth.factors, [8, 1])
    parameters.flat[:] += 1
    growth.begin(parameters)
    # Of the second, whose steps do not grow, nothing is known to lead back to.
    assert judge(growth, [0.5, 0.5]).tolist() == [True, False]
    np.testing.assert_array_equal(growth.best.flat, start)
    assert growth.factors[0] == 1
    judge(growth, [0.01, 0.01])
    assert growth.factors[0] == 4


def test_no_step_is_longer_than_the_penalty_admits():
    assert most_growth(0.1, 1e-4, np.array([1.0, 2.0])) == 8
    assert most_growth(0.5, 1.0, np.array([1.0])) == 2
    assert most_growth(2.0, 1.0, np.array([1.0])) == 1
    # The curvature of the penalty is l2 / scale**2.
    assert most_growth(1.0, 1 / 16, np.array([0.5, 3.0])) == 4


def test_where_nothing_grows_nothing_is_kept(rng):
    growth = Growth([1.0, 1.0], network((2, 2), n_models=2).parameters)
    assert not judge(growth, [0.01, 1.0]).any()
    assert not judge(growth, [1.0, 0.01]).any()
    assert growth.factors.tolist() == [1, 1]
    assert growth.best is None


def test_models_that_stay_keep_their_factors(rng):
    parameters = network((3, 2), n_models=3, rng=rng).parameters
    growth = Growth([8.0, 2.0, 8.0], parameters)
    growth.begin(parameters)
    judge(growth, [1.0, 0.01, 0.06])
    stay = np.array([1, 2])
    rest = growth.take(stay, parameters.take(stay))
    assert rest.factors.tolist() == [2, 4]
    np.testing.assert_array_equal(rest.best.flat, parameters.take(stay).flat)
    assert judge(rest, [0.01, 0.5]).tolist() == [False, True]
