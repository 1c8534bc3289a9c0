# SPDX-License-Identifier: BSD-3-Clause
import io
import pickle
import struct
import zipfile

import numpy as np
import pytest

from sksoftmax.datasets import load_mnist
from tests.datasets.helpers import npy, npy_header, npz

IMAGES = np.random.RandomState(0).randint(0, 256, (12, 4, 3)).astype(np.uint8)
LABELS = np.arange(12, dtype=np.uint8)
FIELDS = "'descr': '|u1', 'fortran_order': False, 'shape': (12, 4, 3)"


def zipped(members, method=zipfile.ZIP_STORED):
    """Bytes of a zip file with the pairs of a name and its content."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def with_images(content, method=zipfile.ZIP_STORED):
    """Bytes of a .npz file whose images are the content, last."""
    return zipped([("y_train.npy", npy(LABELS)), ("x_train.npy", content)], method)


def load(folder, content):
    path = folder / "mnist.npz"
    path.write_bytes(content)
    return load_mnist(path, as_images=True, return_X_y=True)


@pytest.mark.parametrize("savez", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["|i1", "<u2", ">i4", "<i8", ">u8"])
def test_what_numpy_writes_is_read(dtype, order, savez, tmp_path):
    images, labels = np.asarray(IMAGES, order=order), (LABELS * 7).astype(dtype)
    savez(tmp_path / "mnist.npz", x_train=images, y_train=labels)
    X, y = load_mnist(tmp_path / "mnist.npz", as_images=True, return_X_y=True)
    np.testing.assert_array_equal(X, IMAGES)
    np.testing.assert_array_equal(y, LABELS.astype(int) * 7)
    assert (X.dtype, y.dtype) == (np.uint8, np.int64)
    X[:] = 0


@pytest.mark.parametrize(
    "content",
    [
        *[npy(IMAGES, version) for version in ((1, 0), (2, 0), (3, 0))],
        *[
            npy_header(header) + IMAGES.tobytes()
            for header in (
                f"{{{FIELDS}}}",
                f"{{{FIELDS}, }}" + " " * 3000 + "\n",
                f"{{ {FIELDS} ,}}".replace("'", '"').replace(": ", ":"),
                "{'shape': (12, 4, 3), 'fortran_order': False, 'descr': '<u1'}",
                "{'descr': '|u1', 'fortran_order': False, 'shape': (12L, 4L, 3L), }",
            )
        ],
    ],
    ids=["1.0", "2.0", "3.0", "bare", "padded", "quotes", "order", "Python 2"],
)
def test_what_others_write_is_read(content, tmp_path):
    X, y = load(tmp_path, with_images(content))
    np.testing.assert_array_equal(X, IMAGES)
    np.testing.assert_array_equal(y, LABELS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda a: {"a": a["x_train"], "b": a["y_train"]},
            r"mnist.npz has the arrays \['a', 'b'\], expected \['x_train', 'y_train'\]",
        ),
        (
            lambda a: {**a, "x_train": a["x_train"].astype(float)},
            r"x_train of .* has shape \(12, 4, 3\) and type float64, expected uint8",
        ),
        (lambda a: {**a, "x_train": a["x_train"].reshape(12, 12)}, r"x_train of .* has shape \(12, 12\)"),
        (
            lambda a: {**a, "y_train": a["y_train"].astype(str)},
            "y_train of .* has shape .* and type <U.*, expected labels",
        ),
        (
            lambda a: {**a, "y_train": a["y_train"][1:]},
            "x_train of .* has 12 images, y_train of .* 11 labels: must be as many",
        ),
        (lambda a: {**a, "y_train": np.array([{"a": 1}] * 12)}, "y_train of .* type object, expected labels"),
    ],
    ids=["keys", "type", "shape", "labels", "count", "objects"],
)
def test_a_damaged_npz_file_is_named(change, message, arrays, tmp_path):
    path = npz(tmp_path / "mnist.npz", arrays)
    with np.load(path) as file:
        content = dict(file)
    np.savez(path, **change(content))
    with pytest.raises(ValueError, match=message) as error:
        load_mnist(path)
    assert "mnist.npz" in str(error.value)


def test_a_truncated_npz_file_is_named(arrays, tmp_path):
    path = npz(tmp_path / "mnist.npz", arrays)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match=r"mnist.npz is no complete .npz file"):
        load_mnist(path)
    path.write_bytes(pickle.dumps({"x_train": 1}))
    with pytest.raises(ValueError, match=r"mnist.npz is no complete .npz file"):
        load_mnist(path)


def patched(content, signature, offset, form, value):
    """The content with the value packed at an offset from the last place of a signature."""
    content = bytearray(content)
    struct.pack_into(form, content, content.rindex(signature) + offset, value)
    return bytes(content)


def claimed_sizes(content, n):
    """The content with n bytes as the size of the last member, packed and unpacked."""
    return patched(patched(content, CENTRAL, 20, "<I", n), CENTRAL, 24, "<I", n)


LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
VALID = with_images(npy(IMAGES))
DEFLATED = with_images(npy(IMAGES), zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (patched(VALID, CENTRAL, 8, "<H", 1), "is no complete array of a .npz file: File .* is encrypted"),
        (patched(VALID, CENTRAL, 8, "<H", 1 << 5), "is no complete array of a .npz file: compressed patched data"),
        (patched(VALID, CENTRAL, 10, "<H", 99), "is compressed by method 99, must be by one of {0: 'stored', 8: "),
        (with_images(npy(IMAGES), zipfile.ZIP_LZMA), "is compressed by method 14, must be by one of {0: 'stored'"),
        (patched(VALID, CENTRAL, 16, "<I", 0), "is no complete array of a .npz file: Bad CRC-32 for file 'x_train"),
        (patched(VALID, CENTRAL, 20, "<I", 200), "is no complete array of a .npz file: Bad CRC-32 for file 'x_train"),
        (patched(VALID, CENTRAL, 24, "<I", 200), "is no complete array of a .npz file: Bad CRC-32 for file 'x_train"),
        (
            claimed_sizes(
                with_images(npy_header("{'descr': '|u1', 'fortran_order': False, 'shape': (12, 99, 99)}")), 2**20
            ),
            "is no complete array of a .npz file: (it ends too early|Overlapped entries)",
        ),
        (patched(VALID, CENTRAL, 42, "<I", 2**31), "is no complete array of a .npz file: Truncated file header"),
        (patched(VALID, LOCAL, 0, "<I", 0), "is no complete array of a .npz file: Bad magic number for file header"),
        (patched(VALID, LOCAL, 30, "<B", 0), "is no complete array of a .npz file: File name in directory"),
        (patched(VALID, END, 16, "<I", 2**16), r"is no complete array of a .npz file: \[Errno 22\] Invalid argument"),
        (patched(DEFLATED, LOCAL, 41, "<B", 7), "is no complete array of a .npz file: .* invalid block"),
    ],
    ids=[
        "encrypted",
        "patch",
        "method",
        "lzma",
        "checksum",
        "packed size",
        "size",
        "both sizes",
        "place",
        "signature",
        "name",
        "place before the file",
        "deflated data",
    ],
)
def test_a_damaged_entry_is_named(content, message, tmp_path):
    with pytest.raises(ValueError, match=r"^x_train of .*mnist\.npz " + message):
        load(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "File is not a zip file"),
        (VALID[:-30], "File is not a zip file"),
        (patched(VALID, CENTRAL, 0, "<I", 0), "Bad magic number for central directory"),
        (patched(VALID, CENTRAL, 6, "<H", 255), "zip file version 25.5"),
        (patched(VALID, END, 12, "<I", 2**31), "."),
    ],
    ids=["empty", "truncated", "signature", "version", "place"],
)
def test_a_damaged_directory_is_named(content, found, tmp_path):
    with pytest.raises(ValueError, match=rf"mnist\.npz is no complete \.npz file: {found}"):
        load(tmp_path, content)


def header(**changes):
    """Header of the images with other fields."""
    fields = {"descr": "'|u1'", "fortran_order": "False", "shape": "(12, 4, 3)", **changes}
    return "{" + ", ".join(f"'{name}': {value}" for name, value in fields.items() if value) + "}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "begins with 0x, expected 0x934e554d5059 and a version"),
        (b"\x93NUM", "begins with 0x934e554d, expected 0x934e554d5059 and a version"),
        (b"a page without an array", "begins with 0x6120706167652077, expected 0x934e554d5059 and a version"),
        (b"\x92" + npy(IMAGES)[1:], r"begins with 0x924e554d50590100, expected 0x934e554d5059 and a version"),
        (
            npy_header(header(), version=4),
            r"begins with 0x934e554d50590400, .* one of \['0x0100', '0x0200', '0x0300'\]",
        ),
        (npy(IMAGES)[:9], "has the header '', expected 'descr'"),
        (npy(IMAGES)[:40], "has the header \"{'descr': .*, expected 'descr'"),
        (npy(IMAGES)[:-1], r"has 143 bytes after its header, expected 144 for shape \(12, 4, 3\): it is truncated"),
        (npy(IMAGES) + b"x", r"has more than 144 bytes after its header, expected 144 .*: it is longer than it says"),
        (npy_header("(" * 4000), r"has the header '\(\(\(\(.{96}', expected 'descr'"),
        (npy_header("[" * 9000), "has a header of 9000 bytes, expected at most 4096"),
        (npy(IMAGES, (2, 0))[:8] + struct.pack("<I", 2**31), "has a header of 2147483648 bytes, expected at most 4096"),
        (npy_header("{" + " " * 4000), "has the header .*, expected 'descr'"),
        (npy_header(header(shape=None)), "has the header .*, expected 'descr' .* and 'shape'"),
        (npy_header(header(shape="(12, -4, 3)")), r"has the header .*\(12, -4, 3\).*, expected 'descr'"),
        (npy_header(header(shape="(12, 4.0, 3)")), r"has the header .*\(12, 4\.0, 3\).*, expected 'descr'"),
        (npy_header(header(shape="(12,, 4, 3)")), r"has the header .*\(12,, 4, 3\).*, expected 'descr'"),
        (
            npy_header(header(descr="[('a', '<i4')]")),
            r"has the header .*\('a', '<i4'\).*, expected 'descr' \(a type with",
        ),
        (npy_header(header(descr="'\\x'")), "has the header .*, expected 'descr'"),
        (
            npy_header(header(shape=f"({'1, ' * 1000})")),
            r"has shape \(1, 1, 1, 1, 1, 1, \.\.\.\) and type uint8, expected",
        ),
        (npy_header(header(descr="'<u3'")), "has the type '<u3', expected one of NumPy's"),
        (npy_header(header(descr="'|O'")), r"has shape \(12, 4, 3\) and type object, expected uint8 images"),
        (npy_header(header(shape=f"({2**64}, 4, 3)")), f"has {2**64} images, y_train of .* 12 labels"),
        (npy_header(header(shape=f"(12, 0, {2**64})")), rf"has images of shape \(12, 0, {2**64}\), expected some"),
        (npy_header(header(shape=f"(12, {2**64}, 3)")), f"has 0 bytes after its header, expected {12 * 3 * 2**64} for"),
    ],
)
def test_a_damaged_array_is_named(content, message, tmp_path):
    with pytest.raises(ValueError, match=r"^x_train of .*mnist\.npz " + message) as error:
        load(tmp_path, with_images(content))
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["x_train.npy", "X_train.npy", "y_train.npy"], r"\['X_train', 'x_train'\], must have one x_train"),
        (["x_train.npy", "x_train", "y_train.npy"], r"\['x_train', 'x_train'\], must have one x_train"),
        (["x_train.npy", "Y_TRAIN.npy", "y_train.npy"], r"\['Y_TRAIN', 'y_train'\], must have one y_train"),
        (
            ["x_train.npy", "labels/y_train.npy"],
            r"\['labels/y_train', 'x_train'\], expected .*: \['y_train'\] are missing",
        ),
    ],
    ids=["images", "with and without an ending", "labels", "folder"],
)
def test_each_array_is_there_once(names, message, tmp_path):
    content = zipped([(name, npy(LABELS if "y" in name.lower()[:10] else IMAGES)) for name in names])
    with pytest.raises(ValueError, match=r"mnist\.npz has the arrays " + message):
        load(tmp_path, content)


def test_a_long_list_of_arrays_is_cut(tmp_path):
    with pytest.raises(
        ValueError, match=r"has the arrays \['0000.*, \.\.\.\], expected \['x_train', 'y_train'\]"
    ) as error:
        load(tmp_path, zipped([(f"{k:0>500}", b"") for k in range(20)]))
    assert len(str(error.value)) < 2000


@pytest.mark.parametrize("label", [2**63, 2**64 - 1])
def test_labels_that_int64_cannot_hold_are_named(label, tmp_path):
    labels = np.array([0] * 11 + [label], np.uint64)
    with pytest.raises(
        ValueError, match=rf"y_train of .*mnist\.npz has the label {label}, expected .* {2**63 - 1}, as int64"
    ):
        load(tmp_path, zipped([("x_train.npy", npy(IMAGES)), ("y_train.npy", npy(labels))]))


def test_labels_of_two_types_keep_their_values(tmp_path):
    # float64, the common type of uint64 and int64, holds neither.
    training, test = np.full(12, 2**63 - 1, np.uint64), np.full(12, -(2**63) + 1, np.int64)
    np.savez(tmp_path / "mnist.npz", x_train=IMAGES, y_train=training, x_test=IMAGES, y_test=test)
    target = load_mnist(tmp_path / "mnist.npz", subset="all").target
    assert target.tolist() == [2**63 - 1] * 12 + [-(2**63) + 1] * 12
