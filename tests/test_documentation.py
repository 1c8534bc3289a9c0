# SPDX-License-Identifier: BSD-3-Clause
"""What the pages of the documentation must not contain."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
PAGES = sorted(DOCS.glob("*.rst")) + sorted(DOCS.glob("guide/*.rst"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_cell_of_a_table_is_a_bullet(page):
    """A cell that holds only a dash is an empty list to reStructuredText."""
    inside = False
    for line in page.read_text().splitlines():
        if re.fullmatch(r"(=+ +)+=+ *", line):
            inside = True
        elif not line:
            inside = False
        assert not (inside and re.search(r"  [-+*](  |$)", line)), line
        assert not re.fullmatch(r" +(\* )?- [-+*] *", line), line
