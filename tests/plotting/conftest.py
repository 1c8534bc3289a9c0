# SPDX-License-Identifier: BSD-3-Clause
import matplotlib.pyplot as plt
import pytest

from sksoftmax import SoftmaxRegression


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="package")
def digits_model(datasets):
    """Softmax regression on the digits, fitted for a few epochs."""
    X, y = datasets["digits"]
    return SoftmaxRegression(max_iter=5, tol=None, random_state=0).fit(X, y)
