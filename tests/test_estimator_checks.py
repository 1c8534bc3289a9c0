# SPDX-License-Identifier: BSD-3-Clause
"""scikit-learn's own checks: all of them, with one expected failure."""

import pytest
from sklearn.utils import estimator_checks
from sklearn.utils._param_validation import Interval, InvalidParameterError, StrOptions
from sklearn.utils.estimator_checks import parametrize_with_checks

from sksoftmax import (
    SoftmaxRegression,
    SoftmaxRegressionCV,
    TinyMLPClassifier,
    VectorizedGridSearchCV,
    VectorizedRandomizedSearchCV,
)
from sksoftmax._hyperparameters import SCHEDULE
from sksoftmax._validation import SIZES, Kind, Options
from sksoftmax._validation import Interval as OurInterval
from sksoftmax._validation import InvalidParameterError as OurInvalidParameterError

INSTANCES = [SoftmaxRegression(), TinyMLPClassifier()]
# Each way to train, to weight and to choose; what trains with default settings trains to the end.
FEW = {"max_iter": 10}
OTHER_INSTANCES = [
    SoftmaxRegression(solver="lbfgs"),
    SoftmaxRegression(batch_size=10**6, class_weight="balanced", **FEW),
    # Plain steps in the raw features.
    SoftmaxRegression(momentum=0.0, learning_rate_init=0.1, **FEW),
    TinyMLPClassifier(solver="lbfgs", **FEW),
    TinyMLPClassifier((32, 16), "relu", solver="adam", class_weight="balanced", **FEW),
    # The checks have classes of fewer than five samples.
    SoftmaxRegressionCV(2, cv=2, **FEW),
    SoftmaxRegressionCV([0.1, 1.0], cv=2, solver="lbfgs"),
    # The checks set the seed of the search, not that of its estimator.
    VectorizedGridSearchCV(SoftmaxRegression(random_state=0, tol=None, **FEW), {"l2": [0.01, 0.1]}, cv=2),
    VectorizedRandomizedSearchCV(
        TinyMLPClassifier(4, random_state=0, tol=None, **FEW),
        {"l2": [0.01, 0.1]},
        n_iter=2,
        scoring=["accuracy"],
        refit="accuracy",
        cv=2,
    ),
]


def expected_failures(estimator):
    # For an estimator with splits the check has more samples than a minibatch; with lbfgs it passes.
    if isinstance(estimator, SoftmaxRegressionCV) and estimator.solver == "sgd" and estimator.batch_size == "auto":
        reason = "in minibatches a weight equals repetitions in expectation only"
        return {f"check_sample_weight_equivalence_on_{kind}_data": reason for kind in ("dense", "sparse")}
    return {}


@parametrize_with_checks(INSTANCES)
def test_check_estimator(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks(OTHER_INSTANCES, expected_failed_checks=expected_failures)
def test_check_estimator_with_other_settings(estimator, check):
    check(estimator)


EXTRA_CHECKS = [
    "check_dataframe_column_names_consistency",
    "check_inplace_ensure_writeable",
    "check_class_weight_balanced_linear_classifier",
]
ESTIMATORS = [SoftmaxRegression, TinyMLPClassifier]


@pytest.mark.parametrize(
    ("cls", "name"),
    # One check is for linear classifiers.
    [(SoftmaxRegression, name) for name in EXTRA_CHECKS] + [(TinyMLPClassifier, name) for name in EXTRA_CHECKS[:2]],
)
def test_checks_that_scikit_learn_runs_on_itself(cls, name):
    estimator, check = cls(), getattr(estimator_checks, name)
    check(cls.__name__, estimator)
    assert vars(estimator) == vars(cls())


def as_scikit_learns(constraint):
    """Our constraint in the terms of scikit-learn's own validation, from which its check makes bad values."""
    if isinstance(constraint, OurInterval):
        high = None if constraint.high == float("inf") else constraint.high
        return Interval(constraint.kind, constraint.low, high, closed=constraint.closed)
    if isinstance(constraint, Options):
        return StrOptions(set(constraint.names))
    assert isinstance(constraint, Kind)
    names = {
        "an instance of 'bool'": "boolean",
        "a callable": callable,
        SCHEDULE.description: callable,
        "an instance of 'dict'": dict,
        "None": None,
        SIZES.description: "array-like",
    }
    return names.get(constraint.description, "random_state")


def _raised_as_scikit_learns(method):
    def raising(*args, **kwargs):
        try:
            return method(*args, **kwargs)
        except OurInvalidParameterError as error:
            raise InvalidParameterError(str(error)) from error

    return raising


@pytest.mark.parametrize("cls", ESTIMATORS, ids=lambda cls: cls.__name__)
def test_check_param_validation(cls):
    constraints = {
        name: [as_scikit_learns(constraint) for constraint in allowed] for name, allowed in cls._constraints.items()
    }
    methods = {
        "fit": _raised_as_scikit_learns(cls.fit),
        "partial_fit": _raised_as_scikit_learns(cls.partial_fit),
    }
    checked = type(cls.__name__, (cls,), {"_parameter_constraints": constraints, **methods})
    estimator_checks.check_param_validation(cls.__name__, checked())
