# SPDX-License-Identifier: BSD-3-Clause
from collections.abc import Sequence
from typing import Any, Generic, Literal, Self, TypeVar

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from sksoftmax._types import ClassWeight, Schedule, Seed, Solver

__all__ = ["DaskSoftmaxRegression", "DaskTinyMLPClassifier"]

_Plain = TypeVar("_Plain")

class _DaskClassifier(Generic[_Plain]):
    estimator_: _Plain
    # Fitted attributes are those of estimator_.
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
    # Collections of Dask have no types of their own.
    def fit(self, X: object, y: object, sample_weight: object | None = ...) -> Self: ...
    def to_local(self) -> _Plain: ...
    def decision_function(self, X: object) -> Any: ...
    def predict(self, X: object) -> Any: ...
    def predict_proba(self, X: object) -> Any: ...
    def predict_log_proba(self, X: object) -> Any: ...
    def score(self, X: object, y: object, sample_weight: object | None = ...) -> float: ...
    def get_params(self, deep: bool = ...) -> dict[str, object]: ...
    def set_params(self, **params: object) -> Self: ...

class DaskSoftmaxRegression(_DaskClassifier[SoftmaxRegression]):
    def __init__(
        self,
        *,
        l2: float = ...,
        solver: Solver = ...,
        batch_size: int | Literal["auto"] = ...,
        learning_rate: Schedule = ...,
        learning_rate_init: float | Literal["auto"] = ...,
        decay: float | None = ...,
        decay_epochs: int = ...,
        power_t: float = ...,
        momentum: float = ...,
        nesterovs_momentum: bool = ...,
        max_iter: int = ...,
        tol: float | None = ...,
        n_iter_no_change: float = ...,
        shuffle: bool | Literal["blocks"] = ...,
        fit_intercept: bool = ...,
        class_weight: ClassWeight = ...,
        early_stopping: bool = ...,
        validation_fraction: float = ...,
        scoring: Literal["loss", "accuracy"] = ...,
        warm_start: bool = ...,
        init_scale: float | None = ...,
        random_state: Seed = ...,
        store_minibatch_loss: bool = ...,
        verbose: int = ...,
        client: object | None = ...,
    ) -> None: ...

class DaskTinyMLPClassifier(_DaskClassifier[TinyMLPClassifier]):
    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = ...,
        activation: Literal["relu", "tanh", "logistic", "identity"] = ...,
        *,
        l2: float | Literal["auto"] = ...,
        solver: Solver = ...,
        batch_size: int | Literal["auto"] = ...,
        learning_rate: Schedule = ...,
        learning_rate_init: float | Literal["auto"] = ...,
        decay: float | None = ...,
        decay_epochs: int = ...,
        power_t: float = ...,
        momentum: float = ...,
        nesterovs_momentum: bool = ...,
        max_iter: int = ...,
        tol: float | None = ...,
        n_iter_no_change: float = ...,
        shuffle: bool | Literal["blocks"] = ...,
        fit_intercept: bool = ...,
        class_weight: ClassWeight = ...,
        early_stopping: bool = ...,
        validation_fraction: float = ...,
        scoring: Literal["loss", "accuracy"] = ...,
        warm_start: bool = ...,
        init_scale: float | None = ...,
        random_state: Seed = ...,
        store_minibatch_loss: bool = ...,
        verbose: int = ...,
        client: object | None = ...,
    ) -> None: ...
