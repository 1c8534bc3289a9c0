# SPDX-License-Identifier: BSD-3-Clause
"""When a model has stopped improving."""

import numpy as np


class Patience:
    """Counts, for each of M models, the epochs in a row that did not better its smallest value by its tolerance.

    Parameters
    ----------
    tolerances : (M,); -inf never runs out of patience
    patience : (M,) epochs without improvement, (at least) until `exhausted` is true
    """

    def __init__(self, tolerances, patience):
        self._tolerances, self._patience = np.asarray(tolerances, float), np.asarray(patience)
        self._smallest = np.full(len(self._patience), np.inf)
        self._stale = np.zeros(len(self._patience), dtype=int)

    def exhausted(self, values):
        """Take this epoch's values (M,), the smaller the better; return which models (M,) ran out of patience."""
        improved = values < self._smallest - self._tolerances
        self._smallest = np.fmin(values, self._smallest)
        self._stale = np.where(improved, 0, self._stale + 1)
        return self._stale >= self._patience

    def renew(self, models):
        """Judge the given models (M,) bool by what they reach from now on."""
        self._stale[models] = 0
        self._smallest[models] = np.inf

    def take(self, models):
        taken = Patience(self._tolerances[models], self._patience[models])
        taken._smallest, taken._stale = self._smallest[models], self._stale[models]
        return taken
