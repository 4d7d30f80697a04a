"""Painting by mouse, touch and keys, seen from the browser and from what the player then shows."""

import pytest

from demo import languages
from demo.checks import unpack_mask

# Starts a stroke at a share of the sheet's width; the milliseconds until the player has drawn it come into window.echo.
STROKE = """(share) => {
  const player = document.querySelector('.player'), sheet = document.querySelector('.sheet');
  const before = player.dataset.drawn, box = sheet.getBoundingClientRect();
  const at = { bubbles: true, pointerId: 1, isPrimary: true,
    clientX: box.left + box.width * share, clientY: box.top + 5 };
  sheet.setPointerCapture = () => {};
  const start = performance.now();
  window.echo = null;
  window.echoes = new MutationObserver((_, watcher) => {
    if (player.dataset.drawn === before) return;
    watcher.disconnect();
    window.echo = performance.now() - start;
  });
  window.echoes.observe(player, { attributes: true });
  sheet.dispatchEvent(new PointerEvent('pointerdown', at));
  sheet.dispatchEvent(new PointerEvent('pointerup', at));
}"""


class Painter:
    """The painting sheet with shorthands; cells are (row, column)."""

    def __init__(self, studio):
        self.studio, self.page = studio, studio.page
        self.page.locator(".sheet").scroll_into_view_if_needed()

    @property
    def mask(self):
        text = self.page.locator(".painter").get_attribute("data-mask")
        return unpack_mask(text, 32)

    @property
    def revealed(self):
        return int(self.page.locator(".painter").get_attribute("data-revealed"))

    def place(self, cell):
        box = self.page.locator(".sheet").bounding_box()
        return box["x"] + (cell[1] + 0.5) * box["width"] / 32, box["y"] + (cell[0] + 0.5) * box["height"] / 32

    def drag(self, *cells, steps=1):
        self.page.mouse.move(*self.place(cells[0]))
        self.page.mouse.down()
        for cell in cells[1:]:
            self.page.mouse.move(*self.place(cell), steps=steps)
        self.page.mouse.up()

    def press(self, selector):
        self.page.click(f".painter {selector}")

    def size(self, cells):
        self.page.fill(".brush input", str(cells))

    def echo(self, share):
        """Milliseconds from a stroke at a share of the sheet's width to the player's drawing.

        It comes after a breath, as a person's does: what the stroke before set off, such as the address bar, has ended.
        """
        self.page.wait_for_timeout(500)
        self.page.evaluate(STROKE, share)
        self.page.wait_for_function("window.echo !== null")
        return self.page.evaluate("window.echo")

    def wait_for_player(self):
        """Until the player shows as many revealed pixels as were painted."""
        self.page.wait_for_selector(f"text={self.revealed} of 1024 pixels are revealed")


@pytest.fixture
def painter(visit):
    """A sheet with nothing on it; no previews, so that the status tells what the server was sent."""
    studio = visit()
    studio.page.uncheck("#live input")
    ours = Painter(studio)
    ours.press("[data-do=clear]")
    ours.size(1)
    return ours


def test_a_fast_drag_leaves_no_gaps(painter):
    painter.drag((4, 2), (20, 28))
    mask = painter.mask
    assert mask[4, 2]
    assert mask[20, 28]
    assert mask.sum() == 27, "one cell in each column of a flat line"
    assert mask[4:21, 2:29].any(0).all()
    painter.wait_for_player()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_brush_sizes(painter, size):
    painter.size(size)
    painter.drag((10, 10))
    assert painter.revealed == size * size
    painter.press("[data-action=hide]")
    painter.drag((10, 10))
    assert painter.revealed == 0


def test_rectangle_pattern_and_invert(painter):
    painter.press("[data-shape=rectangle]")
    painter.drag((3, 5), (8, 20))
    assert painter.mask[3:9, 5:21].all()
    assert painter.revealed == 6 * 16
    painter.press("[data-do=invert]")
    assert painter.revealed == 1024 - 96
    painter.press("[data-do=clear]")
    painter.press("[data-shape=pattern]")
    painter.drag((0, 0), (15, 31))
    mask = painter.mask
    assert not mask[16:].any()
    assert 0.1 < mask[:16].mean() < 0.3, "a fifth of the rectangle, as the share says"


def test_undo_redo_by_button_and_by_keys(painter):
    painter.drag((4, 4), (4, 9))
    first = painter.mask
    painter.drag((9, 4), (9, 9))
    second = painter.mask
    painter.press("[data-do=undo]")
    assert (painter.mask == first).all()
    painter.press("[data-do=redo]")
    assert (painter.mask == second).all()
    painter.page.focus(".sheet")
    painter.page.keyboard.press("Control+z")
    painter.page.keyboard.press("Control+z")
    assert painter.revealed == 0
    painter.page.keyboard.press("Control+y")
    assert (painter.mask == first).all()
    painter.wait_for_player()


