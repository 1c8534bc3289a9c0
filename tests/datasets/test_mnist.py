# SPDX-License-Identifier: BSD-3-Clause
import gzip
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.utils import Bunch

from sksoftmax.datasets import _mnist, fetch_mnist, load_mnist
from tests.datasets.helpers import NAMES, idx, npz


@pytest.mark.parametrize("subset", ["train", "test"])
def test_pixels_and_labels_are_those_of_the_files(subset, folder, arrays):
    mnist = load_mnist(folder, subset=subset)
    images, labels = arrays[subset, "images"], arrays[subset, "labels"]
    assert mnist.data.dtype == np.uint8
    np.testing.assert_array_equal(mnist.data, images.reshape(len(images), 12))
    np.testing.assert_array_equal(mnist.target, labels)
    assert mnist.target.dtype == np.int64
    assert mnist.target_names.tolist() == sorted(set(labels.tolist()))
    assert f"{len(images)} images of 4 x 3 pixels" in mnist.DESCR
    X, y = load_mnist(str(folder), subset=subset, as_images=True, return_X_y=True)
    np.testing.assert_array_equal(X, images)
    np.testing.assert_array_equal(y, labels)


def test_all_are_the_training_samples_and_then_the_test_samples(folder):
    parts = [load_mnist(folder, subset=subset) for subset in ("train", "test")]
    whole = load_mnist(folder, subset="all")
    np.testing.assert_array_equal(whole.data, np.concatenate([part.data for part in parts]))
    np.testing.assert_array_equal(whole.target, np.concatenate([part.target for part in parts]))


@pytest.mark.parametrize("dtype", [np.float32, "float64"])
def test_floats_go_from_zero_to_one(dtype, folder, arrays):
    X, _ = load_mnist(folder, dtype=dtype, return_X_y=True)
    assert X.dtype == dtype
    np.testing.assert_allclose(X, arrays["train", "images"].reshape(12, 12) / 255, rtol=1e-6)


def rename(folder, change):
    for path in list(folder.iterdir()):
        path.rename(folder / change(path.name))


@pytest.mark.parametrize(
    "change",
    [
        lambda name: name.replace("-idx", ".idx"),
        lambda name: name.replace("t10k", "test"),
        lambda name: f"emnist-digits-{name.replace('t10k', 'test')}",
    ],
    ids=["dot", "test", "name of the set"],
)
def test_names_that_are_in_use(change, folder, arrays):
    rename(folder, change)
    np.testing.assert_array_equal(load_mnist(folder, subset="test").target, arrays["test", "labels"])
    np.testing.assert_array_equal(load_mnist(folder).target, arrays["train", "labels"])


