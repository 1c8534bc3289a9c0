# SPDX-License-Identifier: BSD-3-Clause
"""Rows of results as text, Markdown and JSON, with what they were measured on."""

import inspect
import json
import operator
import platform
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from threadpoolctl import threadpool_info

from tests.benchmarks.measure import Repeated
from tests.benchmarks.threads import n_cores

RELATIONS = {">=": operator.ge, "<=": operator.le, "<": operator.lt, ">": operator.gt}
PACKAGES = ["sksoftmax", "numpy", "scipy", "scikit-learn", "torch", "jax", "mlxtend", "onnxruntime"]
COLUMNS = ["case", "contestant", "measured", "spread", "unit", "target", "", "reached"]


@dataclass(frozen=True)
class Row:
    """One result.

    measure : what the value is, such as "times ours"
    target : a relation and a bound, such as ">= 8", or nothing
    reached : what the training came to, by name
    spread : the smallest and the largest value of a repeat, where the value was measured again and again
    """

    case: str
    contestant: str
    measure: str
    value: float
    target: str = ""
    reached: dict = field(default_factory=dict)
    spread: tuple = ()

    def __post_init__(self):
        if isinstance(self.value, Repeated):
            object.__setattr__(self, "spread", (min(self.value.values), max(self.value.values)))
            object.__setattr__(self, "value", float(self.value))

    @property
    def met(self):
        """Whether the value is as the target wants it; None without a target."""
        if not self.target:
            return None
        relation, bound = self.target.split()
        return bool(RELATIONS[relation](self.value, float(bound)))

    def cells(self):
        """The row as text, in the order of COLUMNS."""
        met = {None: "", True: "met", False: "missed"}[self.met]
        reached = ", ".join(f"{name} {value:.4g}" for name, value in self.reached.items())
        spread = " to ".join(map(_number, self.spread))
        return [self.case, self.contestant, _number(self.value), spread, self.measure, self.target, met, reached]


def _number(value):
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


LINE = "  {:34} {:36} {:>9} {:>16} {:26} {:>8} {:6}  {}"
LEGEND = (
    'A time "times ours" is that of a peer: the more above 1, the slower it is. A time "times" anything else is ours: '
    "the smaller the better. A target is what the developers aim for."
)


def header():
    """The names of the columns, to print."""
    return LINE.format(*COLUMNS).rstrip()


def line(row):
    """A row to print."""
    return LINE.format(*row.cells()).rstrip()


def summary(comparisons, data_name, repeats):
    """All that is known: comparisons is {name: (module, rows)}."""
    measured_on = {"data": data_name, "repeats": repeats, "versions": versions(), "machine": machine()}
    return {
        **measured_on,
        "conditions": conditions(measured_on),
        "comparisons": {
            name: {
                "title": title(module),
                "notes": inspect.getdoc(module).split("\n", 1)[1].strip(),
                "columns": COLUMNS,
                "rows": [{**asdict(row), "met": row.met, "cells": row.cells()} for row in rows],
            }
            for name, (module, rows) in comparisons.items()
        },
    }


def title(module):
    """What a comparison is of, in words."""
    return inspect.getdoc(module).split("\n", 1)[0].rstrip(".")


def markdown(results):
    """A summary as Markdown."""
    lines = ["# Benchmarks", "", results["conditions"]]
    for comparison in results["comparisons"].values():
        lines += ["", f"## {comparison['title']}", "", comparison["notes"], ""]
        lines += [_table_line(comparison["columns"]), _table_line(["---"] * len(comparison["columns"]))]
        lines += [_table_line(row["cells"]) for row in comparison["rows"]]
    return "\n".join(lines) + "\n"


def _table_line(cells):
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def conditions(measured_on):
    """A paragraph on data, repeats, machine and versions."""
    versions = ", ".join(f"{name} {number}" for name, number in measured_on["versions"].items())
    machine = measured_on["machine"]
    return (
        f"Medians of at least {measured_on['repeats']} repeats on {measured_on['data']}, {machine['date']}, "
        f"{machine['processor']}, {machine['cores']} cores. {versions}. {LEGEND}"
    )


def write(results, folder):
    """benchmarks.md and benchmarks.json in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmarks.md").write_text(markdown(results))
    (folder / "benchmarks.json").write_text(json.dumps(results, indent=1) + "\n")


def versions():
    """Of Python, the packages and the BLAS that are installed."""
    found = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    # NumPy and SciPy may each have one.
    for library in threadpool_info():
        name, number = library["internal_api"], str(library["version"])
        if library["user_api"] == "blas" and number not in found.get(name, ""):
            found[name] = f"{found[name]} and {number}" if name in found else number
    return found


def machine():
    """Processor, number of cores, and the date."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = models[0] if models else platform.processor()
    return {"processor": processor, "cores": n_cores(), "date": date.today().isoformat()}