def test_painting_by_keys_alone(painter):
    painter.page.focus(".sheet")
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "Space", "ArrowRight", "Space", "ArrowDown"):
        painter.page.keyboard.press(key)
    mask = painter.mask
    assert mask[14, 15]
    assert mask[14, 16]
    assert mask.sum() == 2
    painter.page.keyboard.press("ArrowUp")
    painter.page.keyboard.press("Space")
    assert painter.revealed == 1


@pytest.mark.parametrize(("shape", "cells"), [("pen", 9), ("rectangle", 1), ("pattern", 1)])
def test_space_paints_the_cells_that_the_cursor_outlines(painter, shape, cells):
    painter.size(3)
    painter.press(f"[data-shape={shape}]")
    painter.page.focus(".sheet")
    painter.page.keyboard.press("Space")
    assert painter.revealed == cells


@pytest.mark.parametrize(("path", "words"), [("", "Row 16, column 17: {}"), ("es/", "Fila 16, columna 17: {}")])
def test_screen_readers_hear_where_the_cursor_is(visit, address, path, words):
    page = visit(at=address + path).page
    page.click(".painter [data-do=clear]")
    page.focus(".sheet")
    heard = []
    for key in ("ArrowUp", "Space"):
        page.keyboard.press(key)
        heard.append(page.locator(".painter .spoken").text_content())
    states = ("oculto", "revelado") if path else ("hidden", "revealed")
    assert heard == [words.format(state) for state in states]


@pytest.mark.parametrize("language", languages.languages())
def test_colours_are_called_by_their_names(visit, address, language):
    page = visit(at=address if language == languages.DEFAULT else f"{address}{language}/").page
    names = list(languages.text("PAINTER", language)["swatches"])
    for attribute in ("title", "aria-label"):
        read = f"all => all.map((swatch) => swatch.getAttribute('{attribute}'))"
        assert page.eval_on_selector_all(".palette button", read) == names


def test_only_its_own_pointer_ends_a_stroke(painter):
    """A palm that the system takes away leaves a stroke of another finger alone; undo waits for its end."""
    before = painter.revealed
    painter.page.evaluate(
        """() => {
        const sheet = document.querySelector('.sheet'), box = sheet.getBoundingClientRect();
        sheet.setPointerCapture = () => {};
        const tell = (name, id, share) => sheet.dispatchEvent(new PointerEvent(name, { bubbles: true, pointerId: id,
          isPrimary: id === 1, clientX: box.left + box.width * share, clientY: box.top + 3 }));
        tell('pointerdown', 1, 0.1);
        tell('pointermove', 1, 0.9);
        tell('pointercancel', 2, 0.5);
        sheet.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true }));
        tell('pointerup', 1, 0.9);
        }"""
    )
    assert painter.revealed > before
    painter.press("[data-do=undo]")
    assert painter.revealed == before


def test_a_stroke_that_the_system_takes_away_leaves_redo(painter):
    painter.drag((4, 4), (4, 9))
    drawn = painter.mask
    painter.press("[data-do=undo]")
    painter.page.evaluate(
        """() => {
        const sheet = document.querySelector('.sheet');
        sheet.setPointerCapture = () => {};
        for (const name of ['pointerdown', 'pointercancel'])
          sheet.dispatchEvent(new PointerEvent(name, { bubbles: true, pointerId: 1, isPrimary: true }));
        }"""
    )
    assert painter.revealed == 0
    assert painter.page.is_enabled(".painter [data-do=redo]")
    painter.press("[data-do=redo]")
    assert (painter.mask == drawn).all()


def test_painting_by_touch(visit):
    studio = visit(width=390, height=844, has_touch=True, is_mobile=True)
    painter = Painter(studio)
    painter.page.tap(".painter [data-do=clear]")
    painter.page.wait_for_selector("[data-part=status] >> text=No pixel is revealed", state="attached")
    client = studio.page.context.new_cdp_session(studio.page)
    painter.page.locator(".sheet").scroll_into_view_if_needed()
    before = studio.page.evaluate("scrollY")
    for kind, cell in (("touchStart", (6, 3)), ("touchMove", (14, 15)), ("touchMove", (22, 28)), ("touchEnd", None)):
        points = [] if cell is None else [dict(zip("xy", painter.place(cell), strict=True))]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    studio.page.wait_for_function("Number(document.querySelector('.painter').dataset.revealed) > 25")
    assert painter.mask[6, 3]
    assert painter.mask[22, 28]
    assert studio.page.evaluate("scrollY") == before, "painting does not scroll the page"


def test_on_a_phone_run_brings_the_player_into_view(visit):
    studio = visit(width=390, height=844, has_touch=True, is_mobile=True)
    studio.page.locator(".sheet").scroll_into_view_if_needed()
    studio.page.tap("#run:not([disabled])")
    on_screen = "({ top, bottom }) => top > -30 && bottom < innerHeight"
    studio.page.wait_for_function(f"({on_screen})(document.querySelector('.player .lanes').getBoundingClientRect())")


