# SPDX-License-Identifier: BSD-3-Clause
"""What the warning of a training that ends far off advises leads to a lower objective."""

import warnings
from itertools import product

import numpy as np
import pytest
from sklearn.base import clone

from sksoftmax import SoftmaxRegression, TinyMLPClassifier

LONGER = {"max_iter": 100}
CLOSE = 0.9
SETTINGS = {
    "solver": ["sgd", "adam", "lbfgs"],
    "l2": [0.1, 1.0, 10.0, 100.0],
    "max_iter": [1, 3, 10],
    "learning_rate_init": ["auto", 1e-3, 0.1],
}


def fit_with_messages(clf, X, y):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        clf.fit(X, y)
    return [str(warning.message) for warning in caught]


def advised(message, clf):
    """The changes of parameters of which each is advised."""
    rate = clf.learning_rate_init
    if "Increase max_iter." in message:
        return [LONGER]
    if "too small" in message:
        return [{"learning_rate_init": 10 * rate}, {"learning_rate_init": "auto"}]
    if f"learning_rate_init == {rate} is too large" in message:
        return [{"learning_rate_init": rate / 10}, {"learning_rate_init": "auto"}]
    assert "use a smaller l2" in message
    return [{"l2": clf.l2 / 100}]


@pytest.mark.slow
@pytest.mark.parametrize("cls", [SoftmaxRegression, TinyMLPClassifier])
@pytest.mark.parametrize("name", ["iris", "digits"])
def test_what_is_advised_lowers_an_objective_that_is_far_off(name, cls, datasets):
    X, y = (array[:400] for array in datasets[name])
    n_told = 0
    for values in product(*SETTINGS.values()):
        settings = dict(zip(SETTINGS, values))
        clf = cls(random_state=0, **settings)
        try:
            messages = fit_with_messages(clf, X, y)
        except ValueError:
            # It diverged, which is told otherwise.
            continue
        if clf.loss_ > 2 * np.log(len(clf.classes_)):
            (message,) = messages
            n_told += 1
            for change in advised(message, clf):
                other = clone(clf).set_params(**change)
                fit_with_messages(other, X, y)
                assert other.loss_ < CLOSE * clf.loss_, (settings, message)
    assert n_told


@pytest.mark.parametrize("settings", [{}, {"learning_rate_init": 0.01}, {"solver": "lbfgs", "learning_rate_init": 0.1}])
def test_a_network_that_comes_down_from_its_start_is_given_no_other_cause(settings, iris):
    clf = TinyMLPClassifier(l2=10.0, max_iter=1, random_state=0, **settings)
    (message,) = fit_with_messages(clf, *iris)
    assert message == "TinyMLPClassifier has not converged after 1 of max_iter=1 iterations. Increase max_iter."
    assert fit_with_messages(clf.set_params(tol=None), *iris) == []
