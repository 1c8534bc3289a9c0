# SPDX-License-Identifier: BSD-3-Clause
import pytest

from sksoftmax._engine import products
from sksoftmax._engine.products import cut


@pytest.fixture(params=[False, True])
def in_parts(request, monkeypatch):
    """Whether BLAS is taken for one that multiplies small matrices without packing them."""
    monkeypatch.setattr(products, "multiplies_unpacked", lambda: request.param)
    cut.cache_clear()
    yield request.param
    cut.cache_clear()
