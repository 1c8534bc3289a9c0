# SPDX-License-Identifier: BSD-3-Clause
"""The benchmarks: time, memory and size beside the peers and the floor, in one run, contestants taken in turns.

    python -m tests.benchmarks [--mnist FOLDER] [--only NAME ...] [--repeats N] [--output FOLDER]

Prints a line for each result: its value, its target and whether that is met, and what the training reached. With
--output it writes benchmarks.md, benchmarks.json and growth.png to that folder. Without --mnist (a folder of the four
IDX files) the samples are random, of the same shape.
"""

from tests.benchmarks.threads import use_one_thread

use_one_thread()

import argparse
import warnings
from pathlib import Path

from sklearn.exceptions import ConvergenceWarning

from tests.benchmarks import (
    defaults,
    epoch,
    growth,
    imports,
    lbfgs,
    memory,
    neighbours,
    peers,
    pickles,
    predict,
    report,
    rules,
    tuning,
)
from tests.benchmarks.data import load
from tests.benchmarks.measure import Conditions

COMPARISONS = {
    "epoch": epoch,
    "rules": rules,
    "lbfgs": lbfgs,
    "defaults": defaults,
    "tuning": tuning,
    "predict": predict,
    "import": imports,
    "pickle": pickles,
    "memory": memory,
    "neighbours": neighbours,
    "growth": growth,
}


def arguments():
    """What the command was given."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", type=Path, help="folder of the four IDX files, gzipped or not")
    parser.add_argument("--only", nargs="+", choices=COMPARISONS, default=list(COMPARISONS), metavar="NAME")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--output", type=Path, help="folder for benchmarks.md, benchmarks.json and growth.png")
    return parser.parse_args()


def main():
    """Make the comparisons, print them, write them."""
    given = arguments()
    # Fits of a few epochs are meant to end before they converge.
    warnings.simplefilter("ignore", ConvergenceWarning)
    for name in peers.missing():
        print(f"{name} is not installed: left out.")
    if given.output is not None:
        given.output.mkdir(parents=True, exist_ok=True)
    conditions = Conditions(load(given.mnist and given.mnist.resolve()), given.repeats, given.output)
    comparisons = {}
    for name in given.only:
        rows = []
        comparisons[name] = COMPARISONS[name], rows
        print(f"\n{name}: {COMPARISONS[name].__doc__.splitlines()[0]}", flush=True)
        for row in COMPARISONS[name].rows(conditions):
            rows.append(row)
            print(report.line(row), flush=True)
        # What there is so far, should a later comparison fail.
        if given.output is not None:
            report.write(report.summary(comparisons, conditions.data.name, given.repeats), given.output)


if __name__ == "__main__":
    main()
