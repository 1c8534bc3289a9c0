# SPDX-License-Identifier: BSD-3-Clause
"""Damaged files by the million.

``python -m tests.datasets.fuzzing FOLDER`` needs atheris. It keeps what reaches new code in the folder, and takes the
options of libFuzzer, such as ``-max_total_time=1200``.

A case is bytes: the first says what the others are, a file or a part of one; all else of the files is right.
"""

import gc
import gzip
import io
import struct
import sys
import tempfile
import time
import tracemalloc
import zipfile
from pathlib import Path
from types import FunctionType

import numpy as np

from sksoftmax.datasets import load_mnist
from tests.datasets.helpers import NAMES, idx, npy

IMAGES_NAME, LABELS_NAME = NAMES["train", "images"], NAMES["train", "labels"]
IMAGES = np.random.RandomState(0).randint(0, 256, (12, 4, 3)).astype(np.uint8)
LABELS = np.arange(12, dtype=np.uint8)

# Modules whose branches the fuzzer sees.
READERS = ("sksoftmax.datasets", "gzip", "zipfile", "_compression")

# Memory beyond that of the arrays: ten times the files, and buffers whatever their size.
MOST_OF_FILES, BUFFERS = 10, 3 * 2**19
# Bytes of the arrays while they become others, such as floats.
MOST_OF_ARRAYS = 3
# Of the processor; a case takes a millisecond.
MOST_SECONDS = 2


def zipped(x_train, y_train, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("y_train.npy", y_train)
        archive.writestr("x_train.npy", x_train)
    return {"mnist.npz": file.getvalue()}


def both(data):
    """Images and labels, of which the first two bytes tell where the labels begin."""
    place = 2 + int.from_bytes(data[:2], "big")
    return {IMAGES_NAME: data[2:place], LABELS_NAME: data[place:]}


# The files that a case is made of, and options of `load_mnist`.
KINDS = [
    (lambda data: {IMAGES_NAME: data, LABELS_NAME: idx(LABELS)}, {}),
    (lambda data: {IMAGES_NAME: idx(IMAGES), LABELS_NAME: data}, {}),
    (lambda data: {f"{IMAGES_NAME}.gz": data, LABELS_NAME: idx(LABELS)}, {}),
    (lambda data: {f"{IMAGES_NAME}.gz": gzip.compress(data, 1), LABELS_NAME: idx(LABELS)}, {}),
    (lambda data: {IMAGES_NAME: data, LABELS_NAME: idx(LABELS)}, {"mmap": True}),
    (lambda data: {"mnist.npz": data}, {}),
    (lambda data: zipped(data, npy(LABELS)), {}),
    (lambda data: zipped(npy(IMAGES), data, zipfile.ZIP_STORED), {}),
    (lambda data: {"mnist.npz": data}, {"subset": "all", "dtype": "float32"}),
    (both, {}),
    # It unpacks to far more.
    (lambda data: {f"{IMAGES_NAME}.gz": gzip.compress(data + bytes(2**16)), LABELS_NAME: idx(LABELS)}, {}),
]


def seeds():
    """A right file, or part of one, of each kind."""
    arrays = {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:3], "y_test": LABELS[:3]}
    packed = []
    for save in (np.savez, np.savez_compressed):
        file = io.BytesIO()
        save(file, **arrays)
        packed.append(file.getvalue())
    images = idx(IMAGES)
    of_kinds = [
        [images],
        [idx(LABELS)],
        [gzip.compress(images), gzip.compress(images[:50]) + gzip.compress(images[50:])],
        [images],
        [images],
        packed,
        [npy(IMAGES), npy(np.asfortranarray(IMAGES)), npy(np.array([{}] * 12, dtype=object))],
        [npy(LABELS.astype(dtype)) for dtype in ("|i1", "<u2", ">i4", "<u8")],
        packed,
        [struct.pack(">H", len(images)) + images + idx(LABELS)],
        [images],
    ]
    return [bytes([kind]) + data for kind, of_kind in enumerate(of_kinds) for data in of_kind]


def outcome(case, folder):
    """Read a case from files in an empty folder: None, or the error, of which it is sure that it is one for users."""
    make, options = KINDS[case[0] % len(KINDS)]
    files = make(case[1:])
    paths = [folder / name for name in files]
    for path, content in zip(paths, files.values()):
        path.write_bytes(content)
    n_on_disk, n_arrays, error = sum(map(len, files.values())), 0, None
    was_tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    before, start = tracemalloc.get_traced_memory()[0], time.process_time()
    tracemalloc.reset_peak()
    try:
        X, y = load_mnist(paths[0] if paths[0].suffix == ".npz" else folder, return_X_y=True, **options)
        assert X.ndim == 2
        assert len(X) == len(y) > 0
        assert (X.dtype, y.dtype) == (options.get("dtype", np.uint8), np.int64)
        n_arrays = X.nbytes + y.nbytes
        # A map keeps its file.
        del X, y
    except ValueError as caught:
        error = caught
    seconds, peak = time.process_time() - start, tracemalloc.get_traced_memory()[1] - before
    if not was_tracing:
        tracemalloc.stop()
    for path in paths:
        path.unlink()
    if error is not None:
        said = str(error)
        assert type(error) is ValueError, repr(error)
        assert str(folder) in said, said
        assert any(words in said for words in (" expected", " must ", " is no complete ")), said
        assert len(said) < 2500, said
    assert seconds < MOST_SECONDS
    assert peak < MOST_OF_FILES * n_on_disk + MOST_OF_ARRAYS * n_arrays + BUFFERS
    return error


def main(arguments):
    import atheris

    corpus = Path(arguments[1])
    for number, case in enumerate(seeds()):
        (corpus / f"seed{number}").write_bytes(case)
    for function in gc.get_objects():
        if isinstance(function, FunctionType) and str(function.__module__).startswith(READERS):
            atheris.instrument_func(function)
    tracemalloc.start()
    with tempfile.TemporaryDirectory() as folder:
        atheris.Setup(arguments, lambda case: outcome(case, Path(folder)) if case else None)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
