"""A Chromium without a window: for still figures, and for the tests of the page."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # only development needs it
    from playwright.sync_api import Browser, Playwright

COMMANDS = ("chromium-headless-shell", "chromium")  # the first draws a page a third faster
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")


def launch(playwright: Playwright) -> Browser:
    """The Chromium on the PATH, or the one that ``playwright install chromium`` has fetched."""
    path = next(filter(None, map(shutil.which, COMMANDS)), None)
    return playwright.chromium.launch(executable_path=path, args=FLAGS)