def test_painted_pixels_are_what_a_run_reveals_and_they_stay_with_another_picture(painter):
    painter.press("[data-shape=rectangle]")
    painter.drag((8, 8), (23, 23))
    painter.wait_for_player()
    shown = painter.studio.pixels("observed")
    painter.studio.run()
    assert painter.studio.pixels("observed") == shown
    painter.page.locator(".thumbs button").nth(3).click()
    painter.page.wait_for_selector("text=256 of 1024 pixels are revealed")
    assert painter.revealed == 256
    assert painter.studio.pixels("observed") != shown


def test_share_and_seed_replace_what_was_painted_and_undo_brings_it_back(painter):
    painter.drag((4, 4), (4, 9))
    painted, count = painter.mask, painter.page.locator(".count")
    painter.wait_for_player()
    assert "painted by hand" in count.inner_text(), "for the share beside it says another number"
    painter.studio.set_number("seed", 5)
    painter.page.wait_for_function("document.querySelector('.painter').dataset.revealed === '204'")
    assert "painted by hand" not in count.inner_text()
    painter.press("[data-do=undo]")
    assert (painter.mask == painted).all()
    painter.wait_for_player()


def test_a_look_at_own_colours_leaves_the_pattern_and_the_address_as_they_were(visit):
    painter = Painter(visit())
    page, count, before = painter.page, painter.page.locator(".count"), painter.mask
    painter.press("[data-mode=colours]")
    page.wait_for_selector("[data-part=status] >> text=No pixel is revealed yet")
    painter.press("[data-mode=picture]")
    painter.studio.wait("player.preview")
    assert "mask=" not in page.url and "strokes=" not in page.url
    assert (painter.mask == before).all()
    assert "painted by hand" not in count.inner_text()
    painter.drag((4, 4), (4, 9))
    for mode in ("colours", "picture"):
        painter.press(f"[data-mode={mode}]")
        assert "painted by hand" in count.inner_text()


def test_a_picture_from_nothing_has_no_truth_and_no_scores(painter):
    painter.press("[data-mode=colours]")
    painter.size(5)
    painter.press("[data-colour='#d64545']")
    painter.drag((6, 4), (6, 27))
    painter.press("[data-colour='#2f7ed8']")
    painter.drag((25, 4), (25, 27))
    painter.studio.run()
    numbers = painter.page.locator("[data-row=state] td").all_inner_texts()
    assert numbers == ["\u2013"] * 4
    blank = "const c = document.createElement('canvas'); c.width = c.height = 32; return c.toDataURL()"
    assert painter.studio.pixels("truth") == painter.page.evaluate(f"(() => {{ {blank} }})()")
    assert painter.studio.pixels("state") != painter.studio.pixels("truth")
    assert not painter.studio.complaints


def test_a_run_right_after_a_change_shows_the_run_and_nothing_after_it(visit):
    """The previews of what was changed are on; their answers come before the run or not at all."""
    painter = Painter(visit())
    for k in range(3):
        painter.drag((4 * k, 4), (4 * k, 27))
        painter.drag((4 * k + 2, 4), (4 * k + 2, 27))
        run = painter.studio.run()
        painter.page.wait_for_timeout(400)
        assert painter.studio.player("run") == run
        assert painter.studio.player("frames") == "21"
    painter.page.click("#shuffle")
    run = painter.studio.run()
    painter.page.wait_for_timeout(400)
    assert (painter.studio.player("run"), painter.studio.player("frames")) == (run, "21")


def test_an_empty_sheet_gets_advice(painter):
    painter.page.click("#run")
    painter.page.wait_for_selector("text=no pixel is revealed: reveal at least one")
    painter.page.wait_for_selector("#run:not([disabled])")


def test_a_stroke_reaches_the_player_within_a_tenth_of_a_second(painter, budget):
    times = [painter.echo(share / 10) for share in range(1, 8)]
    budget("stroke to player, median", sorted(times)[3], 100, "ms")


def test_a_preview_follows_a_stroke_when_live(visit):
    studio = visit()
    painter = Painter(studio)
    painter.drag((4, 2), (20, 28))
    studio.wait("player.preview")
    assert studio.player("run") == ""
    assert studio.page.inner_text("[data-part=status]") == "Preview with a few steps."


@pytest.mark.parametrize("edit", ["[data-do=clear]", "[data-mode=colours]"])
def test_an_empty_sheet_is_no_error_when_live_and_the_player_says_what_to_do(visit, edit):
    studio = visit()
    painter = Painter(studio)
    painter.press(edit)
    studio.page.wait_for_selector("[data-part=status] >> text=No pixel is revealed yet")
    painter.drag((4, 2), (20, 28))
    studio.wait("player.preview")
    painter.press("[data-shape=rectangle]")
    painter.drag((0, 0), (31, 31))
    studio.page.wait_for_selector("[data-part=status] >> text=Every pixel is revealed")
    studio.page.wait_for_timeout(600)  # a preview would have come
    assert not studio.player("preview")
    assert not studio.page.locator("[data-testid=toast-body]").count()
