"""Formulas and words in the page: the three methods side by side with the active one marked, and a glossary."""

from __future__ import annotations

from html import escape

import gradio as gr

from demo import formulas, languages
from demo.events import AT_ONCE
from demo.guard import guard
from demo.layout import Widgets


def formula_table(model: str, solver: str) -> str:
    """The table as HTML; all of it comes from our own texts."""
    table = formulas.table(model, solver)
    heads = "".join(
        f'<th scope="col"{_mark(column["active"])}>{escape(column["title"])}</th>' for column in table["columns"]
    )
    rows = "".join(
        f'<tr><th scope="row"{_mark(row["active"])}>{escape(row["title"])}</th>{_cells(table["columns"], row)}</tr>'
        for row in table["rows"]
    )
    corner = f'<th scope="col">{escape(table["corner"])}</th>'
    return (
        f"<h3>{escape(table['heading'])}</h3><p>{escape(table['note'])}</p>"
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(table["heading"])}">'
        f"<table><thead><tr>{corner}{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cells(columns: list[dict[str, bool]], row: dict[str, object]) -> str:
    cells = zip(columns, row["cells"], strict=True)  # type: ignore[call-overload]
    return "".join(f"<td{_mark(column['active'] and row['active'])}>{escape(cell)}</td>" for column, cell in cells)


def _mark(active: object) -> str:
    return ' class="active"' if active else ""


def glossary() -> str:
    """The words as a definition list."""
    words = "".join(
        f"<div><dt>{escape(word)}</dt><dd>{escape(text)}</dd></div>" for word, text in languages.text("GLOSSARY")
    )
    return f"<h3>{escape(languages.text('GLOSSARY_TITLE'))}</h3><dl>{words}</dl>"


def add(w: Widgets) -> None:
    """Lay out the section and keep the active formula marked."""
    with gr.Accordion(languages.text("KNOWLEDGE"), open=False, elem_id="knowledge", elem_classes="section"):
        shown = gr.HTML(formula_table(w.model.value, w.solver.value), elem_id="formulas", apply_default_css=False)
        gr.HTML(glossary(), elem_id="glossary", apply_default_css=False)
    gr.on([w.model.change, w.solver.change], guard(formula_table), [w.model, w.solver], shown, **AT_ONCE)
