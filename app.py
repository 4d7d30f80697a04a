"""Entry point for people and for Hugging Face Spaces: ``python app.py`` opens the studio in the browser.

python app.py [--host 127.0.0.1] [--port 7860] [--ui gradio]
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before gradio is imported: no request leaves the machine

from fieldlib import InputError

SUFFIX = "_ui"


def interfaces() -> list[str]:
    """The user interfaces there are: one file or package demo/<name>_ui each, with a function ``serve(host, port)``."""
    return sorted(path.stem.removesuffix(SUFFIX) for path in (Path(__file__).parent / "demo").glob(f"*{SUFFIX}*"))


def port_number(text: str) -> int:
    """``text`` as a port.

    Raises:
        argparse.ArgumentTypeError: not a whole number from 1 to 65535.
    """
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"a port is a whole number from 1 to 65535; got {text!r}")
    return int(text)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Command-line options; the environment variables PORT and GRADIO_SERVER_NAME give the defaults."""
    parser = argparse.ArgumentParser(description="Open the studio.")
    parser.add_argument("--port", type=port_number, default=os.environ.get("PORT") or "7860")
    parser.add_argument("--host", default=os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1")
    parser.add_argument("--ui", choices=interfaces(), default="gradio")
    return parser.parse_args(arguments)


def main() -> int:
    """Serve until interrupted."""
    options = parse()
    try:
        importlib.import_module(f"demo.{options.ui}{SUFFIX}").serve(options.host, options.port)
    except (InputError, OSError) as error:  # OSError: the port is taken
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
