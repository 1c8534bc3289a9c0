# SPDX-License-Identifier: BSD-3-Clause
"""Damaged files end in an error that names them, at little cost in time and memory."""

import base64
from pathlib import Path

import numpy as np
import pytest

from tests.datasets.fuzzing import KINDS, outcome, seeds

LINES = Path(__file__).with_name("corpus.txt").read_text().splitlines()
CORPUS = [base64.b64decode(line) for line in LINES if not line.startswith("#")]


def damaged(case, rng):
    """A case with some bytes changed, left out, doubled or zeroed."""
    case = bytearray(case)
    for _ in range(rng.randint(1, 4)):
        place, length = rng.randint(1, max(2, len(case))), 2 ** rng.randint(5)
        part = case[place : place + length]
        change = rng.randint(4)
        if change == 0:
            case[place : place + length] = rng.bytes(len(part))
        elif change == 1:
            del case[place : place + length]
        elif change == 2:
            case[place:place] = part
        else:
            case[place : place + length] = bytes(len(part))
    return bytes(case)


def test_right_files_of_each_kind_are_read(tmp_path):
    kinds = {case[0] for case in seeds() if outcome(case, tmp_path) is None}
    # The last has more than it says.
    assert kinds == set(range(len(KINDS) - 1))


@pytest.mark.parametrize("case", CORPUS, ids=range(len(CORPUS)))
def test_what_fuzzing_has_found_is_read_or_named(case, tmp_path):
    assert len(case) < 1000
    # It asserts.
    outcome(case, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_corpus_comes_to_many_errors(tmp_path):
    errors = {type(error.__cause__) for error in (outcome(case, tmp_path) for case in CORPUS) if error is not None}
    assert len(errors) >= 5


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_random_damage_is_named(kind, tmp_path):
    rng = np.random.RandomState(kind)
    cases = [case for case in [*seeds(), *CORPUS] if case[0] == kind]
    outcomes = [outcome(damaged(cases[rng.randint(len(cases))], rng), tmp_path) for _ in range(30)]
    assert any(outcomes)
