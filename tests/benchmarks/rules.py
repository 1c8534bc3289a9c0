# SPDX-License-Identifier: BSD-3-Clause
"""Time of one epoch of momentum, Nesterov's momentum and Adam beside plain SGD.

All by this package, on one core, float32, batch 32, with a fixed learning rate of 0.1, for Adam of 0.001. "reached" is
after three epochs.
"""

from functools import partial

from tests.benchmarks.measure import epoch_seconds, interleaved, ratios
from tests.benchmarks.recipe import Recipe, ours
from tests.benchmarks.report import Row
from tests.benchmarks.threads import one_core

PLAIN = "plain SGD"
RULES = {
    PLAIN: {},
    "momentum 0.9": {"momentum": 0.9, "nesterovs_momentum": False},
    "Nesterov, momentum 0.9": {"momentum": 0.9},
    "Adam": {"solver": "adam", "learning_rate_init": 0.001},
}
RECIPES = {"softmax, batch 32": Recipe(32), "64 tanh units, batch 32": Recipe(32, (64,))}
TARGET = "<= 1.5"


def rows(conditions):
    """Rows of each rule as a multiple of plain SGD."""
    data = conditions.data
    for case, recipe in RECIPES.items():
        runs, reached = {name: ours(data.X, data.y, recipe, **rule) for name, rule in RULES.items()}, {}

        def measured(name, runs=runs, reached=reached):
            epoch, reached[name] = epoch_seconds(runs[name])
            return epoch

        with one_core():
            for run in runs.values():
                run(1)
            epochs = interleaved({name: partial(measured, name) for name in runs}, conditions.repeats)
        for name, value in ratios(epochs, PLAIN).items():
            found = {"test accuracy": reached[name].accuracy(data.X_test, data.y_test)}
            yield Row(case, name, "times plain SGD", value, TARGET, found)
