"""The studio: UI-neutral pictures, requests and views, and the interfaces that show them."""

from types import ModuleType

from wrapt import when_imported


@when_imported("gradio.component_meta")
def write_no_stubs(module: ModuleType) -> None:
    """Gradio 6.31 makes a file for type checkers of every component at every start, half of its import."""
    module.create_or_modify_pyi = lambda *_: None  # type: ignore[attr-defined]
