# SPDX-License-Identifier: BSD-3-Clause
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, Literal, NamedTuple, Self, TypeAlias

from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from typing_extensions import TypeVar

from sksoftmax._types import ClassWeight, Floats, Labels, MatrixLike, ObjectArray, Schedule, Seed, Solver

__all__ = [
    "SoftmaxRegression",
    "SoftmaxRegressionCV",
    "TinyMLPClassifier",
    "VectorizedGridSearchCV",
    "VectorizedRandomizedSearchCV",
    "__version__",
    "find_learning_rate",
    "loss_and_gradient",
    "one_standard_error",
    "summary",
    "to_sklearn",
]

__version__: str

_Weights: TypeAlias = float | MatrixLike | None
_Scoring: TypeAlias = str | Callable[..., float] | None
_Splits: TypeAlias = int | Iterable[tuple[MatrixLike, MatrixLike]] | BaseEstimator | None

# X and y, perhaps with weights.
_Block: TypeAlias = tuple[MatrixLike, MatrixLike] | tuple[MatrixLike, MatrixLike, MatrixLike]
_Layers: TypeAlias = list[tuple[Floats, Floats]]

class OptimalityGap(NamedTuple):
    gradient_norm: float
    bound: float

class LearningRates(NamedTuple):
    learning_rates: Floats
    objectives: Floats
    best: float

class _Classifier(ClassifierMixin, BaseEstimator):
    classes_: Labels
    n_features_in_: int
    feature_names_in_: ObjectArray
    l2_: float
    n_iter_: int
    n_updates_: int
    n_updates_curve_: list[int]
    loss_curve_: list[float]
    data_loss_curve_: list[float]
    penalty_curve_: list[float]
    learning_rate_curve_: list[float]
    minibatch_loss_curve_: Floats
    loss_: float
    best_loss_: float
    validation_loss_curve_: list[float]
    validation_scores_: list[float]
    best_validation_score_: float
    best_epoch_: int
    def decision_function(self, X: MatrixLike) -> Floats: ...
    def predict(self, X: MatrixLike) -> Labels: ...
    def predict_proba(self, X: MatrixLike) -> Floats: ...
    def predict_log_proba(self, X: MatrixLike) -> Floats: ...
    def score(self, X: MatrixLike, y: MatrixLike, sample_weight: MatrixLike | None = ...) -> float: ...
    def get_params(self, deep: bool = ...) -> dict[str, object]: ...
    def set_params(self, **params: object) -> Self: ...
    def set_callbacks(self, *callbacks: object) -> Self: ...

class _Trainable(_Classifier):
    def fit(
        self,
        X: MatrixLike,
        y: MatrixLike,
        sample_weight: _Weights = ...,
        *,
        X_val: MatrixLike | None = ...,
        y_val: MatrixLike | None = ...,
        sample_weight_val: _Weights = ...,
    ) -> Self: ...
    def partial_fit(
        self, X: MatrixLike, y: MatrixLike, classes: MatrixLike | None = ..., sample_weight: _Weights = ...
    ) -> Self: ...
    def fit_stream(
        self,
        blocks: Iterable[_Block] | Callable[[], Iterable[_Block]],
        *,
        X_val: MatrixLike | None = ...,
        y_val: MatrixLike | None = ...,
        sample_weight_val: _Weights = ...,
    ) -> Self: ...

class _Linear:
    coef_: Floats
    intercept_: Floats
    def sparsify(self) -> Self: ...
    def densify(self) -> Self: ...

class SoftmaxRegression(_Linear, _Trainable):
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
    ) -> None: ...
    def optimality_gap(self, X: MatrixLike, y: MatrixLike, sample_weight: _Weights = ...) -> OptimalityGap: ...

class TinyMLPClassifier(_Trainable):
    coefs_: list[Floats]
    intercepts_: list[Floats]
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
    ) -> None: ...

class SoftmaxRegressionCV(_Linear, _Classifier):
    solver_: str
    l2s_: Floats
    scores_: Floats
    coefs_paths_: Floats
    def __init__(
        self,
        l2s: int | MatrixLike = ...,
        *,
        cv: _Splits = ...,
        scoring: _Scoring = ...,
        selection: Literal["best", "one_standard_error"] = ...,
        n_jobs: int | None = ...,
        solver: Solver | Literal["auto"] = ...,
        tol: float | None = ...,
        batch_size: int | Literal["auto"] = ...,
        learning_rate: Schedule = ...,
        learning_rate_init: float | Literal["auto"] = ...,
        decay: float | None = ...,
        decay_epochs: int = ...,
        power_t: float = ...,
        momentum: float = ...,
        nesterovs_momentum: bool = ...,
        max_iter: int = ...,
        n_iter_no_change: float = ...,
        shuffle: bool | Literal["blocks"] = ...,
        fit_intercept: bool = ...,
        class_weight: ClassWeight = ...,
        early_stopping: bool = ...,
        validation_fraction: float = ...,
        init_scale: float | None = ...,
        random_state: Seed = ...,
        store_minibatch_loss: bool = ...,
        verbose: int = ...,
    ) -> None: ...
    def fit(
        self, X: MatrixLike, y: MatrixLike, sample_weight: _Weights = ..., groups: MatrixLike | None = ...
    ) -> Self: ...

