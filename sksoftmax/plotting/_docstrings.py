# SPDX-License-Identifier: BSD-3-Clause
"""Descriptions of the parameters that several displays have, each written once."""

import inspect
import re

SHARED = {
    "ax": """
ax : Axes, array of Axes, Figure or SubFigure, default=None
    An Axes whose place the panels take, one Axes for each panel, or a figure to fill. None makes a new figure.
""",
    "single_ax": """
ax : Axes, Figure or SubFigure, default=None
    Where to draw. None makes a new figure.
""",
    "plot_options": """
**plot_options
    The other parameters of `plot`.
""",
    "image_shape": """
image_shape : tuple of int, default=None
    (height, width), or (height, width, 3) for colour images. None means square grey images.
""",
    "class_names": """
class_names : sequence of str, default=None
    Names for ``classes_``, in that order. None uses the labels themselves.
""",
    "layer": """
layer : int, default=0
    Layer of a neural network. 0 is the one that sees the features: a row of coefficients for each of its units. -1 is
    the last: a row for each class.
""",
    "units": """
units : int or sequence of int, default=None
    Units of a hidden layer: a number of the most important ones, or their numbers. None means all. Unless numbers are
    given, the most important ones come first, by the product of the norms of the coefficients that come in and go out.
""",
    "feature_names": """
feature_names : sequence of str, default=None
    Names of the features. None means those of the frame that the estimator was fitted to, or what the steps of the
    pipeline make of them.
""",
    "classes": """
classes : sequence of labels, default=None
    Classes to draw. None means all.
""",
    "difference": """
difference : tuple of two labels, default=None
    Draw a single image, what speaks for the first class rather than the second.
""",
    "through_pipeline": """
through_pipeline : bool, default=True
    Whether to draw the features that enter a pipeline, the coefficients of its last step seen through scalers and other
    affine steps, rather than the features that the last step sees.
""",
    "n_features": """
n_features : int, default=None
    Number of features to draw, those with the largest absolute values. None means as many as there is room for, at most
    20.
""",
    "n_columns": """
n_columns : int, default=None
    Panels in a row. None makes the grid wider than high, with few empty places.
""",
    "cmap": """
cmap : str or Colormap, default="RdBu_r"
    Diverging colours, neutral at zero; of no effect on colour images.
""",
    "pixels_cmap": """
cmap : str or Colormap, default="gray_r"
    Sequential colours; of no effect on colour images.
""",
    "limit": """
limit : float, default=None
    The scale goes from -limit to limit. None means the `percentile`.
""",
    "colorbar": """
colorbar : bool, default=True
    Whether to draw the scale.
""",
    "n_samples": """
n_samples : int, default=25
    Number of samples to draw, or fewer where there are no more; of each class for "per_class" an equal share of them,
    at least one.
""",
    "random_state": """
random_state : int, RandomState or None, default=None
    Seed of the random draw.
""",
    "select": """
select : str or array-like of int or bool, default="first"
    - "first": the first ones.
    - "random": a random draw, in the order of `X`.
    - "most_confident_errors": wrong predictions, the most probable first.
    - "least_confident": the smallest probabilities of a predicted class first.
    - "per_class": of each class the first ones, a class after the other.
    - rows of `X`, by their numbers or by a mask.
""",
    "metric": """
metric : str, default=None
    Metric of a search with several. None means the one that `refit` names.
""",
}


def shared_parameters(function):
    """Put the descriptions where a docstring names them, as in the line "{ax}"."""
    # Python run with -OO strips docstrings.
    if function.__doc__ is not None:
        doc = inspect.cleandoc(function.__doc__)
        function.__doc__ = re.sub(r"^{(\w+)}$", lambda match: SHARED[match[1]].strip(), doc, flags=re.MULTILINE)
    return function
