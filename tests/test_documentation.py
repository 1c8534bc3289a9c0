# SPDX-License-Identifier: BSD-3-Clause
"""What the pages of the documentation must not contain, and that those to learn from hold what they say."""

import gc
import json
import re
import runpy
from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest

import sksoftmax
from tests.benchmarks import epoch, report, shapes
from tests.benchmarks.report import Row
from tests.pages import DOCS, PAGES, ROOT

CODE_COLUMNS = 88
SCRIPTS = sorted((ROOT / "examples").rglob("*.py"))


def code_of(page):
    """The lines of code that a page shows: of a script what is no sentence."""
    if page in SCRIPTS:
        lines = re.sub(r'^ *""".*?"""', "", page.read_text(), flags=re.DOTALL | re.MULTILINE).splitlines()
        return [line for line in lines if not line.startswith("#")]
    code = re.findall(r"^ *((?:>>>|\.\.\.) .*)$", page.read_text(), re.MULTILINE)
    for program in page.parent.glob("*.py"):
        if f":: {program.name}\n" in page.read_text():
            code += program.read_text().splitlines()
    return code


@pytest.mark.parametrize("page", [*PAGES, *SCRIPTS], ids=lambda page: page.stem)
def test_code_fits_its_box(page):
    assert not [line for line in code_of(page) if len(line) > CODE_COLUMNS]


GUIDE = [page for page in PAGES if page.parent.name == "guide" and page.stem != "index"]


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.stem)
def test_a_page_of_the_guide_has_a_picture_of_its_own_code(page):
    pictures = [plot for plot in page.read_text().split("\n.. plot::\n")[1:] if ":nofigs:" not in plot.split("\n\n")[0]]
    assert pictures


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


def test_pictures_are_not_grey_in_dark_mode():
    style = (DOCS / "_static" / "pictures.css").read_text()
    selectors = re.findall(r'(html\[data-theme="dark"\][^{]*img[^{]*)\{[^}]*\bfilter: none;', style)
    # As specific as the rule of the theme that darkens them, or more.
    assert any("img:not(.only-dark, .dark-light)" in selector and ".bd-content" in selector for selector in selectors)
    assert "pictures.css" in re.search(r"html_css_files = \[(.*)\]", (DOCS / "conf.py").read_text())[1]


FETCHED = [
    # What a browser fetches by itself, unlike links to follow.
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc=\"((?:https?:)?//[^\"]*)",
    r"<link\b(?![^>]*rel=\"(?:canonical|next|prev|index|search)\")[^>]*?\bhref=\"((?:https?:)?//[^\"]*)",
    r"url\(\s*[\"']?((?:https?:)?//[^)]*)",
    r"@import\s+[\"']((?:https?:)?//[^\"']*)",
]


def fetched(text):
    return [address for pattern in FETCHED for address in re.findall(pattern, text)]


def test_what_a_page_fetches_is_found():
    for text in (
        '<script async src="https://a.b/c.js"></script>',
        '<img class="x" src="//a.b/c.png">',
        '<link rel="stylesheet" href="https://a.b/c.css">',
        "@font-face { src: url(https://a.b/c.woff) }",
        '@import "https://a.b/c.css"',
    ):
        assert len(fetched(text)) == 1, text
    assert not fetched('<a href="https://a.b">b</a> <script src="_static/c.js"></script>')


def test_no_built_page_fetches_anything_from_another_host():
    built = DOCS / "_build" / "html"
    if not built.exists():
        pytest.skip("the documentation has not been built")
    files = [file for pattern in ("*.html", "*.css") for file in built.rglob(pattern)]
    assert len(files) > 20
    assert not {str(file.relative_to(built)): found for file in files if (found := fetched(file.read_text()))}


def test_what_is_cited_is_this_version():
    assert f"\nversion: {sksoftmax.__version__}\n" in (ROOT / "CITATION.cff").read_text()


@pytest.mark.slow
def test_the_page_of_benchmarks_begins_with_a_chart_and_what_it_says(tmp_path):
    (name, *_), ratios = epoch.CASES, {"wine": 0.5, "digits": 2.0, "images": 8.0, "geometric mean": 2.0}
    fits = [Row(case, shapes.PEER, "times ours", value) for case, value in ratios.items()]
    peers = [Row(name, peer, "times ours", value) for peer, value in (("JAX", 1.5), ("mlxtend", 12.0))]
    ours = [Row("wine", shapes.OURS, "times ours", 1.0), Row(name, epoch.OURS, "times the floor", 1.5)]
    results = report.summary({"shapes": (shapes, fits + ours[:1]), "epoch": (epoch, ours[1:] + peers)}, "MNIST", 3)
    (tmp_path / "benchmarks.json").write_text(json.dumps(results))
    page = SimpleNamespace(**runpy.run_path(str(DOCS / "benchmark_page.py")))
    page.write(SimpleNamespace(srcdir=tmp_path))
    said, image = (tmp_path / "generated" / "benchmarks_summary.inc").read_text().split("\n\n")
    assert "on 2 of 3 sets" in said
    assert "2 times as fast" in said
    assert "1.5 (JAX) to 12 (mlxtend) times" in said
    assert (tmp_path / re.search(r"image:: (.*)", image)[1]).exists()
    drawn = [
        {tick.get_text(): 1 + bar.get_width() for tick, bar in zip(axes.get_yticklabels(), axes.patches)}
        for axes in page.chart(results).axes
    ]
    assert drawn == [pytest.approx(ratios), pytest.approx({"JAX": 1.5, "mlxtend": 12.0})]
    first = re.search(r"^=+\n\n(.*)", (DOCS / "benchmarks.rst").read_text(), re.MULTILINE)[1]
    assert first == ".. include:: generated/benchmarks_summary.inc"


LEARN = sorted((ROOT / "examples" / "learn").glob("plot_*.py"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Animation was deleted")
@pytest.mark.parametrize("page", LEARN, ids=lambda page: page.stem)
def test_what_a_page_to_learn_from_says_of_its_numbers_holds(page, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    runpy.run_path(str(page))
    assert plt.get_fignums()
    assert re.search("^ *assert ", page.read_text(), re.MULTILINE)
    plt.close("all")
    # Animations that nobody has looked at warn when they are deleted, which is to be here.
    gc.collect()
