# SPDX-License-Identifier: BSD-3-Clause
"""The images and the labels of MNIST in its files, which have to fit each other before their data are read."""

import math
import re
import reprlib

import numpy as np

from sksoftmax.datasets._idx import open_idx
from sksoftmax.datasets._npz import members, open_member, open_npz

# What the files of a part are called; a set may put its own name in front.
PARTS = {"train": "train", "test": "t10k|test"}
N_AXES = {"images": 3, "labels": 1}
LARGEST_LABEL = np.iinfo(np.int64).max


def read_folder(folder, part, mmap):
    """Images, uint8, and labels, int64, of a part in IDX files; `mmap` maps the images."""
    images_path, labels_path = (_file_of(folder, part, kind) for kind in N_AXES)
    if mmap and images_path.suffix == ".gz":
        raise ValueError(f"mmap == True needs a file that is not compressed, got {images_path}: unpack it.")
    with open_idx(images_path, N_AXES["images"]) as images, open_idx(labels_path, N_AXES["labels"]) as labels:
        _check_pair(images, labels)
        return images.map() if mmap else images.read(), _read_labels(labels)


def read_npz(path, parts):
    """A list of the images, uint8, and labels, int64, of each part in a .npz file."""
    with open_npz(path) as archive:
        entries = _entries(archive, path, [f"{axis}_{part}" for part in parts for axis in "xy"])
        return [_read_npz_part(archive, path, entries, part) for part in parts]


def _file_of(folder, part, kind):
    pattern = re.compile(rf"(.*[-.])?({PARTS[part]})-{kind}[-.]idx{N_AXES[kind]}-ubyte(\.gz)?")
    found = sorted(entry for entry in folder.iterdir() if entry.is_file() and pattern.fullmatch(entry.name))
    # One that is unpacked stands for its gzip file.
    found = [entry for entry in found if entry.suffix != ".gz" or entry.with_suffix("") not in found]
    if not found:
        names = _listed(entry.name for entry in folder.iterdir())
        raise FileNotFoundError(
            f"{folder} has no {kind} of the subset {part!r}: found {names}, expected a file like "
            f"{PARTS[part].split('|')[0]}-{kind}-idx{N_AXES[kind]}-ubyte.gz, no folder and no pipe."
        )
    if len(found) > 1:
        raise ValueError(
            f"{folder} has several files of {part} {kind}: {_listed(entry.name for entry in found)}, must have one."
        )
    return found[0]


def _listed(names):
    shown = reprlib.Repr()
    shown.maxlist, shown.maxstring = 10, 80
    return shown.repr(sorted(names))


def _entries(archive, path, wanted):
    """The one entry of each wanted key, which may be in any case."""
    arrays = members(archive)
    found = {key: [(name, entry) for name, entry in arrays if name.lower() == key] for key in wanted}
    missing = [key for key, same in found.items() if not same]
    if missing:
        names = _listed(name for name, _ in arrays)
        raise ValueError(f"{path} has the arrays {names}, expected {wanted}: {missing} are missing.")
    for key, same in found.items():
        if len(same) > 1:
            raise ValueError(f"{path} has the arrays {_listed(name for name, _ in same)}, must have one {key}.")
    return {key: same[0][1] for key, same in found.items()}


def _read_npz_part(archive, path, entries, part):
    x, y = f"x_{part}", f"y_{part}"
    with (
        open_member(archive, entries[x], f"{x} of {path}") as images,
        open_member(archive, entries[y], f"{y} of {path}") as labels,
    ):
        if len(images.shape) != N_AXES["images"] or images.dtype != np.uint8:
            raise ValueError(_unfit(images, "uint8 images (n, height, width)"))
        if len(labels.shape) != N_AXES["labels"] or labels.dtype.kind not in "ui":
            raise ValueError(_unfit(labels, "labels (n,), integers"))
        _check_pair(images, labels)
        return images.read(), _read_labels(labels)


def _unfit(stored, expected):
    return f"{stored.name} has shape {reprlib.repr(stored.shape)} and type {stored.dtype}, expected {expected}."


def _check_pair(images, labels):
    if images.shape[0] != labels.shape[0]:
        raise ValueError(
            f"{images.name} has {images.shape[0]} images, {labels.name} {labels.shape[0]} labels: must be as many."
        )
    if not math.prod(images.shape):
        raise ValueError(f"{images.name} has images of shape {images.shape}, expected some.")


def _read_labels(stored):
    labels = stored.read()
    largest = int(labels.max())
    if largest > LARGEST_LABEL:
        raise ValueError(f"{stored.name} has the label {largest}, expected labels up to {LARGEST_LABEL}, as int64 has.")
    return labels.astype(np.int64)
