# SPDX-License-Identifier: BSD-3-Clause
"""The benchmarks: time, memory and size beside the peers and the floor, in one run, contestants taken in turns.

    python -m tests.benchmarks [--mnist FOLDER] [--only NAME ...] [--repeats N] [--output FOLDER]

Prints a line for each result: its value, its target and whether that is met, and what the training reached. All of it
takes about half an hour with 3 repeats. With
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
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mnist", type=Path, help="folder of the four IDX files, gzipped or not")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=COMPARISONS,
        default=list(COMPARISONS),
        metavar="NAME",
        help=f"some of {', '.join(COMPARISONS)}; all by default",
    )
    parser.add_argument("--repeats", type=int, default=5, help="measurements of each contestant, 5 by default")
    parser.add_argument("--output", type=Path, help="folder for benchmarks.md, benchmarks.json and growth.png")
    given = parser.parse_args()
    if given.repeats < 1:
        parser.error(f"--repeats {given.repeats}: must be at least 1")
    if given.mnist is not None and not given.mnist.is_dir():
        parser.error(f"--mnist {given.mnist}: no such folder")
    if given.output is not None and given.output.exists() and not given.output.is_dir():
        parser.error(f"--output {given.output}: not a folder")
    return given


def main():
    """Make the comparisons, print them, write them."""
    given = arguments()
    # Fits of a few epochs are meant to end before they converge.
    warnings.simplefilter("ignore", ConvergenceWarning)
    # Of LogisticRegressionCV, on its own defaults.
    warnings.simplefilter("ignore", FutureWarning)
    for name in peers.missing():
        print(f"{name} is not installed: left out.")
    if given.output is not None:
        given.output.mkdir(parents=True, exist_ok=True)
    conditions = Conditions(load(given.mnist and given.mnist.resolve()), given.repeats, given.output)
    comparisons = {}
    print(report.LEGEND)
    for name in given.only:
        rows = []
        comparisons[name] = COMPARISONS[name], rows
        print(f"\n{name}: {COMPARISONS[name].__doc__.splitlines()[0]}\n{report.header()}", flush=True)
        for row in COMPARISONS[name].rows(conditions):
            rows.append(row)
            print(report.line(row), flush=True)
        if not rows:
            print("  nothing measured: see the notes of the comparison")
        # What there is so far, should a later comparison fail.
        if given.output is not None:
            report.write(report.summary(comparisons, conditions.data.name, given.repeats), given.output)


if __name__ == "__main__":
    main()
