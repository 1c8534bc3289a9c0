# SPDX-License-Identifier: BSD-3-Clause
"""Errors at any line of the package's code that may need memory."""

import dis
import os
import sys
from functools import cache

import sksoftmax

HOME = os.path.dirname(sksoftmax.__file__)
# Instructions that only move references need none.
NEED_MEMORY = (
    "BINARY", "BUILD", "CALL", "COMPARE", "DICT", "FORMAT", "FOR_ITER", "GET_ITER", "LIST", "LOAD_ATTR", "LOAD_METHOD",
    "SET", "STORE_ATTR", "STORE_SUBSCR", "UNARY",
)  # fmt: skip


@cache
def _lines(code):
    return frozenset(
        step.positions.lineno for step in dis.get_instructions(code) if step.opname.startswith(NEED_MEMORY)
    )


def _traced(run, see):
    """run(), with see(code, line) called before each such line of the package."""

    def at_line(frame, event, _):
        if event == "line" and frame.f_lineno in _lines(frame.f_code):
            see(frame.f_code, frame.f_lineno)
        return at_line

    def entered(frame, event, _):
        return at_line if frame.f_code.co_filename.startswith(HOME) else None

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        return run()
    finally:
        sys.settrace(before)


def places_of(run):
    """The lines that run() passes, in the order of their first time."""
    seen = {}
    _traced(run, lambda *place: seen.setdefault(place))
    return list(seen)


def failing_at(place, run):
    """run(), with one MemoryError where it first comes to this place."""
    failed = False

    def see(*here):
        nonlocal failed
        if here == place and not failed:
            failed = True
            raise MemoryError(f"{place[0].co_filename}, line {place[1]}")

    return _traced(run, see)
