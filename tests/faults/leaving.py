# SPDX-License-Identifier: BSD-3-Clause
"""What may not be changed by what fails."""

import warnings
from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np
import pytest
from joblib import hash as hash_of
from sklearn.datasets import load_digits
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_info

from sksoftmax import SoftmaxRegression

digits, targets = load_digits(return_X_y=True)
X, Y = digits[:80], targets[:80]


def quick(cls=SoftmaxRegression, **parameters):
    return cls(**{"max_iter": 2, "tol": None, "random_state": 0, **parameters})


class MineError(Exception):
    """An error that only a test raises."""


def of_process():
    return {
        "BLAS threads": [library["num_threads"] for library in threadpool_info()],
        "NumPy's errors": np.geterr(),
        "warning filters": list(warnings.filters),
        "figures": plt.get_fignums(),
        "global random numbers": hash_of(np.random.get_state()),  # noqa: NPY002
    }


def of_estimator(estimator):
    """A hash of all attributes; callbacks may count what they are told."""
    return hash_of({name: _plain(value) for name, value in vars(estimator).items() if name != "_skl_callbacks"})


def _plain(value):
    """joblib has no hash of masked arrays."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value.tolist() if isinstance(value, np.ma.MaskedArray) else value


@contextmanager
def as_before(estimator, error):
    """Expect an error, of a class or the very same, out of what is done to an estimator, which is then as before."""
    expected, process, before = error if isinstance(error, type) else type(error), of_process(), of_estimator(estimator)
    with pytest.raises(expected) as caught:
        yield caught
    assert isinstance(error, type) or caught.value is error
    assert of_process() == process
    assert of_estimator(estimator) == before


def model_of(estimator):
    """A hash of what was learned."""
    fitted = getattr(estimator, "best_estimator_", estimator)
    fitted = fitted[-1] if isinstance(fitted, Pipeline) else fitted
    return hash_of((fitted._published_layers(), fitted.loss_curve_))
