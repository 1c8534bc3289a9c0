# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of fitted models."""

from sksoftmax._snapshots import training_snapshots
from sksoftmax.plotting._animation import animate_coefficients, save_animation
from sksoftmax.plotting._coefficient_images import CoefficientImagesDisplay
from sksoftmax.plotting._coefficients import CoefficientsDisplay
from sksoftmax.plotting._evidence import EvidenceDisplay
from sksoftmax.plotting._learning_rates import LearningRateDisplay
from sksoftmax.plotting._loss_curve import LossCurveDisplay
from sksoftmax.plotting._model_matrices import ModelMatricesDisplay
from sksoftmax.plotting._probability_bars import ProbabilityBarsDisplay
from sksoftmax.plotting._sample_grid import SampleGridDisplay
from sksoftmax.plotting._search_curve import SearchCurveDisplay
from sksoftmax.plotting._search_heatmap import SearchHeatmapDisplay

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
