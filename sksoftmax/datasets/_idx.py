# SPDX-License-Identifier: BSD-3-Clause
"""The file format of MNIST: two zero bytes, the type, the number of axes, their lengths (big-endian), the data."""

import gzip
import math
import struct
import zlib

import numpy as np

UNSIGNED_BYTE = 0x08


def read_idx(path, n_axes, *, mmap=False):
    """The array of unsigned bytes with that many axes that a file holds, gzipped or not; `mmap` maps it read-only."""
    content = _content(path) if not mmap else np.memmap(path, np.uint8, "r") if path.stat().st_size else b""
    n_header = 4 + 4 * n_axes
    if len(content) < n_header:
        raise ValueError(f"{path} has {len(content)} bytes, expected a header of {n_header}: it is truncated.")
    found = bytes(content[:4])
    if found != bytes([0, 0, UNSIGNED_BYTE, n_axes]):
        raise ValueError(
            f"{path} begins with 0x{found.hex()}, expected the magic number 0x{UNSIGNED_BYTE << 8 | n_axes:08x} of "
            f"unsigned bytes with {n_axes} axes."
        )
    shape = struct.unpack(f">{n_axes}I", bytes(content[4:n_header]))
    n_data, expected = len(content) - n_header, math.prod(shape)
    if n_data != expected:
        problem = "truncated" if n_data < expected else "longer than it says"
        raise ValueError(
            f"{path} has {n_data} bytes after its header, expected {expected} for shape {shape}: it is {problem}."
        )
    if mmap:
        return content[n_header:].reshape(shape)
    return np.frombuffer(content, np.uint8, offset=n_header).reshape(shape).copy()


def _content(path):
    if path.suffix != ".gz":
        return path.read_bytes()
    try:
        with gzip.open(path) as file:
            return file.read()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path} is no complete gzip file: {error}.") from error
