# SPDX-License-Identifier: BSD-3-Clause
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Literal, Self, TypeVar

import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Colormap
from matplotlib.container import BarContainer
from matplotlib.figure import Figure, SubFigure
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from numpy.typing import NDArray

from sksoftmax import LearningRates
from sksoftmax._types import AnyAxes, Color, Floats, MatrixLike, Names, ObjectArray, Seed, Sequenced, SingleAxes

# SoftmaxRegression, TinyMLPClassifier or a pipeline.
_Model = TypeVar("_Model")

__all__ = [
    "CoefficientImagesDisplay",
    "CoefficientsDisplay",
    "EvidenceDisplay",
    "LearningRateDisplay",
    "LossCurveDisplay",
    "ModelMatricesDisplay",
    "ProbabilityBarsDisplay",
    "SampleGridDisplay",
    "SearchCurveDisplay",
    "SearchHeatmapDisplay",
    "animate_coefficients",
    "save_animation",
    "training_snapshots",
]

class CoefficientImagesDisplay:
    figure_: Figure | SubFigure
    axes_: ObjectArray
    images_: list[AxesImage]
    limits_: Floats
    colorbar_: Colorbar | None
    def __init__(self, images: MatrixLike, names: Names) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: object,
        *,
        layer: int = ...,
        units: int | Sequence[int] | None = ...,
        classes: Sequenced | None = ...,
        difference: tuple[object, object] | None = ...,
        through_pipeline: bool = ...,
        image_shape: tuple[int, ...] | None = ...,
        class_names: Names | None = ...,
        ax: AnyAxes = ...,
        **plot_options: object,
    ) -> Self: ...
    def plot(
        self,
        ax: AnyAxes = ...,
        *,
        n_columns: int | None = ...,
        cmap: str | Colormap = ...,
        scale: Literal["shared", "panel"] = ...,
        limit: float | None = ...,
        percentile: float = ...,
        colorbar: bool = ...,
    ) -> Self: ...

class CoefficientsDisplay:
    figure_: Figure | SubFigure
    axes_: ObjectArray
    features_: NDArray[np.intp]
    bars_: list[BarContainer]
    image_: AxesImage | None
    texts_: list[Text]
    colorbar_: Colorbar | None
    def __init__(
        self,
        coefficients: MatrixLike,
        names: Names,
        feature_names: Names,
        *,
        errors: MatrixLike | None = ...,
        label: str = ...,
        features_label: str = ...,
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: object,
        *,
        X: MatrixLike | None = ...,
        repeats: Sequence[object] | None = ...,
        layer: int = ...,
        units: int | Sequence[int] | None = ...,
        classes: Sequenced | None = ...,
        difference: tuple[object, object] | None = ...,
        through_pipeline: bool = ...,
        feature_names: Names | None = ...,
        class_names: Names | None = ...,
        ax: AnyAxes = ...,
        **plot_options: object,
    ) -> Self: ...
    def plot(
        self,
        ax: AnyAxes = ...,
        *,
        kind: Literal["auto", "bars", "heatmap"] = ...,
        n_features: int | None = ...,
        cmap: str | Colormap = ...,
        limit: float | None = ...,
        percentile: float = ...,
        values_format: str | None = ...,
        colorbar: bool = ...,
    ) -> Self: ...

class EvidenceDisplay:
    scores: Floats
    figure_: Figure | SubFigure
    axes_: ObjectArray
    images_: list[AxesImage]
    sample_: AxesImage | None
    colorbar_: Colorbar | None
    bars_: list[BarContainer]
    features_: NDArray[np.intp] | None
    def __init__(
        self,
        sample: MatrixLike,
        evidence: MatrixLike,
        intercepts: MatrixLike,
        names: Names,
        *,
        feature_names: Names | None = ...,
        features_label: str = ...,
        truth: str | None = ...,
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: object,
        x: MatrixLike,
        y: object = ...,
        *,
        classes: Sequenced | None = ...,
        difference: tuple[object, object] | None = ...,
        through_pipeline: bool = ...,
        image_shape: tuple[int, ...] | None = ...,
        feature_names: Names | None = ...,
        class_names: Names | None = ...,
        ax: AnyAxes = ...,
        **plot_options: object,
    ) -> Self: ...
    def plot(
        self,
        ax: AnyAxes = ...,
        *,
        n_classes: int | None = ...,
        n_features: int | None = ...,
        n_columns: int | None = ...,
        cmap: str | Colormap = ...,
        sample_cmap: str | Colormap = ...,
        limit: float | None = ...,
        percentile: float = ...,
        colorbar: bool = ...,
    ) -> Self: ...

