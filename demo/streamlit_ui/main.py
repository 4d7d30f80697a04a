"""Entry script of the study's pages: what there is, in which order."""

from __future__ import annotations

import streamlit as st

from demo import studio
from fieldlib import assets

ICON = assets.GALLERY / "cat.webp"  # named and emoji icons would come from the network
# The folder is not called "pages": Streamlit would serve its files by themselves, without this script.
SECTIONS = {
    "Results": {
        "compare": "Compare",
        "frontier": "Frontier",
        "speed": "Speed",
        "sparsity": "Sparsity",
        "patterns": "Patterns",
        "ablations": "Ablations",
    },
    "Trust": {"calibration": "Calibration", "recognition": "Recognition", "gallery": "Gallery"},
    "Applications": {
        "super_resolution": "Super-resolution",
        "inpainting": "Inpainting",
        "active_sampling": "Active sampling",
        "temporal": "Frames in between",
    },
    "Try": {"run_it": "Run it"},
}
PAGES = {name: title for section in SECTIONS.values() for name, title in section.items()}


def show() -> None:
    """Navigation at the top and the chosen page below."""
    st.set_page_config("Sparse neural fields: the study", ICON, layout="wide")
    pages = {
        section: [st.Page(f"screens/{name}.py", title=title, url_path=name) for name, title in titles.items()]
        for section, titles in SECTIONS.items()
    }
    # Streamlit gives the default page no path, so the first one is there twice: at / and, for the menu, at /compare.
    # (A page at / that goes on to /compare would catch whoever presses the browser's Back.)
    name, title = next(iter(PAGES.items()))
    door = st.Page(f"screens/{name}.py", title=title, url_path="door", default=True, visibility="hidden")
    st.navigation({**pages, "": [door]}, position="top").run()


if __name__ == "__main__":
    studio.limit_threads()
    show()