def test_gzipped_files_are_read_and_unpacked_ones_stand_for_them(folder, arrays):
    for path in list(folder.iterdir()):
        (folder / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    both = load_mnist(folder)
    for name in NAMES.values():
        (folder / name).unlink()
    np.testing.assert_array_equal(load_mnist(folder).data, both.data)
    np.testing.assert_array_equal(both.data, arrays["train", "images"].reshape(12, 12))


@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_an_npz_file_has_the_same(case, arrays, folder, tmp_path):
    path = npz(tmp_path / "mnist.npz", arrays, case)
    for subset in ("train", "test", "all"):
        of_npz, of_folder = load_mnist(path, subset=subset), load_mnist(folder, subset=subset)
        np.testing.assert_array_equal(of_npz.data, of_folder.data)
        np.testing.assert_array_equal(of_npz.target, of_folder.target)


@pytest.mark.parametrize("as_images", [False, True])
def test_a_memory_map_reads_the_file_and_cannot_be_written(as_images, folder):
    mapped = load_mnist(folder, mmap=True, as_images=as_images).data
    read = load_mnist(folder, as_images=as_images).data
    assert isinstance(mapped, np.memmap)
    assert not mapped.flags.writeable
    assert Path(mapped.filename).name == NAMES["train", "images"]
    np.testing.assert_array_equal(mapped, read)
    read[:] = 0


def damaged(folder, key, content):
    path = folder / NAMES[key]
    path.write_bytes(content)
    return path


IMAGES, LABELS = ("train", "images"), ("train", "labels")


@pytest.mark.parametrize("mmap", [False, True])
@pytest.mark.parametrize(
    ("key", "make", "message"),
    [
        (IMAGES, lambda a: b"", r"train-images-idx3-ubyte has 0 bytes, expected a header of 16: it is truncated"),
        (IMAGES, lambda a: idx(a[IMAGES])[:9], "has 9 bytes, expected a header of 16: it is truncated"),
        (
            IMAGES,
            lambda a: idx(a[IMAGES])[:-1],
            r"has 143 bytes after its header, expected 144 for shape \(12, 4, 3\): it is truncated",
        ),
        (
            IMAGES,
            lambda a: idx(a[IMAGES]) + b"x",
            r"has more than 144 bytes after its header, expected 144 for shape \(12, 4, 3\): it is longer than it says",
        ),
        (
            IMAGES,
            lambda a: idx(a[IMAGES], magic=0x0D03),
            "begins with 0x00000d03, expected the magic number 0x00000803",
        ),
        (IMAGES, lambda a: idx(a[LABELS]), r"begins with 0x00000801, expected the magic number 0x00000803"),
        (LABELS, lambda a: idx(a[IMAGES]), "begins with 0x00000803, expected the magic number 0x00000801"),
        (LABELS, lambda a: idx(a[LABELS][:-1]), "has 12 images, .*labels-idx1-ubyte 11 labels: must be as many"),
        (IMAGES, lambda a: b"<html>not found</html>", "begins with 0x3c68746d, expected the magic number"),
    ],
    ids=["empty", "header", "data", "too long", "type", "labels for images", "images for labels", "count", "page"],
)
def test_a_damaged_file_is_named_with_what_it_has_and_should_have(key, make, message, mmap, folder, arrays):
    damaged(folder, key, make(arrays))
    with pytest.raises(ValueError, match=message):
        load_mnist(folder, mmap=mmap)
    load_mnist(folder, subset="test", mmap=mmap)


def test_no_images_at_all_are_named(folder, arrays):
    damaged(folder, IMAGES, idx(arrays[IMAGES][:0]))
    damaged(folder, LABELS, idx(arrays[LABELS][:0]))
    with pytest.raises(ValueError, match=r"has images of shape \(0, 4, 3\), expected some"):
        load_mnist(folder)


@pytest.mark.parametrize(
    ("zipped", "found"),
    [
        (lambda content: b"no gzip", "Not a gzipped file"),
        (lambda content: b"\x1f\x8b\x07" + gzip.compress(content)[3:], "Unknown compression method"),
        (lambda content: gzip.compress(content)[:-8], "ended before the end-of-stream marker"),
        (lambda content: gzip.compress(content)[:40], "ended before the end-of-stream marker"),
        (lambda content: gzip.compress(content)[:10] + b"\x07" + bytes(200), "invalid block type"),
        (lambda content: gzip.compress(content)[:-8] + bytes(8), "CRC check failed"),
        (lambda content: gzip.compress(content)[:-1] + b"1", "Incorrect length"),
        (lambda content: gzip.compress(content) + b"more", "Not a gzipped file"),
    ],
    ids=["something else", "method", "without its end", "truncated", "data", "checksum", "length", "something behind"],
)
def test_a_damaged_gzip_file_is_named(zipped, found, folder):
    content = (folder / NAMES[IMAGES]).read_bytes()
    (folder / NAMES[IMAGES]).unlink()
    (folder / f"{NAMES[IMAGES]}.gz").write_bytes(zipped(content))
    with pytest.raises(ValueError, match=rf"train-images-idx3-ubyte\.gz is no complete gzip file: .*{found}"):
        load_mnist(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda images: idx(images)[:12], "gz has 12 bytes, expected a header of 16: it is truncated"),
        (lambda images: idx(images)[:-1], r"gz has 143 bytes after its header, expected 144 .* it is truncated"),
        (
            lambda images: idx(images) + b"x",
            "gz has more than 144 bytes after its header, .* it is longer than it says",
        ),
        (lambda images: idx(images, shape=(12, 2**32 - 1, 2**32 - 1)), "gz has 144 bytes .* it is truncated"),
        (lambda images: idx(images, shape=(0, 2**32 - 1, 2**32 - 1)), "gz has 0 images, .* 12 labels"),
        (lambda images: idx(images, shape=(12, 0, 2**32 - 1)), r"has images of shape \(12, 0, .*\), expected some"),
    ],
    ids=["header", "data", "too long", "huge", "huge and without images", "without pixels"],
)
def test_what_a_gzip_file_unpacks_to_is_named_as_well(content, message, folder, arrays):
    (folder / NAMES[IMAGES]).unlink()
    (folder / f"{NAMES[IMAGES]}.gz").write_bytes(gzip.compress(content(arrays[IMAGES])))
    with pytest.raises(ValueError, match=message):
        load_mnist(folder)


