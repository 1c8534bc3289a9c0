# SPDX-License-Identifier: BSD-3-Clause
"""The file format of MNIST: two zero bytes, the type, the number of axes, their lengths (big-endian), the data."""

import gzip
import struct
from contextlib import contextmanager

import numpy as np

from sksoftmax.datasets._stored import StoredArray, Stream

UNSIGNED_BYTE = 0x08


@contextmanager
def open_idx(path, n_axes):
    """The stored array of unsigned bytes with that many axes in a file, gzipped or not."""
    zipped = path.suffix == ".gz"
    with gzip.open(path) if zipped else path.open("rb") as file:
        stream = Stream(file, path.stat().st_size, f"{path} is no complete {'gzip' if zipped else 'IDX'} file")
        yield StoredArray(str(path), stream, _shape(stream, path, n_axes), np.dtype(np.uint8))


def _shape(stream, path, n_axes):
    n_header = 4 + 4 * n_axes
    header = stream.read(n_header).tobytes()
    if len(header) < n_header:
        raise ValueError(f"{path} has {len(header)} bytes, expected a header of {n_header}: it is truncated.")
    magic = bytes([0, 0, UNSIGNED_BYTE, n_axes])
    if header[:4] != magic:
        raise ValueError(
            f"{path} begins with 0x{header[:4].hex()}, expected the magic number 0x{magic.hex()} of unsigned bytes "
            f"with {n_axes} axes."
        )
    return struct.unpack(f">{n_axes}I", header[4:])
