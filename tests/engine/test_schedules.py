# SPDX-License-Identifier: BSD-3-Clause
import pickle

import pytest

from sksoftmax._engine import schedules

CASES = [
    (schedules.Constant(), [1, 1, 1, 1, 1]),
    (schedules.Exponential(0.5), [1, 0.5, 0.25, 0.125, 0.0625]),
    (schedules.InverseTime(1.0), [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
    (schedules.Power(0.5), [1, 2**-0.5, 3**-0.5, 0.5, 5**-0.5]),
    (schedules.Step(0.1, 2), [1, 1, 0.1, 0.1, 0.01]),
    (schedules.Cosine(4), [1, (1 + 2**-0.5) / 2, 0.5, (1 - 2**-0.5) / 2, 0]),
    (schedules.Custom(float), [0, 1, 2, 3, 4]),
]


@pytest.mark.parametrize(("schedule", "factors"), CASES, ids=lambda case: type(case).__name__)
def test_factor_of_the_first_epochs(schedule, factors):
    assert [schedule(epoch) for epoch in range(5)] == pytest.approx(factors, abs=1e-16)


@pytest.mark.parametrize("schedule", [case[0] for case in CASES], ids=lambda s: type(s).__name__)
def test_schedules_pickle_and_compare(schedule):
    assert pickle.loads(pickle.dumps(schedule)) == schedule


def test_cosine_stays_zero_after_its_period():
    assert schedules.Cosine(4)(9) == 0


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_custom_schedule_rejects_what_is_no_factor(value):
    with pytest.raises(ValueError, match=r"learning_rate\(3\) == .*finite factor >= 0"):
        schedules.Custom(lambda epoch: value)(3)
