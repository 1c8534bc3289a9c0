# SPDX-License-Identifier: BSD-3-Clause
"""NumPy's .npz format: a zip file of arrays, each with a magic number, a version, a header and the data."""

import os
import re
import zipfile
from contextlib import contextmanager

import numpy as np

from sksoftmax.datasets._stored import StoredArray, Stream, named_damage

MAGIC = b"\x93NUMPY"
# Bytes of the header's length, by version.
N_LENGTH = {b"\x01\x00": 2, b"\x02\x00": 4, b"\x03\x00": 4}
# That of an array without fields has some hundred, but may be padded.
LONGEST_HEADER = 4096
# The header of an array without fields is a dict of these three in any order. Matched and not evaluated, it can neither
# exhaust Python's parser nor warn.
HEADER = re.compile(
    r"""\{\s* (?: (?:
        ['"]descr['"]\s*:\s*['"](?P<descr>[<>|=]?[?biufcmMOSUV]\d{0,4})['"]
      | ['"]fortran_order['"]\s*:\s*(?P<fortran_order>True|False)
      | ['"]shape['"]\s*:\s*\((?P<shape>(?:\s*\d{1,20}L?\s*,)*(?:\s*\d{1,20}L?)?)\s*\)
    ) \s* (?: ,\s* | (?=\}) ) ){3} \}\s*""",
    re.ASCII | re.VERBOSE,
)
# Decompressors that NumPy does not write with can need far more memory than the array.
METHODS = {zipfile.ZIP_STORED: "stored", zipfile.ZIP_DEFLATED: "deflated"}


def open_npz(path):
    """The zip file."""
    with named_damage(f"{path} is no complete .npz file"):
        return zipfile.ZipFile(path)


def members(archive):
    """Pairs of an array's key and its entry in the zip file; a damaged file may have a key twice."""
    return [(entry.filename.removesuffix(".npy"), entry) for entry in archive.infolist()]


@contextmanager
def open_member(archive, entry, name):
    """The stored array of an entry; `name` is what messages call it."""
    if entry.compress_type not in METHODS:
        raise ValueError(f"{name} is compressed by method {entry.compress_type}, must be by one of {METHODS}.")
    complaint = f"{name} is no complete array of a .npz file"
    with named_damage(complaint):
        file = archive.open(entry)
    with file:
        stream = Stream(file, os.path.getsize(archive.filename), complaint)
        yield StoredArray(name, stream, *_header(stream, name))


def _header(stream, name):
    """Shape, type, and whether the first axis is contiguous."""
    magic = stream.read(8).tobytes()
    if magic[:6] != MAGIC or magic[6:] not in N_LENGTH:
        raise ValueError(
            f"{name} begins with 0x{magic.hex()}, expected 0x{MAGIC.hex()} and a version, one of "
            f"{[f'0x{version.hex()}' for version in N_LENGTH]}, as an .npy file does."
        )
    length = int.from_bytes(stream.read(N_LENGTH[magic[6:]]).tobytes(), "little")
    if length > LONGEST_HEADER:
        raise ValueError(f"{name} has a header of {length} bytes, expected at most {LONGEST_HEADER}.")
    header = stream.read(length).tobytes().decode("latin1")
    fields = HEADER.fullmatch(header)
    if fields is None or None in fields.groups():
        raise ValueError(
            f"{name} has the header {header[:100]!r}, expected 'descr' (a type without fields), 'fortran_order' and "
            "'shape'."
        )
    try:
        dtype = np.dtype(fields["descr"])
    except TypeError as error:
        raise ValueError(f"{name} has the type {fields['descr']!r}, expected one of NumPy's.") from error
    shape = tuple(int(n) for n in re.findall(r"\d+", fields["shape"]))
    return shape, dtype, fields["fortran_order"] == "True"
