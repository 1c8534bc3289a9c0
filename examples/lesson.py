# SPDX-License-Identifier: BSD-3-Clause
"""What the lessons share: their data, and the table that each ends with."""

import argparse
import os
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sksoftmax.datasets import load_mnist

FOLDER = Path("sksoftmax-figures")


def load_images():
    """Training and test images, 0 to 255, of MNIST where its folder is named; else of scikit-learn's digits.

    Returns X_train, y_train, X_test, y_test, and whether they are MNIST.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--mnist",
        default=os.environ.get("SKSOFTMAX_MNIST"),
        help="folder of MNIST's IDX files",
    )
    path = parser.parse_args().mnist
    if path:
        return (
            *load_mnist(path, return_X_y=True),
            *load_mnist(path, subset="test", return_X_y=True),
            True,
        )
    print(
        "No folder of MNIST (--mnist PATH or SKSOFTMAX_MNIST): these are "
        "scikit-learn's 8 x 8 digits.\n"
    )
    X, y = load_digits(return_X_y=True)
    X = (X * (255 / 16)).astype(np.uint8)
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.25, stratify=y, random_state=0
    )
    return X_train, y_train, X_test, y_test, False


def print_table(title, rows):
    """Rows of (what, the lesson's number or None, ours)."""
    print(f"{title:58} {'lesson':>9} {'sksoftmax':>10}")
    for what, theirs, ours in rows:
        print(f"{what:58} {_text(theirs):>9} {_text(ours):>10}")


def save(figures, lesson):
    FOLDER.mkdir(exist_ok=True)
    for name, figure in figures.items():
        figure.savefig(FOLDER / f"lesson_{lesson}_{name}.png", dpi=120)
    print(f"\nsaved {len(figures)} pictures in {FOLDER}")


def _text(number):
    if number is None:
        return "-"
    return number if isinstance(number, str) else f"{number:.4g}"
