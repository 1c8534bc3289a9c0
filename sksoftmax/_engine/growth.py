# SPDX-License-Identifier: BSD-3-Clause
"""A learning rate that grows as the loss falls.

The Hessian of a sample's cross-entropy in its logits is at most 1/2 (Boehning 1992). It is also at most twice the
probability of the wrong classes, and so twice the cross-entropy. Once the loss is below 1/4, steps may therefore grow
like 1 / loss, without which data that can be separated take as many epochs for each halving of the loss as before in
all. The bound is one for the mean of the samples; a few that stay hard may not bear it. Where the objective rises
steeply, a model goes back to where the epoch of its smallest value began, and grows less from then on.
"""

import math

import numpy as np

from sksoftmax._engine.stopping import CONFIDENCE

MOST = 8.0
# An objective that many times the smallest has risen steeply.
STEEP = 2.0


def most_growth(rate, l2, scale):
    """The largest factor on a learning rate, for coordinates x / scale: the curvature of the penalty does not fall."""
    part = float(rate) * (math.sqrt(l2) / float(scale.min())) ** 2
    return max(1.0, MOST / max(1.0, MOST * part))


class Growth:
    """Factors on the learning rates of M models.

    Parameters
    ----------
    most : (M,) the largest factor of each, 1 for those whose learning rate does not grow
    parameters : Parameters of the shape of theirs
    least : the smallest factor, for those that shall fall below 1 where the objective rises steeply
    steep : how many times the smallest objective one is that has risen steeply

    Attributes
    ----------
    factors : (M,) powers of two, so that they change seldom
    best : Parameters where the epoch of the smallest objective of each began, or None where none grows
    """

    def __init__(self, most, parameters, least=1.0, steep=STEEP):
        self._most, self._least, self._steep = np.array(most, float), least, steep
        self.factors, self._smallest = np.ones(len(self._most)), np.full(len(self._most), np.inf)
        grows = np.any(self._most > least)
        # Where this epoch began.
        self._start, self.best = (parameters.zeros_like() for _ in range(2)) if grows else (None, None)

    def begin(self, parameters):
        """Remember where an epoch begins."""
        if self._start is not None:
            self._start.flat[:] = parameters.flat

    def judge(self, objectives, losses, standard_errors):
        """Take the objectives, the losses and their standard errors (M,) of the epoch; return which models (M,) bool
        should go back to `best`."""
        back = (objectives > self._steep * self._smallest) & (self._most > self._least)
        if self._start is None:
            return back
        best = objectives < self._smallest
        self._smallest = np.minimum(objectives, self._smallest)
        self.best.put(np.flatnonzero(best), self._start)
        self._most[back] /= 2
        # What the loss may be on other samples, as far as these tell; after going back nothing is known.
        bound = 4 * (losses + CONFIDENCE * standard_errors)
        bound[back] = 1.0
        factors = np.exp2(np.rint(-np.log2(np.maximum(np.minimum(bound, 1.0), 1 / MOST))))
        self.factors = np.maximum(np.minimum(factors, self._most), self._least)
        return back

    def course(self):
        """What it has seen, by name: (M,) arrays that may be overwritten; and `best` is a part of it."""
        return {"most_growth": self._most, "growth": self.factors, "smallest_objective": self._smallest}

    def take(self, models, parameters):
        """Those of these models only, of the shape of `parameters`."""
        taken = Growth(self._most[models], parameters, self._least, self._steep)
        taken.factors, taken._smallest = self.factors[models], self._smallest[models]
        taken.best = taken._start and self.best.take(models)
        return taken
