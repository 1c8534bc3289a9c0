# SPDX-License-Identifier: BSD-3-Clause
"""Time of one epoch of training beside the peers and the floor.

All on one core, float32 where they can, with the same batch size, penalty, constant learning rate and new order in each
epoch; ours also with the automatic learning rate, and with that and the default momentum and schedule. An epoch is half
of what three epochs take longer than one, so that checking the input and the like count only in a fit; JAX is warm, and
its compilation stands apart. "reached" is after three epochs. Without hidden layers ours and JAX start at zero, the
others at random weights. The floor is gathering the rows and the bare matrix products, cut as runs fastest on this
machine; it and JAX leave out a short last batch. mlxtend computes in float64, has logistic hidden units, and evaluates
its objective on all samples after each epoch. Online (one sample at a time) is timed on the first samples only;
SGDClassifier trains one binary model for each class. PyTorch is eager, and gathers by ``data[rows]``, in a second form
by ``index_select``; in a third, by hand, without automatic differentiation, rows are gathered 1,024 at a time, and the
products are in place, as in ours. With a second core ours may use both, and the floor is still that of one.
"""

from dataclasses import dataclass, field
from functools import partial
from statistics import median

from tests.benchmarks import peers
from tests.benchmarks.floor import Floor
from tests.benchmarks.measure import epoch_seconds, interleaved, ratios, seconds
from tests.benchmarks.peers import scikit_learn
from tests.benchmarks.recipe import Recipe, ours
from tests.benchmarks.report import Row
from tests.benchmarks.threads import n_cores, one_core

OURS, FLOOR = "sksoftmax, constant rate", "floor"
OTHER_SETTINGS = {
    "sksoftmax, automatic rate": {"learning_rate_init": "auto"},
    "sksoftmax, default rate and momentum": {
        "learning_rate_init": "auto",
        "learning_rate": "adaptive",
        "momentum": 0.9,
    },
}


@dataclass(frozen=True)
class Case:
    """A recipe, the peers that take part with their targets, and the number of samples (None for all)."""

    recipe: Recipe
    targets: dict = field(default_factory=dict)
    n_samples: int | None = None


CASES = {
    "softmax, batch 32": Case(
        Recipe(32),
        {"PyTorch": ">= 8", "JAX": ">= 1.5", "mlxtend": ">= 12", "MLPClassifier": ">= 4", FLOOR: "<= 1.7"},
    ),
    "softmax, batch 128": Case(
        Recipe(128), {"PyTorch": ">= 3.3", "JAX": ">= 1.5", "MLPClassifier": ">= 2.3", FLOOR: "<= 1.5"}
    ),
    "softmax, online": Case(
        Recipe(1, learning_rate=0.01), {"PyTorch": ">= 8", "SGDClassifier": ">= 1.5"}, n_samples=3_000
    ),
    "64 tanh units, batch 32": Case(
        Recipe(32, (64,)),
        {"PyTorch": ">= 6", "JAX": ">= 1.1", "mlxtend": "", "MLPClassifier": ">= 4.5", FLOOR: "<= 1.35"},
    ),
    "64 tanh units, batch 128": Case(
        Recipe(128, (64,)), {"PyTorch": ">= 3", "JAX": ">= 1.1", "MLPClassifier": ">= 2.5", FLOOR: "<= 1.2"}
    ),
}
SCIKIT_LEARN = {"MLPClassifier": scikit_learn.train, "SGDClassifier": scikit_learn.train_one_by_one}


def rows(conditions, cases=CASES):
    """Rows of each case, and of one with a second core."""
    for name, case in cases.items():
        yield from compare(name, case, conditions)
    if n_cores() > 1:
        yield second_core(conditions)


def contestants(case, X, y):
    """{name: run(n_epochs)}, the floor apart."""
    runs = {OURS: ours(X, y, case.recipe)}
    runs |= {name: ours(X, y, case.recipe, **settings) for name, settings in OTHER_SETTINGS.items()}
    runs |= {name: train(X, y, case.recipe) for name, train in SCIKIT_LEARN.items() if name in case.targets}
    others = peers.installed(*(name for name in case.targets if name in peers.LIBRARIES))
    for module in others.values():
        runs |= {name: train(X, y, case.recipe) for name, train in module.CONTESTANTS.items()}
    return runs


def compare(name, case, conditions):
    """Rows of ours as multiples of the floor, of the peers as multiples of ours, and of JAX's compilation."""
    data = conditions.data.first(case.n_samples)
    with one_core():
        runs, reached = contestants(case, data.X, data.y), {}
        if FLOOR in case.targets:
            runs = {FLOOR: Floor(data.X, case.recipe.batch_size, case.recipe.layers(data.X.shape[1])), **runs}
        first_calls = {contestant: seconds(run, 1) for contestant, run in runs.items()}

        def measured(contestant):
            epoch, reached[contestant] = epoch_seconds(runs[contestant])
            return epoch

        epochs = interleaved({contestant: partial(measured, contestant) for contestant in runs}, conditions.repeats)
        if "JAX" in runs:
            compilation = first_calls["JAX"] - median(seconds(runs["JAX"], 1) for _ in range(conditions.repeats))
    found = {contestant: _reached(trained, data, case.recipe.l2) for contestant, trained in reached.items()}
    for contestant in (OURS, *OTHER_SETTINGS):
        if FLOOR in case.targets:
            target = case.targets[FLOOR] if contestant == OURS else ""
            value = epochs[contestant] / epochs[FLOOR]
            yield Row(name, contestant, "times the floor", value, target, found[contestant])
        elif contestant != OURS:
            value = epochs[contestant] / epochs[OURS]
            yield Row(name, contestant, "times constant rate", value, reached=found[contestant])
    for contestant, value in ratios(epochs, OURS).items():
        if contestant not in (FLOOR, *OTHER_SETTINGS):
            yield Row(name, contestant, "times ours", value, case.targets.get(contestant, ""), found[contestant])
    if "JAX" in runs:
        yield Row(name, "JAX, compilation", "epochs of ours", compilation / epochs[OURS])


def _reached(trained, data, l2):
    if trained is None:
        return {}
    accuracy = {"test accuracy": trained.accuracy(data.X_test, data.y_test)}
    return accuracy | ({"objective": trained.objective(data.X, data.y, l2)} if trained.is_softmax else {})


def second_core(conditions, recipe=CASES["softmax, batch 128"].recipe):
    """Ours, free to use all cores, as a multiple of the floor on one."""
    data = conditions.data
    with one_core():
        floor = Floor(data.X, recipe.batch_size, recipe.layers(data.X.shape[1]))

    def floor_on_one():
        with one_core():
            return epoch_seconds(floor)[0]

    run = ours(data.X, data.y, recipe)
    run(1)
    epochs = interleaved({FLOOR: floor_on_one, OURS: lambda: epoch_seconds(run)[0]}, conditions.repeats)
    return Row(
        f"softmax, batch {recipe.batch_size}, a second core",
        OURS,
        "times the floor",
        epochs[OURS] / epochs[FLOOR],
        "< 1",
    )