def test_files_that_are_missing_are_named(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"path == .*nowhere.* does not exist, must be a folder"):
        load_mnist(tmp_path / "nowhere")
    (folder / NAMES[LABELS]).unlink()
    with pytest.raises(
        FileNotFoundError,
        match=r"has no labels of the subset 'train': found \['t10k-.* expected a file like train-labels-idx1",
    ):
        load_mnist(folder)


def test_a_folder_with_two_sets_is_named(folder):
    shutil.copy(folder / NAMES[IMAGES], folder / f"emnist-letters-{NAMES[IMAGES]}")
    with pytest.raises(ValueError, match=r"has several files of train images: \['emnist-letters-train"):
        load_mnist(folder)


def test_training_and_test_images_of_other_sizes_are_named(folder, arrays):
    damaged(folder, ("test", "images"), idx(arrays["test", "images"].reshape(5, 3, 4)))
    with pytest.raises(ValueError, match=r"has images of the shapes \[\(3, 4\), \(4, 3\)\], must have the same"):
        load_mnist(folder, subset="all")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"subset": "validation"}, r"subset == 'validation', must be one of \['train', 'test', 'all'\]"),
        ({"dtype": np.int32}, "dtype == .*int32.*, must be None, uint8 or a float type"),
        ({"dtype": "foo"}, "dtype == 'foo', must be None, uint8 or a float type"),
        ({"dtype": "f4,("}, r"dtype == 'f4,\(', must be None, uint8 or a float type"),
        ({"dtype": [0] * 1000}, r"dtype == \[0, 0, 0, 0, 0, 0, \.\.\.\], must be"),
        ({"mmap": True, "subset": "all"}, "mmap == True needs dtype=None and subset 'train' or 'test'"),
        ({"mmap": True, "dtype": "float32"}, "mmap == True needs dtype=None"),
    ],
)
def test_what_is_not_allowed_is_named(options, message, folder):
    with pytest.raises(ValueError, match=message):
        load_mnist(folder, **options)


@pytest.mark.parametrize("path", [None, 5, b"mnist", ["mnist"]])
def test_what_is_no_path_is_named(path):
    with pytest.raises(TypeError, match=rf"path == {re.escape(repr(path))}, must be a str or Path: a folder of IDX"):
        load_mnist(path)


def test_a_tilde_is_the_home_directory(monkeypatch, folder):
    # POSIX asks for the first, Windows for the second.
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(folder.parent))
    for path in (f"~/{folder.name}", Path("~") / folder.name):
        assert load_mnist(path).data.shape == (12, 12)
    with pytest.raises(FileNotFoundError, match=r"path == '~no_such_user.mnist' does not exist"):
        load_mnist("~no_such_user/mnist")


