# SPDX-License-Identifier: BSD-3-Clause
"""How far a fit or a search has come, as lines of text."""

import math
import shutil
import sys
import time
import warnings
from functools import partial
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
        stream = sys.stdout if stream is None else stream
        self._clock, self._every = clock, every
        self._renewed = _renewed(stream) if not every and renews(stream) else None
        self._print = partial(print, file=stream, flush=True)
        self._next, self._show, self._shown_at = 1, None, -RENEWAL
        self.begin()

    def begin(self):
        self._start = self._clock()

    def tell(self, done, total, text):
        """Take notice that so many steps are done; ``text(seconds)`` says what a line holds."""
        now = self._clock()
        seconds = now - self._start
        if self._renewed is None:
            self._show, due = (lambda: self._print(text(seconds))), self._every or done >= self._next
        else:
            self._show, due = (lambda: self._renewed.show(text(seconds), done, total)), now >= self._shown_at + RENEWAL
        if due:
            self._show_latest()
            self._next, self._shown_at = max(done + 1, int(SPARSER * done)), now

    def close(self):
        """Print the latest line unless it was."""
        self._show_latest()
        if self._renewed is not None:
            self._renewed.close()

    def _show_latest(self):
        show, self._show = self._show, None
        if show is not None:
            show()


class _Line:
    """A line of a stream that is written over."""

    def __init__(self, stream):
        self._print, self._width = partial(print, end="", file=stream, flush=True), 0
        self._is_terminal = stream.isatty()

    def show(self, text, done, total):
        if self._is_terminal:
            # What is wider could not be written over.
            text = text[: shutil.get_terminal_size().columns - 1]
        self._print(f"\r{text:<{self._width}}")
        self._width = len(text)

    def close(self):
        if self._width:
            self._print("\n")


class _Bar:
    """Such a line of tqdm's, with a bar in the rest of it."""

    def __init__(self, tqdm, stream):
        self._make, self._bar = partial(tqdm, file=stream, bar_format="{desc} {bar}", dynamic_ncols=True), None

    def show(self, text, done, total):
        if self._bar is None:
            self._bar = self._make(total=total)
        self._bar.set_description_str(text, refresh=False)
        self._bar.n = done
        self._bar.refresh()

    def close(self):
        if self._bar is not None:
            self._bar.close()


def _renewed(stream):
    """A line of the stream that renews itself: tqdm's where that is installed."""
    try:
        with warnings.catch_warnings():
            # It warns where a notebook lacks widgets, and does without.
            warnings.simplefilter("ignore")
            from tqdm.auto import tqdm
    except ImportError:
        return _Line(stream)
    return _Bar(tqdm, stream)


class Progress(Watcher):
    """Prints the epochs of one fit by a Reporter, whose parameters it takes."""

    def __init__(self, *args, **kwargs):
        self._reporter = Reporter(*args, **kwargs)
        self.close = self._reporter.close

    def __call__(self, epoch):
        if epoch.result.n_epochs:
            most = int(epoch.estimator.max_iter)
            self._reporter.tell(epoch.result.n_epochs, most, lambda seconds: line_of(epoch, seconds))
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
        self._reporter.tell(self._done, self._n_fits, self._line)

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
    """What there is to say of an epoch, after so many seconds; a narrow terminal shows the first of it."""
    result, done, most = epoch.result, epoch.result.n_epochs, int(epoch.estimator.max_iter)
    left = 0.0 if epoch.is_last else seconds * (most - done) / done
    times = f"elapsed {duration(seconds)}  left <= {duration(left)}"
    return f"epoch {done:>{len(str(most))}} of {most}  {times}  {objective(result)}{rate(result)}"


def objective(result):
    """The latest objective, and what is validated."""
    text = f"objective {result.data_loss[-1] + result.penalty[-1]:.6f}"
    if result.validation_loss:
        text += f"  validation loss {result.validation_loss[-1]:.6f}  accuracy {result.validation_accuracy[-1]:.4f}"
    return text


def rate(result):
    """The latest learning rate, if there is one."""
    return f"  rate {result.learning_rate[-1]:.3g}" if result.learning_rate else ""


def duration(seconds):
    """Seconds as text of a constant width up to a day."""
    if seconds < 100:
        return f"{seconds:5.1f} s"
    minutes = seconds / 60
    return f"{minutes:3.0f} min" if minutes < 100 else f"{minutes / 60:5.1f} h"
