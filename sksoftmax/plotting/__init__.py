# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of fitted models."""

from sksoftmax.plotting._coefficient_images import CoefficientImagesDisplay
from sksoftmax.plotting._search_curve import SearchCurveDisplay
from sksoftmax.plotting._search_heatmap import SearchHeatmapDisplay

__all__ = ["CoefficientImagesDisplay", "SearchCurveDisplay", "SearchHeatmapDisplay"]
