# SPDX-License-Identifier: BSD-3-Clause
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from sksoftmax._engine import schedules

CASES = [
    (schedules.constant, {}, [1, 1, 1, 1, 1]),
    (schedules.exponential, {"decay": 0.5}, [1, 0.5, 0.25, 0.125, 0.0625]),
    (schedules.inverse_time, {"decay": 1.0}, [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
    (schedules.power, {"exponent": 0.5}, [1, 2**-0.5, 3**-0.5, 0.5, 5**-0.5]),
    (schedules.step, {"decay": 0.1, "every": 2}, [1, 1, 0.1, 0.1, 0.01]),
    (schedules.cosine, {"period": 4}, [1, (1 + 2**-0.5) / 2, 0.5, (1 - 2**-0.5) / 2, 0]),
    (schedules.custom, {"function": float}, [0, 1, 2, 3, 4]),
]


@pytest.mark.parametrize(("schedule", "parameters", "factors"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_factor_of_the_first_epochs(schedule, parameters, factors):
    assert [schedule(epoch, **parameters) for epoch in range(5)] == pytest.approx(factors, abs=1e-16)


def test_cosine_stays_zero_after_its_period():
    assert schedules.cosine(9, period=4) == 0


@pytest.mark.parametrize(
    "value", [-0.1, float("nan"), float("inf"), 10**400, Decimal("0.5"), "0.5", None, np.array([0.5])], ids=type
)
def test_custom_schedule_rejects_what_is_no_factor(value):
    with pytest.raises(ValueError, match=r"learning_rate\(3\) == .*, must be a finite number >= 0"):
        schedules.custom(3, lambda epoch: value)


@pytest.mark.parametrize("half", [np.array(0.5), np.float16(0.5), Fraction(1, 2)], ids=type)
def test_custom_schedule_takes_any_number(half):
    factor = schedules.custom(0, lambda epoch: half)
    assert factor == 0.5
    assert type(factor) is float
