# SPDX-License-Identifier: BSD-3-Clause
"""When a model has stopped improving."""

import numpy as np

# An objective below 1 / RELATIVE is judged relatively.
RELATIVE = 12.0
# Differences of that part of a standard error are no improvement with a tolerance of 0.001.
STANDARD_ERRORS = 100.0
# Of the mean loss of n samples what it is for others may lie that many standard errors above.
CONFIDENCE = 3.0


def resolution(objectives, standard_errors):
    """What tolerances are multiples of, (M,), for objectives (M,) that are means over samples, with standard errors.

    1 for large objectives, a share of small ones, so that data which can be separated are not given up half-way; and
    no less than the samples can tell: where they are few, the objective of others is uncertain by far more.
    """
    relative = np.minimum(1.0, RELATIVE * (objectives + CONFIDENCE * standard_errors))
    return np.maximum(np.maximum(relative, STANDARD_ERRORS * standard_errors), np.finfo(np.float64).tiny)


def standard_errors(sums, squares, n_samples, n_equal):
    """(M,): of means over n_samples samples, from sums and sums of squares (M,); n_equal as of `Samples.n_equal`."""
    return np.sqrt(np.maximum(squares / n_samples - (sums / n_samples) ** 2, 0.0) / n_equal)


class Patience:
    """Counts, for each of M models, the epochs in a row that did not better its smallest value by its tolerance.

    Parameters
    ----------
    tolerances : (M,); -inf never runs out of patience
    patience : (M,) epochs without improvement, (at least) until `exhausted` is true

    Attributes
    ----------
    stale : (M,) epochs in a row without improvement
    """

    def __init__(self, tolerances, patience):
        self._tolerances, self._patience = np.asarray(tolerances, float), np.asarray(patience)
        self._smallest = np.full(len(self._patience), np.inf)
        self.stale = np.zeros(len(self._patience), dtype=int)

    def exhausted(self, values, units=1.0, excused=False):
        """Take this epoch's values (M,), the smaller the better; return which models (M,) ran out of patience.

        units : what the tolerances are multiples of, a number or (M,)
        excused : models, bool or (M,), that count as improved whatever their value
        """
        improved = (values < self._smallest - self._tolerances * units) | excused
        self._smallest = np.fmin(values, self._smallest)
        self.stale = np.where(improved, 0, self.stale + 1)
        return self.stale >= self._patience

    def renew(self, models):
        """Judge the given models (M,) bool by what they reach from now on."""
        self.stale[models] = 0
        self._smallest[models] = np.inf

    def course(self):
        """What it has seen, by name: (M,) arrays that may be overwritten."""
        return {"smallest": self._smallest, "stale": self.stale}

    def take(self, models):
        taken = Patience(self._tolerances[models], self._patience[models])
        taken._smallest, taken.stale = self._smallest[models], self.stale[models]
        return taken
