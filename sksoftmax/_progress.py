# SPDX-License-Identifier: BSD-3-Clause
"""How far a fit has come, as lines of text."""

import sys
import time

from sksoftmax._watching import Watcher

# Without a terminal a line comes each time that so many times as many epochs are done, so that a fit of 200 has 13.
SPARSER = 1.5
# Seconds between two renewals of a line.
RENEWAL = 0.1


class Progress(Watcher):
    """Prints the epochs of one fit: as one line that renews itself where `stream` can, else as some lines, or each.

    Parameters
    ----------
    every : whether to print a line for each epoch
    stream : file, or None for standard output
    clock : function of the time in seconds
    """

    def __init__(self, every=False, stream=None, clock=time.perf_counter):
        self._stream = sys.stdout if stream is None else stream
        self._clock, self._start = clock, clock()
        self._renews, self._every = not every and renews(self._stream), every
        self._next, self._line, self._is_shown, self._width, self._shown_at = 1, None, True, 0, -RENEWAL

    def __call__(self, epoch):
        done = epoch.result.n_epochs
        if not done:
            self._start = self._clock()
            return
        now = self._clock()
        self._line, self._is_shown = (epoch, now - self._start), False
        if self._renews:
            due = now - self._shown_at >= RENEWAL
        else:
            due = self._every or done >= self._next
        if due:
            self._show(now)
            self._next = max(done + 1, int(SPARSER * done))

    def close(self):
        if self._line is not None:
            if not self._is_shown:
                self._show(self._clock())
            if self._renews:
                print(file=self._stream, flush=True)

    def _show(self, now):
        text = line_of(*self._line)
        self._is_shown, self._shown_at = True, now
        if self._renews:
            print(f"\r{text:<{self._width}}", end="", file=self._stream, flush=True)
            self._width = len(text)
        else:
            print(text, file=self._stream, flush=True)


def renews(stream):
    """Whether a line of the stream can be written over: that of a terminal or of a notebook."""
    return type(stream).__module__.startswith("ipykernel") or bool(getattr(stream, "isatty", bool)())


def line_of(epoch, seconds):
    """What there is to say of an epoch, after so many seconds."""
    estimator, result, done = epoch.estimator, epoch.result, epoch.result.n_epochs
    most = int(estimator.max_iter)
    left = "" if epoch.is_last else f"  left <= {duration(seconds * (most - done) / done)}"
    return f"epoch {done:>{len(str(most))}} of {most}  {figures(result)}  elapsed {duration(seconds)}{left}"


def figures(result):
    """The latest objective, validation and learning rate."""
    text = f"objective {result.data_loss[-1] + result.penalty[-1]:.6f}"
    if result.validation_loss:
        text += f"  validation loss {result.validation_loss[-1]:.6f}  accuracy {result.validation_accuracy[-1]:.4f}"
    if result.learning_rate:
        text += f"  rate {result.learning_rate[-1]:<8.3g}"
    return text


def duration(seconds):
    """Seconds as text of a constant width up to a day."""
    if seconds < 100:
        return f"{seconds:5.1f} s"
    minutes = seconds / 60
    return f"{minutes:3.0f} min" if minutes < 100 else f"{minutes / 60:5.1f} h"
