"""What visitors read: in their language, whole, large enough, and telling one thing from another."""

import pytest

CONTRAST = """() => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const page = light(getComputedStyle(document.querySelector("#numbers")).backgroundColor);
  return Math.min(...[...document.querySelectorAll("#numbers-plot .main-svg text")].map((node) => {
    const [dark, bright] = [light(getComputedStyle(node).fill), page].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  }));
}"""

ROOM = """(field) => {
  const pen = document.createElement("canvas").getContext("2d"), look = getComputedStyle(field);
  pen.font = look.font;
  return field.clientWidth - 2 * parseFloat(look.paddingLeft) - pen.measureText(field.value).width;
}"""


def open_plot(studio):
    studio.page.click("#numbers > button")
    studio.page.wait_for_selector("#numbers-plot .ytick text")


def taken_up(studio):
    """Until the page has the seed of a link."""
    studio.page.wait_for_function("document.querySelector('#seed input').value === '7'")


def test_the_formulas_stay_in_the_language_of_the_page(visit, address):
    studio = visit(at=f"{address}es")
    studio.page.click("#knowledge > button")
    title = studio.page.inner_text("#formulas h3")
    studio.page.click("#model input")
    studio.page.get_by_role("option", name="EDE basada en el score - tiny", exact=True).click()
    studio.page.wait_for_selector("#formulas th.active >> text=EDE basada en el score")
    assert studio.page.inner_text("#formulas h3") == title


def test_a_share_beyond_the_slider_becomes_its_end(visit):
    studio = visit()
    studio.page.uncheck("#live input")
    studio.page.fill("#percent input[type=number]", "99")
    studio.page.wait_for_selector("text=614 of 1024 pixels are revealed")
    assert studio.page.input_value("#percent input[type=number]") == "60"
    assert studio.page.locator(".toast-body").count() == 0


def test_an_error_leaves_no_mark_on_the_controls(visit):
    studio = visit()
    studio.set_number("steps", 5000)
    studio.page.click("#run")
    studio.page.wait_for_selector(".toast-body")
    studio.page.wait_for_selector("#waiting .error", state="attached")
    studio.page.wait_for_timeout(1200)  # Gradio's note would come late
    assert not studio.page.locator("#waiting .error").is_visible()


def test_an_emptied_field_is_told_in_words(visit):
    studio = visit()
    studio.set_number("seed", "")
    studio.page.wait_for_selector(".toast-body >> text=got an empty field")


def test_chosen_baselines_and_long_seeds_fit_their_fields(visit):
    studio = visit(link="seed=7&stills=linear,lmmse,nearest")
    taken_up(studio)
    studio.unfold()
    chips = studio.page.locator("#stills .token")
    card = studio.page.locator("#stills").bounding_box()
    last = chips.last.bounding_box()
    assert chips.count() == 3
    assert last["y"] + last["height"] <= card["y"] + card["height"]
    studio.page.fill("#seed input", "888888")
    assert studio.page.eval_on_selector("#seed input", ROOM) >= 0


def test_lanes_of_one_model_are_told_apart(visit):
    studio = visit(link="seed=7&lanes=flow_matching/tiny,,1;flow_matching/tiny,,3")
    taken_up(studio)
    studio.run()
    rows = studio.page.locator(".numbers tbody th").all_inner_texts()
    whole = "nodes => nodes.every((node) => node.scrollWidth <= node.clientWidth)"
    assert studio.page.eval_on_selector_all(".numbers tbody th", whole)
    assert [row.split(", ")[-1].strip() for row in rows] == ["1 step", "3 steps"]
    open_plot(studio)
    legend = studio.page.locator("#numbers-plot .legendtext").all_text_contents()
    assert len(set(legend)) == len(legend) == 4


def test_own_colours_have_no_truth_and_the_player_says_so(visit):
    studio = visit()
    studio.page.uncheck("#live input")
    studio.page.click("[data-mode=colours]")
    studio.page.click(".sheet")
    studio.page.wait_for_selector("text=4 of 1024 pixels are revealed")
    for view in ("truth", "error"):
        studio.page.click(f".side button:has(canvas[data-view={view}])")
        assert "no true picture" in studio.page.inner_text(".stage figcaption")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plots_are_read_on_either_page(visit, theme):
    studio = visit(theme=theme)
    open_plot(studio)
    assert studio.page.evaluate(CONTRAST) >= 4.5


def test_a_plot_on_a_projector_is_read_from_the_back_and_answers_the_mouse(visit):
    studio = visit(width=3840, height=2160, reduced_motion="reduce")
    open_plot(studio)
    assert studio.page.locator("#numbers-plot .ytick text").first.bounding_box()["height"] > 24
    area = studio.page.locator("#numbers-plot .nsewdrag").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    x = box["x"] + box["width"] * 0.5
    label = studio.page.locator("#numbers-plot .hovertext").first
    for share in range(5, 100, 5):  # down, until a curve is met
        studio.page.mouse.move(x, box["y"] + box["height"] * share / 100)
        studio.page.wait_for_timeout(150)
        if label.count():
            break
    assert abs(label.bounding_box()["x"] - x) < 60
    plot, note = (
        studio.page.locator(name).bounding_box() for name in ("#numbers-plot .svg-container", "#numbers-note")
    )
    assert plot["y"] + plot["height"] <= note["y"] + 1
