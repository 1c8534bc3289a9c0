# SPDX-License-Identifier: BSD-3-Clause
"""What the gallery takes from the examples: pictures as matplotlib draws them, animations that need no web."""

from sphinx_gallery.scrapers import matplotlib_scraper

from sksoftmax.plotting._animation import with_icons


def pictures_of(block, block_vars, gallery_conf):
    """The pictures of a block of an example, as reStructuredText."""
    return with_icons(matplotlib_scraper(block, block_vars, gallery_conf))
