"""axe-core finds nothing serious, in every look and with every section open."""

import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
# Run lights up when it can be pressed again, and what is being computed lies under a veil.
AT_REST = """() => !document.querySelector("[data-testid=status-tracker]:not(.hide)")
  && !document.getAnimations().some((one) => one instanceof CSSTransition)"""
SECTIONS = ("numbers", "resolution", "knowledge", "share")


def serious(page):
    """Serious and critical findings: rule, and where."""
    page.wait_for_function(AT_REST)
    found = Axe().run(page, options=RULES).response["violations"]
    return {
        one["id"]: [node["html"][:160] for node in one["nodes"]]
        for one in found
        if one["impact"] in ("serious", "critical")
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_studio(visit, theme, width):
    studio = visit(theme=theme, width=width, reduced_motion="reduce")
    studio.run()
    studio.page.wait_for_selector("#run:not([disabled])")
    assert serious(studio.page) == {}


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 1440), ("light", 390)])
def test_with_everything_unfolded(visit, theme, width):
    studio = visit(theme=theme, width=width, reduced_motion="reduce")
    studio.page.locator("#lanes label").nth(2).click()
    studio.unfold()
    studio.page.click("#guide [data-do=toggle]")
    for name in SECTIONS:
        studio.page.click(f"#{name} > button")
    studio.page.wait_for_selector("#numbers-plot .js-plotly-plot .main-svg")
    studio.page.wait_for_selector("#resolution-slider img")
    before = studio.player("run")
    studio.page.locator("#guide .answers button").first.click()
    assert studio.page.locator("#guide .outcome").is_visible()
    studio.wait(f"player.run !== '{before}' && player.frames === player.total")  # the answer starts a run
    studio.page.wait_for_selector("#run:not([disabled])")
    assert serious(studio.page) == {}


CONTROLS = ["guide", "picker", "painter", "pattern", "model", "run"]


@pytest.mark.parametrize(("width", "parts"), [(1440, [*CONTROLS, "player"]), (390, ["player", *CONTROLS])])
def test_focus_order_is_reading_order(visit, width, parts):
    studio = visit(width=width)
    studio.page.locator("#languages a").first.focus()
    within = f"document.activeElement.closest('{', '.join('#' + part for part in parts)}')?.id"
    order = []
    for _ in range(80):
        studio.page.keyboard.press("Tab")
        order.append(studio.page.evaluate(within))
    assert list(dict.fromkeys(name for name in order if name)) == parts
    player, controls = (studio.page.locator(name).bounding_box() for name in ("#screen", "#controls"))
    side = "x" if width > 900 else "y"
    assert (player[side] < controls[side]) == (parts[0] == "player"), "for the eye as for the keyboard"


FOCUS = """() => {
  const node = document.activeElement, bar = document.querySelector("#actions");
  const seen = [node, node.closest("label")].some((one) => one && getComputedStyle(one).outlineStyle !== "none");
  const free = bar.contains(node) || node.getBoundingClientRect().bottom <= bar.getBoundingClientRect().top + 18;
  return { type: node.closest("#controls") && node.type, seen, free, told: node.outerHTML.slice(0, 120) };
}"""


@pytest.mark.parametrize("width", [1440, 390])
def test_the_focus_is_seen_on_every_knob_and_never_under_run(visit, width):
    page = visit(width=width).page
    page.locator("#painter .sheet").focus()
    page.evaluate("document.querySelector('[data-do=invert]').scrollIntoView({ block: 'end' })")
    types = set()
    for _ in range(24):
        page.keyboard.press("Tab")
        page.wait_for_timeout(30)
        focus = page.evaluate(FOCUS)
        types.add(focus["type"])
        assert focus["free"] or not focus["type"], focus["told"]
        assert focus["seen"] or focus["type"] not in ("range", "radio", "checkbox", "button"), focus["told"]
    assert types >= {"range", "radio", "checkbox", "button"}
