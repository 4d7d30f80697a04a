"""Pictures of the page for the README, taken from the bundled weights.

python -m tests.browser.screenshots   ->  assets/screenshots/{studio,dark,phone}.png
"""

import shutil

from playwright.sync_api import sync_playwright

from demo import gradio_ui
from fieldlib.assets import ASSETS
from tests.browser.conftest import FLAGS, Studio

FOLDER = ASSETS / "screenshots"
SHOTS = {
    "studio": {"width": 1280, "height": 800},
    "dark": {"width": 1280, "height": 800, "theme": "dark"},
    "phone": {"width": 390, "height": 844},
}


def main():
    """One run in each look, seen at its end."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page = gradio_ui.serve("127.0.0.1", None, block=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, look in SHOTS.items():
            studio = Studio(browser, page.local_url, **look)
            studio.run()
            studio.wait("player.position === String(player.total - 1)")
            studio.page.screenshot(path=FOLDER / f"{name}.png")
            studio.context.close()
        browser.close()
    page.close()


if __name__ == "__main__":
    main()
