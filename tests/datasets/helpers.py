# SPDX-License-Identifier: BSD-3-Clause
"""Files of small images, written as their formats say."""

import io
import struct

import numpy as np

NAMES = {
    ("train", "images"): "train-images-idx3-ubyte",
    ("train", "labels"): "train-labels-idx1-ubyte",
    ("test", "images"): "t10k-images-idx3-ubyte",
    ("test", "labels"): "t10k-labels-idx1-ubyte",
}


def idx(array, magic=None, shape=None):
    """Bytes of an IDX file, written as its format says."""
    shape = array.shape if shape is None else shape
    magic = 0x0800 + len(shape) if magic is None else magic
    return struct.pack(f">{1 + len(shape)}I", magic, *shape) + array.astype(np.uint8).tobytes()


def npz(path, arrays, case=str.lower):
    np.savez(
        path,
        **{
            case(f"{'x' if kind == 'images' else 'y'}_{part}"): array.astype(np.uint8)
            for (part, kind), array in arrays.items()
        },
    )
    return path


def npy(array, version=None):
    """Bytes of a .npy file."""
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version)
    return file.getvalue()


def npy_header(text, version=1):
    """The beginning of a .npy file whose header is the text, as its format says."""
    return b"\x93NUMPY" + bytes([version, 0]) + len(text).to_bytes(2 if version == 1 else 4, "little") + text.encode()
