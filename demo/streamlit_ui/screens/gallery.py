"""The same pictures through every method: input, samples, mean, error, truth; and where it fails."""

from __future__ import annotations

import streamlit as st

from demo.streamlit_ui import address, parts
from fieldlib import assets

ORDERS = {"gallery": "Gallery order", "failures": "Worst for the networks first", "gap": "Methods disagree most"}


def show() -> None:
    """One sheet at a time, chosen in the address, and the failures first when asked for."""
    st.title("What does it look like?")
    study = parts.study_or_stop("sheets")
    chosen = address.choose("Order", list(ORDERS), "order", ORDERS.__getitem__)
    rows = list(study.rows)
    if chosen == "failures":
        rows.sort(key=lambda row: row["network_psnr"])
    if chosen == "gap":
        rows.sort(key=lambda row: -row["disagreement"])
    titles = {row["picture"]: row["title"] for row in rows}
    picture = address.choose("Picture", list(titles), "picture", titles.__getitem__)
    row = next(row for row in rows if row["picture"] == picture)
    sheet = assets.STUDY / row["sheet"]
    st.image(sheet, caption=row["caption"], width="stretch", alt=row["caption"])
    st.markdown(row["text"])
    st.download_button("Sheet as PNG", sheet.read_bytes(), sheet.name, "image/png", on_click="ignore")
    parts.finish(study, rows, "sheets")


if __name__ == "__main__":
    show()
