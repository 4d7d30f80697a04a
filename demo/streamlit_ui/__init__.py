"""The study to explore: figures, tables and one live run, in Streamlit, from the bundled results."""

from __future__ import annotations

from pathlib import Path

MAIN = Path(__file__).parent / "main.py"
OPTIONS = {
    "browser_gatherUsageStats": False,
    "server_headless": True,
    "server_fileWatcherType": "none",
    "client_toolbarMode": "viewer",
    "theme_light_primaryColor": "#4f46e5",  # a theme for each: the pages follow the system
    "theme_dark_primaryColor": "#6366f1",
}


def serve(host: str, port: int | None) -> None:
    """Serve the pages until interrupted."""
    from streamlit.web import bootstrap  # heavy, and of no use to those who import the pages' texts

    options = {**OPTIONS, "server_address": host, "server_port": port or 8501}
    bootstrap.load_config_options(flag_options=options)
    bootstrap.run(str(MAIN), False, [], options)
