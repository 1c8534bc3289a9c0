# SPDX-License-Identifier: BSD-3-Clause
"""Growth of the time of an epoch with the samples, features, classes and hidden units.

Random float32 samples, batch 32, plain SGD at a constant rate, on one core. The exponent is the slope of the line
through the three largest sizes in logarithms, where what is done once for each batch no longer matters: 1 is a time in
proportion.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from sksoftmax import TinyMLPClassifier
from tests.benchmarks.measure import epoch_seconds, interleaved
from tests.benchmarks.recipe import Recipe
from tests.benchmarks.report import Row
from tests.benchmarks.threads import one_core

N_FITTED = 3


@dataclass(frozen=True)
class Problem:
    """Numbers of samples, features, classes and hidden units (0 for none)."""

    samples: int = 2_000
    features: int = 100
    classes: int = 10
    hidden: int = 0


SIZES = {
    "samples": [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000],
    "features": [10, 30, 100, 300, 1_000, 3_000, 10_000],
    "classes": [2, 5, 10, 30, 100, 300, 1_000],
    "hidden": [8, 16, 32, 64, 128, 256, 512, 1_024],
}


def rows(conditions, sizes=SIZES):
    """Rows of the exponents; writes the figure where there is a folder for it."""
    curves = {}
    with one_core():
        for name, values in sizes.items():
            curves[name] = curve(name, values, conditions.repeats)
            yield Row(f"{name}, {values[0]:,} to {values[-1]:,}", "sksoftmax", "exponent", slope(values, curves[name]))
    if conditions.output is not None:
        figure(sizes, curves).savefig(conditions.output / "growth.png", dpi=120)


def curve(name, values, repeats):
    """Seconds of an epoch for each value of a size."""
    runs = {value: training(Problem(**{name: value})) for value in values}
    next(iter(runs.values()))(1)
    times = interleaved({value: lambda run=run: epoch_seconds(run)[0] for value, run in runs.items()}, repeats)
    return list(times.values())


def training(problem):
    """run(n_epochs) on random samples."""
    rng = np.random.default_rng(0)
    X = rng.random((problem.samples, problem.features), dtype=np.float32)
    y = np.arange(problem.samples) % problem.classes
    hidden = (problem.hidden,) if problem.hidden else ()
    # A small rate, so that no size of step diverges.
    model = TinyMLPClassifier(hidden, **Recipe(learning_rate=1e-3).parameters())
    return lambda n_epochs: model.set_params(max_iter=n_epochs).fit(X, y)


def slope(values, times):
    """Of the line through the largest sizes in logarithms."""
    return float(np.polyfit(np.log(values[-N_FITTED:]), np.log(times[-N_FITTED:]), 1)[0])


def figure(sizes, curves):
    """A panel for each size: seconds of an epoch in logarithms, and the line that was fitted."""
    drawn = Figure(figsize=(10, 3), layout="constrained")
    panels = drawn.subplots(1, len(sizes), sharey=True, squeeze=False)[0]
    for axes, (name, values) in zip(panels, sizes.items()):
        times, last = curves[name], np.array(values[-N_FITTED:], float)
        exponent = slope(values, times)
        center = np.exp(np.mean(np.log(times[-N_FITTED:])))
        axes.loglog(values, times, "o-")
        line = center * (last / np.exp(np.mean(np.log(last)))) ** exponent
        axes.loglog(last, line, "k--", label=f"exponent {exponent:.2f}")
        axes.set(xlabel={"hidden": "hidden units"}.get(name, name))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.legend()
    panels[0].set_ylabel("seconds an epoch")
    return drawn
