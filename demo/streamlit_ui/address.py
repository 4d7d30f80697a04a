"""Widgets whose values live in the address bar under the names that code uses, so that links outlive titles.

(Streamlit's own ``bind="query-params"`` writes what people read into the address.) What an address says is checked
against the options; anything else counts as not said. It counts when a page opens and when the browser goes back or
forth; otherwise the widgets do, for an address may be older than the last two moves of a slider.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

SEPARATOR = ","


def choose(
    label: str, options: Sequence[str], key: str, title: Callable[[str], str], default: str | None = None
) -> str:
    """One of ``options``; ``default`` (the first one) is not written into the address."""
    default = options[0] if default is None else default
    said = st.query_params.get(key, default)
    start(key, options, said if said in options else default)
    value = st.selectbox(label, options, format_func=title, key=key)
    remember(key, value, default)
    return value


def choose_some(label: str, options: Sequence[str], key: str, title: Callable[[str], str] = str) -> list[str]:
    """Any of ``options``; all of them are the default, also after another study brought other options."""
    said = [name for name in st.query_params.get(key, "").split(SEPARATOR) if name in options]
    offered = f"{key} offered"
    if unset(key) or st.session_state.get(offered) != list(options):
        st.session_state[key], st.session_state[offered] = said or list(options), list(options)
    values = st.multiselect(label, options, format_func=title, key=key)
    remember(key, SEPARATOR.join(values), SEPARATOR.join(options))
    return values


def slide(label: str, low: int, high: int, default: int, key: str, *, disabled: bool = False) -> int:
    """A whole number from ``low`` to ``high``."""
    said = st.query_params.get(key, "")
    if unset(key):
        known = said.isascii() and said.isdecimal() and len(said) < 10
        st.session_state[key] = min(max(int(said), low), high) if known else default
    value = int(st.slider(label, low, high, key=key, disabled=disabled))
    remember(key, str(value), str(default))
    return value


def start(key: str, options: Sequence[str], value: str) -> None:
    """Set the widget ``key`` where it is :func:`unset`, and when its value is no option any more."""
    if unset(key) or st.session_state[key] not in options:
        st.session_state[key] = value


def unset(key: str) -> bool:
    """Whether the address decides about the widget ``key``: before its first run, and after the browser's Back."""
    context = get_script_run_ctx()
    return key not in st.session_state or (context is not None and context.is_history_navigation)


def remember(key: str, value: str, default: str) -> None:
    """Write ``value`` into the address unless it is the default."""
    if value != default:
        st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]
