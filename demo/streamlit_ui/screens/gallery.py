"""The same pictures through every method: input, samples, mean, error, truth; and where it fails."""

from __future__ import annotations

import streamlit as st

from demo.streamlit_ui import address, parts, words
from fieldlib import assets

ORDERS = {"gallery": "Gallery order", "failures": "Worst for the networks first", "gap": "Methods disagree most"}

WHY = {
    "failures": (
        "First come pictures with fine texture and sharp edges: detail that no known pixel announces. The mean is "
        "smooth there, and a sample invents detail that is plausible but in the wrong place."
    ),
    "gap": (
        "The methods disagree most where the known pixels leave most open. The order is that of the standard "
        "deviation of their means, averaged over the pixels."
    ),
}


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
    st.markdown(words.best_means(row))
    if chosen in WHY:
        st.markdown(f"{WHY[chosen]} {words.lost_pictures(study.rows)}")
    st.download_button("Sheet as PNG", sheet.read_bytes(), sheet.name, "image/png", on_click="ignore")
    parts.finish(study, rows, "sheets")


if __name__ == "__main__":
    show()