class LearningRateDisplay:
    figure_: Figure | SubFigure
    ax_: Axes
    line_: Line2D
    best_: Line2D
    diverged_: Rectangle | None
    def __init__(self, learning_rates: MatrixLike, objectives: MatrixLike, *, best: float) -> None: ...
    @classmethod
    def from_learning_rates(cls, found: LearningRates, *, ax: SingleAxes = ..., **plot_options: object) -> Self: ...
    def plot(self, ax: SingleAxes = ..., *, color: str = ...) -> Self: ...

class LossCurveDisplay:
    figure_: Figure | SubFigure
    ax_: Axes
    right_ax_: Axes | None
    legend_: Legend | None
    lines_: list[dict[str, Line2D]]
    points_: list[Line2D]
    best_: list[Line2D]
    def __init__(self, trainings: Sequence[Mapping[str, object]], names: Sequence[str]) -> None: ...
    @classmethod
    def from_estimator(
        cls, estimator: object, *, name: str | None = ..., ax: SingleAxes = ..., **plot_options: object
    ) -> Self: ...
    @classmethod
    def from_estimators(
        cls, estimators: Mapping[str, object], *, ax: SingleAxes = ..., **plot_options: object
    ) -> Self: ...
    def plot(
        self,
        ax: SingleAxes = ...,
        *,
        curves: Names | None = ...,
        xscale: Literal["linear", "log"] = ...,
        yscale: Literal["linear", "log"] = ...,
        smoothing: int | None = ...,
        mark_best: bool = ...,
        legend: Literal["auto", "inside", "above"] | None = ...,
    ) -> Self: ...

class ModelMatricesDisplay:
    figure_: Figure | SubFigure
    axes_: ObjectArray
    images_: list[list[AxesImage]]
    texts_: list[Text]
    colorbars_: list[Colorbar]
    def __init__(
        self,
        data: MatrixLike,
        coefficients: MatrixLike,
        outputs: MatrixLike,
        names: Names,
        *,
        titles: Names | None = ...,
        labels: Names | None = ...,
        feature_names: Names | None = ...,
        features_label: str = ...,
        output_title: str = ...,
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: object,
        X: MatrixLike,
        y: MatrixLike | None = ...,
        *,
        response_method: Literal["predict_proba", "decision_function"] = ...,
        through_pipeline: bool = ...,
        class_names: Names | None = ...,
        ax: AnyAxes = ...,
        **plot_options: object,
    ) -> Self: ...
    @classmethod
    def from_estimators(
        cls,
        estimators: Sequence[object] | Mapping[str, object],
        X: MatrixLike,
        y: MatrixLike | None = ...,
        *,
        response_method: Literal["predict_proba", "decision_function"] = ...,
        through_pipeline: bool = ...,
        class_names: Names | None = ...,
        ax: AnyAxes = ...,
        **plot_options: object,
    ) -> Self: ...
    def plot(
        self,
        ax: AnyAxes = ...,
        *,
        cmap: str | Colormap = ...,
        data_cmap: str | Colormap = ...,
        output_cmap: str | Colormap | None = ...,
        limit: float | None = ...,
        percentile: float = ...,
        values_format: str | None = ...,
        colorbar: bool = ...,
    ) -> Self: ...

class ProbabilityBarsDisplay:
    figure_: Figure | SubFigure
    axes_: ObjectArray
    images_: list[AxesImage]
    legend_: Legend | None
    bars_: list[BarContainer]
    def __init__(
        self, images: MatrixLike | None, probabilities: MatrixLike, names: Names, *, labels: Names | None = ...
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: object,
        X: MatrixLike,
        y: MatrixLike | None = ...,
        *,
        image_shape: tuple[int, ...] | None = ...,
        class_names: Names | None = ...,
        ax: AnyAxes = ...,
        **plot_options: object,
    ) -> Self: ...
    @classmethod
    def from_predictions(
        cls,
        X: MatrixLike,
        y_true: MatrixLike | None,
        y_proba: MatrixLike,
        *,
        classes: MatrixLike | None = ...,
        image_shape: tuple[int, ...] | None = ...,
        class_names: Names | None = ...,
        ax: AnyAxes = ...,
        **plot_options: object,
    ) -> Self: ...
    def plot(
        self, ax: AnyAxes = ..., *, n_columns: int | None = ..., n_classes: int | None = ..., cmap: str | Colormap = ...
    ) -> Self: ...

