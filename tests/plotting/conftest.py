# SPDX-License-Identifier: BSD-3-Clause
import matplotlib.pyplot as plt
import pytest

from sksoftmax import SoftmaxRegression
from tests.plotting.tables import trips


@pytest.fixture(autouse=True)
def _close_figures():
    # Those of tests elsewhere.
    plt.close("all")
    yield
    plt.close("all")


@pytest.fixture(scope="package")
def three_digits(datasets):
    """(X, y) of the digits 0, 1 and 2, for pictures of few panels."""
    X, y = datasets["digits"]
    return X[y < 3], y[y < 3]


@pytest.fixture(scope="package")
def table():
    """(frame, y) with numbers and categories."""
    pytest.importorskip("pandas")
    return trips()


@pytest.fixture(scope="package")
def digits_model(datasets):
    """Softmax regression on the digits, fitted for a few epochs."""
    X, y = datasets["digits"]
    return SoftmaxRegression(max_iter=5, tol=None, random_state=0).fit(X, y)
