# SPDX-License-Identifier: BSD-3-Clause
"""The mean of the parameters that the steps of a plateau lead to (Polyak and Juditsky 1992; Ruppert 1988).

At a constant learning rate steps on batches end up circling around the optimum. Their mean is nearer to it than what
many epochs of smaller and smaller steps reach.
"""

import numpy as np

from sksoftmax._engine.blas import blas
from sksoftmax._engine.calls import bound, run


class IterateMean:
    """Means, for each model of a stack, of its parameters after each step since it was last reset.

    Parameters
    ----------
    parameters : Parameters, the iterate

    Attributes
    ----------
    total : Parameters, the sum; `add` leaves weights that lie by feature to who changes them
    """

    def __init__(self, parameters, total=None, count=None):
        self.total = parameters.zeros_like() if total is None else total
        self._count = np.zeros(parameters.n_models) if count is None else count
        axpy = blas("axpy", parameters.dtype)
        self._add = [bound(axpy, parameters.eager, self.total.eager, None, 1.0)]

    def add(self):
        run(self._add)
        self._count += 1

    def add_vector(self, flat):
        """Add what stands for an iterate."""
        self.total.flat += flat
        self._count += 1

    def reset(self, models):
        """Begin anew for these models, (M,) bool."""
        models = models & (self._count > 0)
        if models.all():
            self.total.flat[:] = 0
        elif models.any():
            for layer in self.total.layers:
                layer.W[models] = layer.b[models] = 0
        self._count[models] = 0

    def course(self):
        """How many iterates the sums are of, by name: an (M,) array that may be overwritten."""
        return {"n_iterates": self._count}

    def of(self, model):
        """The mean of one model, a stack of one."""
        mean = self.total.take([model])
        mean.flat /= self._count[model]
        return mean

    def take(self, models, parameters):
        """The means of these models only, whose iterates are `parameters`."""
        return IterateMean(parameters, self.total.take(models), self._count[models])