class SampleGridDisplay:
    figure_: Figure | SubFigure
    axes_: ObjectArray
    images_: list[AxesImage]
    def __init__(
        self,
        images: MatrixLike,
        labels: Names,
        *,
        predicted: Names | None = ...,
        confidences: MatrixLike | None = ...,
        indices: MatrixLike | None = ...,
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: object,
        X: MatrixLike,
        y: MatrixLike,
        *,
        select: str | MatrixLike = ...,
        n_samples: int = ...,
        random_state: Seed | None = ...,
        image_shape: tuple[int, ...] | None = ...,
        class_names: Names | None = ...,
        ax: AnyAxes = ...,
        **plot_options: object,
    ) -> Self: ...
    @classmethod
    def from_predictions(
        cls,
        X: MatrixLike,
        y_true: MatrixLike,
        y_pred: MatrixLike | None = ...,
        *,
        confidence: MatrixLike | None = ...,
        select: str | MatrixLike = ...,
        n_samples: int = ...,
        random_state: Seed | None = ...,
        image_shape: tuple[int, ...] | None = ...,
        class_names: Names | None = ...,
        ax: AnyAxes = ...,
        **plot_options: object,
    ) -> Self: ...
    def plot(
        self, ax: AnyAxes = ..., *, n_columns: int | None = ..., cmap: str | Colormap = ..., wrong_color: Color = ...
    ) -> Self: ...

class SearchCurveDisplay:
    figure_: Figure | SubFigure
    ax_: Axes
    line_: Line2D
    fill_: PolyCollection | None
    best_: Line2D
    one_standard_error_: Line2D | None
    threshold_: Line2D | None
    def __init__(
        self,
        values: Sequenced,
        scores: MatrixLike,
        *,
        param: str,
        metric: str,
        best: int,
        one_standard_error: int | None = ...,
        connected: bool = ...,
    ) -> None: ...
    @classmethod
    def from_cv_results(
        cls,
        cv_results: Mapping[str, object],
        *,
        param: str | None = ...,
        metric: str = ...,
        best_index: int | None = ...,
        simpler: Literal["auto", "larger", "smaller"] | None = ...,
        ax: SingleAxes = ...,
        **plot_options: object,
    ) -> Self: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: object,
        *,
        param: str | None = ...,
        metric: str | None = ...,
        simpler: Literal["auto", "larger", "smaller"] | None = ...,
        ax: SingleAxes = ...,
        **plot_options: object,
    ) -> Self: ...
    def plot(self, ax: SingleAxes = ..., *, color: str = ..., label: str | None = ...) -> Self: ...

class SearchHeatmapDisplay:
    figure_: Figure | SubFigure
    ax_: Axes
    image_: AxesImage
    texts_: list[Text]
    best_: Rectangle
    colorbar_: Colorbar | None
    def __init__(
        self,
        scores: MatrixLike,
        *,
        rows: Names,
        columns: Names,
        params: tuple[str, str],
        metric: str,
        best: tuple[int, int],
    ) -> None: ...
    @classmethod
    def from_cv_results(
        cls,
        cv_results: Mapping[str, object],
        *,
        params: tuple[str, str] | None = ...,
        metric: str = ...,
        best_index: int | None = ...,
        ax: SingleAxes = ...,
        **plot_options: object,
    ) -> Self: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: object,
        *,
        params: tuple[str, str] | None = ...,
        metric: str | None = ...,
        ax: SingleAxes = ...,
        **plot_options: object,
    ) -> Self: ...
    def plot(
        self,
        ax: SingleAxes = ...,
        *,
        cmap: str | Colormap = ...,
        percentile: float = ...,
        values_format: str | None = ...,
        colorbar: bool = ...,
        im_kw: Mapping[str, object] | None = ...,
    ) -> Self: ...

def animate_coefficients(
    snapshots: Sequence[object],
    *,
    loss_curve: bool = ...,
    interval: int = ...,
    plot_options: Mapping[str, object] | None = ...,
    curve_options: Mapping[str, object] | None = ...,
    **read_options: object,
) -> FuncAnimation: ...
def save_animation(animation: Animation, path: str | PathLike[str], *, fps: float = ..., dpi: float = ...) -> None: ...
def training_snapshots(
    estimator: _Model,
    X: MatrixLike,
    y: MatrixLike,
    *,
    epochs: int | Sequence[int] = ...,
    sample_weight: float | MatrixLike | None = ...,
) -> list[_Model]: ...
