# SPDX-License-Identifier: BSD-3-Clause
"""Configuration of the documentation: ``python -m sphinx -W --keep-going -b html docs docs/_build/html``."""

import sys
import zlib
from pathlib import Path

import sksoftmax

sys.path.insert(0, str(Path(__file__).parent))
import benchmark_page

project = "sksoftmax"
author = copyright = "The sksoftmax developers"
version = release = sksoftmax.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.mathjax",
    # The pages show their formulas without a network.
    "sphinx-mathjax-offline",
    "sphinx_design",
    "sphinx_copybutton",
    "matplotlib.sphinxext.plot_directive",
    "matplotlib.sphinxext.figmpl_directive",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
# Pictures that the guide draws itself.
plot_formats = ["png"]
plot_srcset = ["2x"]
plot_include_source = True
plot_html_show_formats = plot_html_show_source_link = False

exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]
# A name in single backticks is a parameter or an attribute, as in scikit-learn.
default_role = "literal"

# "https://github.com/OWNER/NAME", where there is such a place: then the pages have links to edit them and to their
# source, and the switcher offers the versions that are listed in the site's versions.json.
REPOSITORY = ""

html_theme = "pydata_sphinx_theme"
html_title = f"sksoftmax {release}"
html_theme_options = {
    "logo": {"text": "sksoftmax"},
    "show_toc_level": 2,
    "header_links_before_dropdown": 6,
    "navigation_with_keys": False,
    "article_header_start": ["breadcrumbs"],
    "secondary_sidebar_items": ["sg_download_links", "page-toc", "edit-this-page"],
}
if REPOSITORY:
    owner, name = REPOSITORY.split("/")[-2:]
    html_context = {"github_user": owner, "github_repo": name, "github_version": "main", "doc_path": "docs"}
    html_theme_options |= {
        "github_url": REPOSITORY,
        "use_edit_page_button": True,
        "switcher": {"json_url": f"https://{owner}.github.io/{name}/versions.json", "version_match": version},
        "check_switcher": False,
        "navbar_end": ["version-switcher", "theme-switcher", "navbar-icon-links"],
    }
# Pages of no section have nothing to list beside them: those that have no folder of their own.
html_sidebars = {page.stem: [] for page in Path(__file__).parent.glob("*.rst") if not page.with_suffix("").is_dir()}
html_show_sourcelink = False
html_use_index = False
html_static_path = ["_static"]
html_css_files = ["pictures.css", "pages.css"]

# The class template lists the members, with a description each.
numpydoc_show_class_members = False
# Beside a page its methods stand without the name of their class, which the page has.
toc_object_entries_show_parents = "hide"
# What is copied of a session is its input.
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True

# What docstrings mention of other packages, those inherited from scikit-learn included. Whole inventories would have to
# be fetched; these rows make the same links without a network. A reference that leads nowhere is a warning.
nitpicky = True
# Properties of scikit-learn's searches: numpydoc links them to a place of their own, and they have none.
nitpick_ignore = [("py:obj", "classes_"), ("py:obj", "n_features_in_")]
SKLEARN = [
    "accuracy_score std:label -1 modules/model_evaluation.html#accuracy-score Accuracy score",
    "classes_ std:term 1 glossary.html#term-classes_ -",
    "fit std:term 1 glossary.html#term-fit -",
    "meta-estimator std:term 1 glossary.html#term-meta-estimator -",
    "metadata_routing std:label -1 metadata_routing.html#metadata-routing Metadata Routing",
    "sklearn.datasets.fetch_openml py:function 1 modules/generated/sklearn.datasets.fetch_openml.html#$ -",
    "sklearn.set_config py:function 1 modules/generated/sklearn.set_config.html#$ -",
]
SKLEARN += [
    f"{name} py:class 1 modules/generated/{name}.html#$ -"
    for name in (
        "sklearn.linear_model.LogisticRegression",
        "sklearn.linear_model.LogisticRegressionCV",
        "sklearn.linear_model.SGDClassifier",
        "sklearn.model_selection.GridSearchCV",
        "sklearn.model_selection.RandomizedSearchCV",
        "sklearn.neural_network.MLPClassifier",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing.StandardScaler",
        "sklearn.utils.Bunch",
        "sklearn.utils.metadata_routing.MetadataRequest",
        "sklearn.utils.metadata_routing.MetadataRouter",
    )
]
OTHERS = {
    "sklearn": ("https://scikit-learn.org/stable/", SKLEARN),
    "scipy": (
        "https://docs.scipy.org/doc/scipy/",
        ["scipy.sparse.csr_matrix py:class 1 reference/generated/scipy.sparse.csr_matrix.html#$ -"],
    ),
    "matplotlib": (
        "https://matplotlib.org/stable/",
        ["matplotlib.axes.Axes.imshow py:method 1 api/_as_gen/matplotlib.axes.Axes.imshow.html#$ -"],
    ),
}


def write_inventory(path, name, rows):
    """Write rows of `name domain:role priority address title` as an inventory of Sphinx; a last $ is the name."""
    head = f"# Sphinx inventory version 2\n# Project: {name}\n# Version: \n# The remainder is compressed using zlib.\n"
    # Stored rather than compressed: the same bytes with every version of zlib.
    content = head.encode() + zlib.compress("".join(f"{row}\n" for row in rows).encode(), level=0)
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


intersphinx_mapping = {name: (address, f"generated/{name}.inv") for name, (address, _) in OTHERS.items()}
for name, (_, rows) in OTHERS.items():
    write_inventory(Path(__file__).parent / "generated" / f"{name}.inv", name, rows)

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"plot_.*\.py$",
    # Other scripts in that folder are no part of the gallery.
    "ignore_pattern": r"(^|[/\\])(?!plot_)[^/\\]*\.py$",
    "within_subsection_order": "FileNameSortKey",
    "backreferences_dir": "generated/backreferences",
    "doc_module": ("sksoftmax",),
    "abort_on_example_error": True,
    "image_scrapers": ("offline_animations.pictures_of",),
    "matplotlib_animations": True,
    # What would differ from build to build: times, and addresses of objects.
    "min_reported_time": float("inf"),
    "write_computation_times": False,
    "capture_repr": ("_repr_html_",),
    "download_all_examples": False,
    "show_signature": False,
}


def setup(app):
    app.connect("builder-inited", benchmark_page.write)
