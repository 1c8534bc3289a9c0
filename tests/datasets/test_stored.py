# SPDX-License-Identifier: BSD-3-Clause
"""What a file says of itself costs no memory, and what is no regular file is not opened."""

import gzip
import os
import threading
import tracemalloc
import zipfile

import numpy as np
import pytest

from sksoftmax.datasets import load_mnist
from tests.datasets.helpers import NAMES, idx, npy, npy_header, npz

MIB = 2**20
IMAGES, LABELS = NAMES["train", "images"], NAMES["train", "labels"]
LABELS_20, IMAGES_20 = np.arange(20, dtype=np.uint8), np.zeros((20, 5, 4), np.uint8)
ZEROS = bytes(16 * MIB)


def peak_of(call):
    """Bytes of memory that the call takes at most."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def idx_pair(folder, images, labels):
    """A folder with the two files, of which the images are gzipped."""
    (folder / f"{IMAGES}.gz").write_bytes(gzip.compress(images, 1))
    (folder / LABELS).write_bytes(labels)
    return folder


def npz_pair(folder, images, labels):
    path = folder / "mnist.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("x_train.npy", images)
        archive.writestr("y_train.npy", labels)
    return path


@pytest.mark.parametrize(
    ("write", "images", "labels", "message"),
    [
        (idx_pair, idx(IMAGES_20) + ZEROS, idx(LABELS_20), "more than 400 bytes after its header, expected 400"),
        (idx_pair, idx(LABELS_20)[:16], idx(LABELS_20)[:8] + ZEROS, "begins with 0x00000801"),
        (
            idx_pair,
            idx(IMAGES_20),
            idx(LABELS_20) + ZEROS,
            "labels-idx1-ubyte has more than 20 bytes after its header, expected 20",
        ),
        (
            idx_pair,
            idx(IMAGES_20, shape=(2**30, 2**5, 2**5)),
            idx(LABELS_20, shape=(2**30,)),
            "has 400 bytes after its header, expected 1099511627776 for shape .* it is truncated",
        ),
        (npz_pair, npy(IMAGES_20) + ZEROS, npy(LABELS_20), "more than 400 bytes after its header, expected 400"),
        (npz_pair, npy(IMAGES_20.astype(float)) + ZEROS, npy(LABELS_20), "type float64, expected uint8 images"),
        (npz_pair, npy(IMAGES_20), npy(LABELS_20) + ZEROS, "more than 20 bytes after its header, expected 20"),
        (npz_pair, ZEROS, npy(LABELS_20), "begins with 0x0000000000000000"),
        (
            npz_pair,
            npy_header(" " * len(ZEROS), version=2),
            npy(LABELS_20),
            "has a header of 16777216 bytes, expected at most 4096",
        ),
        (
            npz_pair,
            npy_header("{'descr': '|u1', 'fortran_order': False, 'shape': (1073741824, 32, 32)}") + bytes(400),
            npy_header("{'descr': '|u1', 'fortran_order': False, 'shape': (1073741824,)}"),
            "has 400 bytes after its header, expected 1099511627776 for shape .* it is truncated",
        ),
    ],
    ids=[
        "idx: unpacks to more",
        "idx: other magic",
        "idx: more labels",
        "idx: says more",
        "npz: unpacks to more",
        "npz: no pixels",
        "npz: more labels",
        "npz: no array",
        "npz: header",
        "npz: says more",
    ],
)
def test_what_does_not_fit_takes_little_memory(write, images, labels, message, tmp_path):
    path = write(tmp_path, images, labels)

    def load():
        with pytest.raises(ValueError, match=message):
            load_mnist(path)

    # Some chunks of 256 KiB; what the files hold or say is 16 MiB and more.
    assert peak_of(load) < 2 * MIB


@pytest.mark.parametrize(("write", "form"), [(idx_pair, idx), (npz_pair, npy)], ids=["idx", "npz"])
def test_what_unpacks_to_far_more_is_read_once(write, form, tmp_path):
    images = np.zeros((4096, 32, 32), np.uint8)
    images[:, 0, 0] = np.arange(4096)
    labels = (np.arange(4096) % 10).astype(np.uint8)
    path = write(tmp_path, form(images), form(labels))
    loaded = {}
    peak = peak_of(lambda: loaded.update(load_mnist(path)))
    np.testing.assert_array_equal(loaded["data"], images.reshape(4096, 1024))
    np.testing.assert_array_equal(loaded["target"], labels)
    # The pixels, the eighth of them that came first, and some chunks of 256 KiB.
    assert peak < 9 / 8 * images.nbytes + MIB


@pytest.fixture
def pipe(tmp_path):
    """A named pipe that gives whoever opens it nothing, instead of keeping them waiting."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.open("wb").close())
    writer.start()
    yield path
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer.join()
    os.close(reader)


@pytest.fixture(params=["pipe", "device"])
def endless(request):
    if not hasattr(os, "mkfifo"):
        pytest.skip("Windows has other pipes")
    return request.getfixturevalue("pipe") if request.param == "pipe" else os.devnull


@pytest.mark.parametrize("name", ["mnist.npz", IMAGES, f"{LABELS}.gz"])
def test_only_regular_files_are_opened(name, endless, folder):
    (folder / name.removesuffix(".gz")).unlink(missing_ok=True)
    (folder / name).symlink_to(endless)
    if name == "mnist.npz":
        with pytest.raises(ValueError, match=r"path == .*mnist\.npz', must be .* a \.npz file, and no pipe or device"):
            load_mnist(folder / name)
    else:
        with pytest.raises(FileNotFoundError, match=r"has no .* of the subset 'train': .* no folder and no pipe"):
            load_mnist(folder)


def test_links_to_regular_files_are_followed(arrays, folder, tmp_path):
    (folder / IMAGES).rename(tmp_path / "elsewhere")
    (folder / IMAGES).symlink_to(tmp_path / "elsewhere")
    (tmp_path / "link.npz").symlink_to(npz(tmp_path / "mnist.npz", arrays))
    expected = arrays["train", "images"].reshape(12, 12)
    for path in (folder, tmp_path / "link.npz"):
        np.testing.assert_array_equal(load_mnist(path).data, expected)
