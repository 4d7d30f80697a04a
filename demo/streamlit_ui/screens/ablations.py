"""What each part of network and recipe is worth, at equal training."""

from __future__ import annotations

import streamlit as st

from demo import study_figures
from demo.streamlit_ui import address, changes, parts

MEASURES = ("estimate_psnr_unobserved", "mean_psnr_unobserved", "estimate_ssim_full", "estimate_mse", "estimate_mae")
STUDIES = {"ablations": "Equally many pictures", "ablations_minutes": "Equally many minutes"}
EQUAL = {
    "ablations": "Every training saw equally many pictures, however long that took.",
    "ablations_minutes": "Every training took equally many minutes of one thread; slower networks saw fewer pictures. "
    "The reference is the Perceiver as it was before 27 November 2026: two blocks of 96 channels a call, a stem of "
    "two levels.",
}


def show() -> None:
    """One dot per variant, grouped by what was changed."""
    st.title("What is each part worth?")
    study = parts.choose_study(STUDIES)
    name = study.path.stem
    column = parts.choose_column(study.rows, MEASURES)
    scored = [row for row in study.rows if row.get(column) is not None]
    groups = list(dict.fromkeys(row["group"] for row in scored))
    chosen = address.choose_some("What was changed", groups, "groups")
    rows = [row for row in scored if row["group"] in chosen]
    if not rows:
        st.info("Choose at least one group.")
        st.stop()
    parts.draw(study_figures.ablation(rows, column), name, "Score of every variant")
    st.caption(
        f"Bars: 95% interval over training seeds; one seed has none and tells nothing of hundredths of a decibel. "
        f"Triangles at the edge: far out, at that number. {EQUAL[name]} Networks that regress a raw target see "
        "no input without noise in training, so they have no estimate: they stand under the mean of samples."
    )
    if column.endswith("psnr_unobserved"):
        lines = (changes.effect(study.rows, study.cells, column, group) for group in chosen if group != "reference")
        st.markdown("\n".join(f"- {line}" for line in lines if line))
    rows = [{**row, "pictures": round(row["pictures"])} for row in rows]
    parts.table(rows, MEASURES, {"group": "Changed", "variant": "Variant", "pictures": "Pictures seen"})
    parts.finish(study, rows, name)


if __name__ == "__main__":
    show()
