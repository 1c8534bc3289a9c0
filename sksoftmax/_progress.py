# SPDX-License-Identifier: BSD-3-Clause
"""How far a fit or a search has come, as lines of text."""

import math
import sys
import time
from numbers import Real

from sksoftmax._watching import Watcher

# Without a terminal a line comes each time that so many times as many epochs are done, so that a fit of 200 has 13.
SPARSER = 1.5
# Seconds between two renewals of a line.
RENEWAL = 0.1


class Reporter:
    """Prints how far something is: on one line that renews itself where `stream` can, else on some lines, or each.

    Parameters
    ----------
    every : whether to print a line at each step
    stream : file, or None for standard output
    clock : function of the time in seconds
    """

    def __init__(self, every=False, stream=None, clock=time.perf_counter):
        self._stream = sys.stdout if stream is None else stream
        self._clock, self._every = clock, every
        self._renews = not every and renews(self._stream)
        self._next, self._text, self._is_shown, self._width, self._shown_at = 1, None, True, 0, -RENEWAL
        self.begin()

    def begin(self):
        self._start = self._clock()

    def tell(self, done, text):
        """Take notice that so many steps are done; ``text(seconds)`` says what a line holds."""
        now = self._clock()
        seconds = now - self._start
        self._text, self._is_shown = (lambda: text(seconds)), False
        if self._renews:
            due = now - self._shown_at >= RENEWAL
        else:
            due = self._every or done >= self._next
        if due:
            self._show(now)
            self._next = max(done + 1, int(SPARSER * done))

    def close(self):
        """Print the latest line unless it was."""
        if self._text is not None:
            if not self._is_shown:
                self._show(self._clock())
            if self._renews:
                print(file=self._stream, flush=True)

    def _show(self, now):
        text = self._text()
        self._is_shown, self._shown_at = True, now
        if self._renews:
            print(f"\r{text:<{self._width}}", end="", file=self._stream, flush=True)
            self._width = len(text)
        else:
            print(text, file=self._stream, flush=True)


class Progress(Watcher):
    """Prints the epochs of one fit by a Reporter, whose parameters it takes."""

    def __init__(self, *args, **kwargs):
        self._reporter = Reporter(*args, **kwargs)
        self.close = self._reporter.close

    def __call__(self, epoch):
        if epoch.result.n_epochs:
            self._reporter.tell(epoch.result.n_epochs, lambda seconds: line_of(epoch, seconds))
        else:
            self._reporter.begin()


class SearchProgress:
    """Prints the fits of a search by a Reporter.

    Parameters
    ----------
    candidates : list of what their lines call them
    n_splits : int
    metric : name of that by which the best is told, or None where there is one; where False, the best is not told
    every : whether to print a line at each step
    """

    def __init__(self, candidates, n_splits, metric=None, every=False):
        self._candidates, self._metric, self._n_fits = candidates, metric, len(candidates) * n_splits
        self._scores = [[] for _ in candidates]
        self._reporter, self._done = Reporter(every), 0
        self.close = self._reporter.close

    def __call__(self, places, outcomes):
        """Take notice of the Outcomes of the candidates at these places on a split."""
        self._done += len(places)
        for place, outcome in zip(places, outcomes):
            score = outcome.test_scores
            score = score.get(self._metric) if isinstance(score, dict) else score
            self._scores[place].append(score if isinstance(score, Real) else math.nan)
        self._reporter.tell(self._done, self._line)

    def _line(self, seconds):
        left = seconds * (self._n_fits - self._done) / self._done
        text = f"fit {self._done:>{len(str(self._n_fits))}} of {self._n_fits}  elapsed {duration(seconds)}"
        text += f"  left {duration(left)}" if left else ""
        if self._metric is False:
            return text
        # Those with scores on the most splits are the ones that can be compared.
        most = max(map(len, self._scores))
        means = [sum(scores) / most if len(scores) == most else math.nan for scores in self._scores]
        best = max((mean, -i) for i, mean in enumerate(means) if mean == mean) if any(m == m for m in means) else None
        return text if best is None else f"{text}  best score {best[0]:.4f} with {self._candidates[-best[1]]}"


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
