# SPDX-License-Identifier: BSD-3-Clause
"""The pages of the documentation that are written by hand."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [page for folder in (DOCS, DOCS / "guide", DOCS / "recipes") for page in sorted(folder.glob("*.rst"))]
