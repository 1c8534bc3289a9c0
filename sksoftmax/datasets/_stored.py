# SPDX-License-Identifier: BSD-3-Clause
"""Arrays in files: the header is read first, the data where the header is what is wanted."""

import errno
import math
import os
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

CHUNK = 2**18
# An array may be this many times as large as its file, or as what came of it: images seldom compress better.
RATIO = 8

# What gzip, zipfile and zlib raise for bytes that are not of their format.
DAMAGE = (
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


@contextmanager
def named_damage(complaint):
    """Turn what damaged bytes raise into a ValueError that begins with the complaint."""
    try:
        yield
    except DAMAGE as error:
        # A place outside the file is damage (EINVAL); other numbers are failures of the disk.
        if getattr(error, "errno", None) not in (None, errno.EINVAL):
            raise
        raise ValueError(f"{complaint}: {str(error) or 'it ends too early':.200}.") from error


class Stream(NamedTuple):
    """The bytes of an open file, how many it takes on disk, and the complaint where its format is damaged."""

    file: object
    n_on_disk: int
    complaint: str

    def read(self, n):
        """At most n bytes, uint8; the memory is in proportion to the file and to what comes of it, whatever n is."""
        size = n
        while size > max(CHUNK, RATIO * self.n_on_disk):
            size = -(-size // RATIO)
        content, n_read = np.empty(size, np.uint8), 0
        with named_damage(self.complaint):
            while n_read < n:
                if n_read == len(content):
                    content = _enlarged(content, min(n, RATIO * n_read))
                n_more = self.file.readinto(memoryview(content)[n_read : n_read + CHUNK])
                if not n_more:
                    break
                n_read += n_more
        return content[:n_read]


def _enlarged(content, size):
    enlarged = np.empty(size, np.uint8)
    enlarged[: len(content)] = content
    return enlarged


class StoredArray(NamedTuple):
    """An array in a file that is open behind the header; `name` is what messages call it."""

    name: str
    stream: Stream
    shape: tuple
    dtype: np.dtype
    fortran_order: bool = False

    @property
    def n_bytes(self):
        return math.prod(self.shape) * self.dtype.itemsize

    def read(self):
        """The array; no more is read than the header says, and one byte to see that there are no more."""
        content = self.stream.read(self.n_bytes)
        self._check_length(len(content) + len(self.stream.read(1)))
        array = content.view(self.dtype)
        return array.reshape(self.shape[::-1]).T if self.fortran_order else array.reshape(self.shape)

    def map(self):
        """The array as a read-only map of its file, which is not compressed."""
        file = self.stream.file
        n_header = file.tell()
        self._check_length(os.fstat(file.fileno()).st_size - n_header)
        return np.memmap(file, self.dtype, "r", offset=n_header, shape=self.shape)

    def _check_length(self, n_found):
        if n_found == self.n_bytes:
            return
        found, problem = n_found, "truncated"
        if n_found > self.n_bytes:
            found, problem = f"more than {self.n_bytes}", "longer than it says"
        raise ValueError(
            f"{self.name} has {found} bytes after its header, expected {self.n_bytes} for shape {self.shape}: "
            f"it is {problem}."
        )