def test_maps_need_files_that_are_not_compressed(folder, arrays, tmp_path):
    content = (folder / NAMES[IMAGES]).read_bytes()
    (folder / NAMES[IMAGES]).unlink()
    (folder / f"{NAMES[IMAGES]}.gz").write_bytes(gzip.compress(content))
    with pytest.raises(ValueError, match=r"mmap == True needs a file that is not compressed, got .*\.gz: unpack it"):
        load_mnist(folder, mmap=True)
    with pytest.raises(ValueError, match="mmap == True needs IDX files that are not compressed"):
        load_mnist(npz(tmp_path / "mnist.npz", arrays), mmap=True)
    (tmp_path / "mnist.txt").write_text("")
    with pytest.raises(ValueError, match=r"must be a folder of IDX files or a .npz file"):
        load_mnist(tmp_path / "mnist.txt")


def test_fetched_images_are_split_as_the_files_are(monkeypatch):
    rng = np.random.RandomState(0)
    fetched = Bunch(data=rng.randint(0, 256, (70, 784)).astype(float), target=rng.randint(0, 10, 70).astype(str))
    asked = {}

    def fetch_openml(name, **options):
        asked.update(options, name=name)
        return fetched

    monkeypatch.setattr(_mnist, "fetch_openml", fetch_openml)
    monkeypatch.setattr(_mnist, "N_TRAIN", 60)
    train, test = fetch_mnist(data_home="here"), fetch_mnist(subset="test")
    assert asked["name"] == "mnist_784"
    assert asked["as_frame"] is False
    assert asked["data_home"] is None
    np.testing.assert_array_equal(train.data, fetched.data[:60])
    assert train.data.dtype == np.uint8
    np.testing.assert_array_equal(test.target, fetched.target[60:].astype(int))
    assert fetch_mnist(subset="all", as_images=True, dtype=np.float32).data.shape == (70, 28, 28)
    with pytest.raises(ValueError, match="subset == 'most'"):
        fetch_mnist(subset="most")


def test_without_a_network_the_way_to_files_on_disk_is_named(monkeypatch):
    def fetch_openml(name, **options):
        raise OSError("no network")

    monkeypatch.setattr(_mnist, "fetch_openml", fetch_openml)
    with pytest.raises(OSError, match=r"cannot be fetched \(no network\). .* sksoftmax.datasets.load_mnist\(path\)"):
        fetch_mnist()


FIRST_LABELS = [5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3, 5, 3, 6, 1, 7, 2, 8, 6, 9, 4, 0, 9, 1, 1]


@pytest.mark.slow
@pytest.mark.skipif("SKSOFTMAX_MNIST" not in os.environ, reason="SKSOFTMAX_MNIST names no folder of MNIST")
def test_the_real_files_in_all_their_forms(tmp_path):
    source = Path(os.environ["SKSOFTMAX_MNIST"])
    train, test = load_mnist(source), load_mnist(source, subset="test")
    assert train.data.shape == (60000, 784)
    assert test.data.shape == (10000, 784)
    assert train.target[:25].tolist() == FIRST_LABELS
    assert train.target_names.tolist() == list(range(10))
    for path in source.glob("*ubyte.gz"):
        (tmp_path / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    plain = load_mnist(tmp_path)
    np.testing.assert_array_equal(plain.data, train.data)
    np.testing.assert_array_equal(load_mnist(tmp_path, mmap=True).data, train.data)
    images = {"x_train": train.data.reshape(-1, 28, 28), "x_test": test.data.reshape(-1, 28, 28)}
    np.savez(tmp_path / "mnist.npz", **images, y_train=train.target, y_test=test.target)
    for subset, expected in (("train", train), ("test", test)):
        of_npz = load_mnist(tmp_path / "mnist.npz", subset=subset)
        np.testing.assert_array_equal(of_npz.data, expected.data)
        np.testing.assert_array_equal(of_npz.target, expected.target)
    raw = (tmp_path / "train-images-idx3-ubyte").read_bytes()
    assert train.data.tobytes() == raw[16:]