# What a search chooses for, such as SoftmaxRegression or Pipeline.
_Estimator = TypeVar("_Estimator", default=object)

class _Search(Generic[_Estimator]):
    cv_results_: dict[str, Labels]
    best_estimator_: _Estimator
    best_params_: dict[str, object]
    best_score_: float
    best_index_: int
    scorer_: Callable[..., float] | dict[str, Callable[..., float]]
    n_splits_: int
    refit_time_: float
    multimetric_: bool
    feature_names_in_: ObjectArray
    @property
    def classes_(self) -> Labels: ...
    @property
    def n_features_in_(self) -> int: ...
    def fit(self, X: MatrixLike, y: MatrixLike | None = ..., **params: object) -> Self: ...
    def decision_function(self, X: MatrixLike) -> Floats: ...
    def predict(self, X: MatrixLike) -> Labels: ...
    def predict_proba(self, X: MatrixLike) -> Floats: ...
    def predict_log_proba(self, X: MatrixLike) -> Floats: ...
    def score(self, X: MatrixLike, y: MatrixLike | None = ..., **params: object) -> float: ...
    def get_params(self, deep: bool = ...) -> dict[str, object]: ...
    def set_params(self, **params: object) -> Self: ...
    def set_callbacks(self, *callbacks: object) -> Self: ...

_Metrics: TypeAlias = (
    str | Callable[..., object] | Sequence[str] | set[str] | Mapping[str, str | Callable[..., object]] | None
)
_Refit: TypeAlias = bool | str | Callable[[dict[str, Labels]], int]

class VectorizedGridSearchCV(_Search[_Estimator], GridSearchCV):
    def __init__(
        self,
        estimator: _Estimator,
        param_grid: Mapping[str, MatrixLike] | Sequence[Mapping[str, MatrixLike]],
        *,
        scoring: _Metrics = ...,
        n_jobs: int | None = ...,
        refit: _Refit = ...,
        cv: _Splits = ...,
        verbose: int = ...,
        pre_dispatch: int | str = ...,
        error_score: float | Literal["raise"] = ...,
        return_train_score: bool = ...,
    ) -> None: ...

class VectorizedRandomizedSearchCV(_Search[_Estimator], RandomizedSearchCV):
    def __init__(
        self,
        estimator: _Estimator,
        param_distributions: Mapping[str, object] | Sequence[Mapping[str, object]],
        *,
        n_iter: int = ...,
        scoring: _Metrics = ...,
        n_jobs: int | None = ...,
        refit: _Refit = ...,
        cv: _Splits = ...,
        verbose: int = ...,
        pre_dispatch: int | str = ...,
        random_state: Seed = ...,
        error_score: float | Literal["raise"] = ...,
        return_train_score: bool = ...,
    ) -> None: ...

_Model: TypeAlias = SoftmaxRegression | TinyMLPClassifier | Pipeline

def find_learning_rate(
    estimator: _Model,
    X: MatrixLike,
    y: MatrixLike,
    *,
    learning_rates: MatrixLike | None = ...,
    n_epochs: int = ...,
    sample_weight: MatrixLike | None = ...,
) -> LearningRates: ...
def loss_and_gradient(
    layers: Sequence[tuple[MatrixLike, MatrixLike]],
    X: MatrixLike,
    y: MatrixLike,
    sample_weight: _Weights = ...,
    *,
    activation: Literal["relu", "tanh", "logistic", "identity"],
    l2: float,
) -> tuple[float, _Layers]: ...
def one_standard_error(
    cv_results: Mapping[str, object],
    *,
    param: str | None = ...,
    metric: str = ...,
    simpler: Literal["larger", "smaller"] = ...,
) -> int: ...
def summary(estimator: _Model) -> dict[str, str]: ...
def to_sklearn(estimator: _Model | SoftmaxRegressionCV) -> LogisticRegression | MLPClassifier | Pipeline: ...
