# SPDX-License-Identifier: BSD-3-Clause
import os

# Without it scikit-learn skips its array API check.
os.environ["SCIPY_ARRAY_API"] = "1"

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import settings
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

mpl.use("Agg")
# The same examples in every run, whatever a busy machine makes of their time.
settings.register_profile("reproducible", derandomize=True, deadline=None)
settings.load_profile("reproducible")


@pytest.fixture(scope="session", autouse=True)
def _one_blas_thread():
    """Small products of other packages wait for a second thread longer than they take, on busy cores most of all."""
    with threadpool_limits(1, user_api="blas"):
        yield


@pytest.fixture
def rng():
    return np.random.RandomState(0)


@pytest.fixture(scope="session")
def datasets():
    """(X, y) of scikit-learn's bundled sets, raw."""
    loaders = {"wine": load_wine, "breast cancer": load_breast_cancer, "iris": load_iris, "digits": load_digits}
    return {name: load(return_X_y=True) for name, load in loaders.items()}


@pytest.fixture
def iris(datasets):
    return datasets["iris"]


@pytest.fixture(scope="session")
def standardised(datasets):
    return {name: (StandardScaler().fit_transform(X), y) for name, (X, y) in datasets.items()}
