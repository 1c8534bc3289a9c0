# SPDX-License-Identifier: BSD-3-Clause
"""Errors at any place of the package's code that may need memory."""

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
def _offsets(code):
    return frozenset(step.offset for step in dis.get_instructions(code) if step.opname.startswith(NEED_MEMORY))


def _traced(run, see):
    """run(), with see(code, offset) called before each such instruction of the package."""

    def instruction(frame, event, _):
        if event == "opcode" and frame.f_lasti in _offsets(frame.f_code):
            see(frame.f_code, frame.f_lasti)
        return instruction

    def entered(frame, event, _):
        if not frame.f_code.co_filename.startswith(HOME):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return instruction

    before = sys.gettrace()
    # Python 3.12 traces instructions where a frame asked for it before tracing begins.
    sys._getframe().f_trace_opcodes = True
    sys.settrace(entered)
    try:
        return run()
    finally:
        sys.settrace(before)


def places_of(run):
    """The instructions that run() passes, in the order of their first time."""
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
            raise MemoryError(f"{place[0].co_filename}, {place[0].co_qualname}, offset {place[1]}")

    return _traced(run, see)
