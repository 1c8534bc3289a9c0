# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of fitted models."""

from sksoftmax.plotting._coefficient_images import CoefficientImagesDisplay

__all__ = ["CoefficientImagesDisplay"]
