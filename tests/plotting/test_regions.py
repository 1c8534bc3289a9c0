# SPDX-License-Identifier: BSD-3-Clause
"""Examples that draw decision regions draw the samples in their colours."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import Collection, PathCollection
from matplotlib.contour import ContourSet

EXAMPLES = Path(__file__).parents[2] / "examples"
SECTIONS = {
    path.stem: re.split(r"^# %%$", path.read_text(), flags=re.MULTILINE)[1:] for path in sorted(EXAMPLES.glob("*.py"))
}
REGIONS = "DecisionBoundaryDisplay.from_estimator("


@pytest.mark.slow
@pytest.mark.skipif(
    not issubclass(ContourSet, Collection), reason="before matplotlib 3.8 regions are many artists without their scale"
)
@pytest.mark.parametrize("name", [name for name, sections in SECTIONS.items() if REGIONS in "".join(sections)])
def test_samples_have_the_colours_of_their_regions(name):
    # The first section imports and makes what later ones draw.
    first, *others = SECTIONS[name]
    namespace = {}
    for section in (first, *(section for section in others if REGIONS in section)):
        exec(section, namespace)
    figures = [plt.figure(number) for number in plt.get_fignums()]
    for figure in figures:
        figure.canvas.draw()
    drawn = [list(axes.collections) for figure in figures for axes in figure.axes]
    drawn = [artists for artists in drawn if artists and isinstance(artists[-1], PathCollection)]
    assert drawn
    for regions, *samples in drawn:
        for points in samples:
            labels = points.get_array()
            np.testing.assert_array_equal(points.get_facecolor()[:, :3], regions.to_rgba(labels)[:, :3])
