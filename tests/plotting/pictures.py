# SPDX-License-Identifier: BSD-3-Clause
"""A picture of every display, of any numbers of classes and features and lengths of names, and what fits a slide."""

from itertools import combinations, product

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.text import Text

from sksoftmax import SoftmaxRegression
from sksoftmax.plotting import (
    CoefficientImagesDisplay,
    CoefficientsDisplay,
    EvidenceDisplay,
    LearningRateDisplay,
    LossCurveDisplay,
    ModelMatricesDisplay,
    ProbabilityBarsDisplay,
    SampleGridDisplay,
    SearchCurveDisplay,
    SearchHeatmapDisplay,
    animate_coefficients,
    training_snapshots,
)
from sksoftmax.plotting._panels import SMALLEST_POINTS

# Boxes of texts have a margin of about a point, which may touch.
TOUCH = 1.0
IMAGE_SHAPES = {3: (1, 3), 20: (4, 5), 200: (10, 20)}


def names(kind, n, length):
    return [f"{kind}{i} ".ljust(length, "n")[:length] if length > 3 else f"{kind}{i}" for i in range(n)]


def coefficients(rng, k, d, length):
    return CoefficientsDisplay(rng.normal(size=(k, d)), names("c", k, length), names("f", d, length)).plot().figure_


def coefficient_images(rng, k, d, length):
    images = rng.normal(size=(k, *IMAGE_SHAPES[d]))
    return CoefficientImagesDisplay(images, names("c", k, length)).plot().figure_


def colour_images(rng, k, d, length):
    images = rng.normal(size=(k, *IMAGE_SHAPES[d], 3))
    return CoefficientImagesDisplay(images, names("c", k, length)).plot().figure_


def waterfalls(rng, k, d, length):
    rows, classes = names("f", d, length), names("c", k, length)
    evidence, intercepts = rng.normal(size=(k, d)), rng.normal(size=k)
    return EvidenceDisplay(rng.normal(size=d), evidence, intercepts, classes, feature_names=rows).plot().figure_


def evidence(rng, k, d, length):
    shape, classes = IMAGE_SHAPES[d], names("c", k, length)
    sums, intercepts = rng.normal(size=(k, *shape)), rng.normal(size=k)
    return EvidenceDisplay(rng.rand(*shape), sums, intercepts, classes, truth=classes[0]).plot().figure_


def bars(rng, k, d, length):
    return ProbabilityBarsDisplay(None, rng.dirichlet(np.ones(k), 3), names("c", k, length)).plot().figure_


def bars_of_images(rng, k, d, length):
    classes, images = names("c", k, length), rng.rand(3, *IMAGE_SHAPES[d])
    labels = [classes[i % k] for i in range(3)]
    return ProbabilityBarsDisplay(images, rng.dirichlet(np.ones(k), 3), classes, labels=labels).plot().figure_


def samples(rng, k, d, length):
    classes = names("c", k, length)
    predicted = [classes[i // 2] for i in range(k)]
    display = SampleGridDisplay(
        rng.rand(k, *IMAGE_SHAPES[d]), classes, predicted=predicted, confidences=rng.rand(k)
    ).plot()
    return display.figure_


def matrices(rng, k, d, length):
    classes, rows = names("c", k, length), names("f", d, length)
    outputs = rng.dirichlet(np.ones(k), (1, 5))
    display = ModelMatricesDisplay(
        rng.rand(5, d), rng.normal(size=(1, k, d)), outputs, classes, feature_names=rows, labels=classes[:1] * 5
    )
    return display.plot().figure_


def frames(rng, k, d, length):
    X, y = rng.normal(size=(2 * k, d)), np.arange(2 * k) % k
    snapshots = training_snapshots(SoftmaxRegression(tol=None, random_state=0), X, y, epochs=[0, 1, 2])
    options = {"image_shape": IMAGE_SHAPES[d], "class_names": names("c", k, length)}
    animation = animate_coefficients(snapshots, **options)
    figure = plt.gcf()
    # Which starts it.
    figure.canvas.draw()
    del animation
    return figure


def loss_curves(rng, k, d, length):
    curves = [{"loss": [2.0, 1.0], "validation_loss": [2.0, 1.5]}] * k
    return LossCurveDisplay(curves, names("c", k, length)).plot().figure_


def search_curve(rng, k, d, length):
    display = SearchCurveDisplay(names("v", k, length), rng.rand(k, 5), param="l2", metric="score", best=1)
    return display.plot().figure_


def search_heatmap(rng, k, d, length):
    rows, columns = names("r", k, length), names("v", d, length)
    display = SearchHeatmapDisplay(
        rng.rand(k, d), rows=rows, columns=columns, params=("solver", "momentum"), metric="score", best=(0, 1)
    )
    return display.plot().figure_


def learning_rates(rng, k, d, length):
    rates = np.geomspace(1e-4, 10, 12)
    return LearningRateDisplay(rates, [*np.linspace(2, 1, 10), np.nan, np.nan], best=0.1).plot().figure_


N_CLASSES, N_FEATURES, LENGTHS = (2, 3, 10, 26), tuple(IMAGE_SHAPES), (3, 40)
OF_FEATURES = [coefficients, waterfalls, matrices, search_heatmap]
OF_FEATURES += [coefficient_images, colour_images, evidence, samples, bars_of_images, frames]
OF_CLASSES = [bars, loss_curves, search_curve]
DISPLAYS = [*OF_FEATURES, *OF_CLASSES]


def every_picture():
    """All (draw, n_classes, n_features, length of names) that a picture depends on.

    Each two of the numbers come together.
    """
    for draw, (i, n_classes), (j, n_features) in product(OF_FEATURES, enumerate(N_CLASSES), enumerate(N_FEATURES)):
        yield draw, n_classes, n_features, LENGTHS[(i + j) % 2]
    yield from product(OF_CLASSES, N_CLASSES, N_FEATURES[:1], LENGTHS)
    yield learning_rates, 2, 3, 3


def texts_of(figure):
    """Visible texts that are not empty, and that lie within the limits of their axes if they are ticks."""
    figure.draw_without_rendering()
    hidden = {text for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for text in _unseen(axis)}
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in found if text not in hidden and text.get_window_extent().width > 0]


def _unseen(axis):
    shown = {label for tick in axis._update_ticks() for label in (tick.label1, tick.label2)}
    if not axis.get_visible() or not axis.axes.axison:
        shown = set()
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    return {label for tick in ticks for label in (tick.label1, tick.label2)} - shown


def assert_fit_for_a_slide(figure):
    """No text is below 8 points, outside the figure, or over another."""
    texts = texts_of(figure)
    boxes = [text.get_window_extent() for text in texts]
    width, height = figure.canvas.figure.bbox.width, figure.canvas.figure.bbox.height
    for text, box in zip(texts, boxes):
        assert text.get_fontsize() >= SMALLEST_POINTS - 1e-9, text
        inside = min(box.x0, box.y0) >= -TOUCH and box.x1 <= width + TOUCH and box.y1 <= height + TOUCH
        assert inside, (text, box)
    for (one, a), (other, b) in combinations(zip(texts, boxes), 2):
        overlap = min(a.x1, b.x1) - max(a.x0, b.x0) > TOUCH and min(a.y1, b.y1) - max(a.y0, b.y0) > TOUCH
        assert not overlap, (one, other)
