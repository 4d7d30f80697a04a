"""One to three lanes under one time bar, the views, and what they cost."""

import re
from pathlib import Path

import numpy as np
import pytest

import demo.components
from demo.checks import unpack_mask

COMPONENTS = Path(demo.components.__file__).parent


def lanes(studio, count):
    studio.page.locator("#lanes label").nth(count - 1).click()


def stage(studio, lane):
    return studio.page.evaluate(f"document.querySelector('.stage[data-lane=\"{lane}\"] canvas').toDataURL()")


def received(studio):
    """Bytes of the queue's stream so far, as the page got them."""
    return studio.page.evaluate("window.streamed || 0")


COUNT_STREAM = """() => {
const plain = window.fetch;
window.fetch = async (...request) => {
  const answer = await plain(...request);
  if (!String(request[0].url || request[0]).includes('queue/data')) return answer;
  const count = new TransformStream({ transform(chunk, to) {
    window.streamed = (window.streamed || 0) + chunk.length; to.enqueue(chunk); } });
  return new Response(answer.body.pipeThrough(count), { headers: answer.headers, status: answer.status });
};
}"""


def test_three_methods_share_pixels_noise_and_time(visit):
    studio = visit()
    lanes(studio, 3)
    studio.run()
    studio.wait("player.position === String(player.total - 1)")
    names = studio.page.locator(".stage strong").all_inner_texts()
    assert len(set(names)) == 3
    ends = {stage(studio, lane) for lane in range(3)}
    assert len(ends) == 3
    studio.page.fill(".player input[type=range]", "0")
    assert {stage(studio, lane) for lane in range(3)}.isdisjoint(ends)
    assert len({stage(studio, lane) for lane in range(3)}) == 1, "all lanes start from the same noise"
    scores = studio.page.locator(".numbers tbody tr").all_inner_texts()
    assert len(scores) == 3
    assert all(re.search(r"\d+\.\d\d", line) for line in scores)
    assert not studio.complaints


def test_lanes_say_once_which_view_and_whose_numbers_they_show(visit):
    studio = visit(reduced_motion="reduce")
    heading, kinds = studio.page.locator(".player .view"), studio.page.locator(".player .kind")
    assert not heading.is_visible(), "a single picture has a caption of its own"
    assert kinds.all_inner_texts() == ["", ""]
    lanes(studio, 2)
    studio.run()
    assert heading.locator("strong").inner_text() == "Noise becoming a picture"
    assert kinds.all_inner_texts() == ["State x\u209c"] * 2, "over the curves and over the table"
    studio.page.fill(".player input[type=range]", "0")
    before = studio.numbers()
    studio.page.click(".side button:has(canvas[data-view=truth])")
    assert studio.numbers() != before
    assert heading.locator("strong").inner_text() == "The true picture"
    assert kinds.all_inner_texts() == ["Estimate x\u2080"] * 2


@pytest.mark.parametrize("width", [390, 1280])
def test_names_of_lanes_are_read_whole_beside_a_scale(visit, width):
    sizes = ("flow_matching/tiny", "flow_matching/tiny_conv", "score_sde/tiny_conv")
    studio = visit(link="seed=7&view=error&lanes=" + ";".join(f"{name},,2" for name in sizes), width=width)
    studio.page.wait_for_function("document.querySelector('#seed input').value === '7'")
    studio.run()
    names = studio.page.locator(".stage strong")
    assert [name.get_attribute("title") for name in names.all()] == names.all_inner_texts()
    assert len(set(names.all_inner_texts())) == 3
    whole = "nodes => nodes.every((node) => node.scrollWidth <= node.clientWidth && node.clientHeight < 80)"
    assert studio.page.eval_on_selector_all(".stage strong", whole)
    scale = "(node) => getComputedStyle(node, '::after').content"
    assert studio.page.eval_on_selector(".player .view strong", scale) == '"0 \u2013 0.4"'
    assert studio.page.eval_on_selector_all(".stage strong", f"nodes => nodes.map({scale})") == ["none"] * 3


def test_lanes_of_different_length_end_together(visit):
    studio = visit()
    lanes(studio, 2)
    studio.unfold()
    studio.set_number("steps-2", 5)
    studio.run()
    assert studio.player("total") == "21"
    studio.page.fill(".player input[type=range]", "20")
    captions = studio.page.locator(".stage figcaption").all_inner_texts()
    assert "20 calls" in captions[0]
    assert "5 calls" in captions[1]


def test_three_long_lanes_cost_less_than_a_megabyte(visit, budget):
    studio = visit()
    studio.page.evaluate(COUNT_STREAM)
    lanes(studio, 3)
    studio.set_number("steps", 59)
    studio.run()
    assert received(studio) > 100_000
    budget("three lanes of 60 frames", received(studio) / 1000, 1000, "KB")


def test_every_frame_is_drawn_in_time(visit, budget):
    studio = visit()
    lanes(studio, 3)
    studio.set_number("steps", 59)
    studio.run()
    late = []
    for _ in range(3):  # other work on the machine delays a play now and then, a slow player delays every one
        studio.page.focus(".player")
        studio.page.keyboard.press("Home")
        studio.page.evaluate("document.querySelector('.player').drawTimes.length = 0")
        studio.page.keyboard.press("Space")
        studio.wait("player.position === '59'")
        times = np.diff(studio.page.evaluate("document.querySelector('.player').drawTimes"))
        assert len(times) == 58, "positions 1 to 59, each drawn once"
        late.append(np.quantile(times, 0.95))
    budget("interval between frames at 20 a second, p95", min(late), 60, "ms a frame")


def test_a_loop_keeps_no_more_and_more_times(visit):
    studio = visit()
    studio.run()
    studio.wait("player.position === String(player.total - 1)")
    studio.page.evaluate("document.querySelector('.player').drawTimes = Array(2000).fill(0)")
    studio.page.focus(".player")
    studio.page.keyboard.press("l")
    studio.page.wait_for_function("document.querySelector('.player').drawTimes.at(-1) > 0")
    assert studio.page.evaluate("document.querySelector('.player').drawTimes.length") <= 2000


@pytest.mark.parametrize(("path", "words"), [("", "What the network sees"), ("es/", "Lo que ve la red")])
def test_before_a_run_the_revealed_pixels_are_called_what_they_are(visit, address, path, words):
    studio = visit(at=address + path)
    caption = studio.page.locator(".stage figcaption")
    assert words not in caption.inner_text()
    studio.page.uncheck("#live input")
    studio.set_number("seed", 3)
    studio.wait("!player.run && !player.preview")
    assert words in caption.inner_text()
    assert studio.pixels("state") == studio.pixels("observed")


def test_uncertainty_needs_samples_and_shrinks_to_nothing_where_revealed(visit):
    studio = visit()
    studio.page.click(".side button:has(canvas[data-view=uncertainty])")
    assert "choose 4" in studio.page.inner_text(".stage figcaption")
    blank = studio.pixels("uncertainty")
    studio.unfold()
    studio.page.click("#samples input")
    studio.page.get_by_role("option", name="4", exact=True).click()
    studio.page.wait_for_timeout(500)  # Gradio takes the choice up a moment later, sooner than a hand finds Run
    studio.run()
    studio.wait("player.position === String(player.total - 1)")
    assert studio.pixels("uncertainty") != blank
    studio.page.fill(".player input[type=range]", "0")
    start = studio.pixels("uncertainty")
    studio.page.fill(".player input[type=range]", "20")
    assert studio.pixels("uncertainty") != start


@pytest.mark.parametrize(("samples", "needs"), [(1, True), (2, False)])
def test_a_lane_without_uncertainty_says_why(visit, samples, needs):
    studio = visit(link=f"seed=7&view=uncertainty&samples={samples}&lanes=flow_matching/tiny,,2;nearest,,")
    studio.page.wait_for_function("document.querySelector('#seed input').value === '7'")
    studio.run()
    network, baseline = studio.page.locator(".stage figcaption span").all_inner_texts()
    assert ("Needs several samples" in network) == needs
    assert baseline == "Draws one sample, whatever number is chosen."
    assert "Standard deviation" in studio.page.inner_text(".player .view")


@pytest.mark.parametrize("way", ["mouse", "keys"])
def test_where_the_network_looked(visit, way):
    studio = visit()
    studio.run()
    studio.page.click(".side button:has(canvas[data-view=influence])")
    before = studio.pixels("influence")
    canvas = studio.page.locator(".stage canvas")
    if way == "mouse":
        row, column = np.argwhere(~unpack_mask(studio.page.get_attribute(".painter", "data-mask"), 32))[500]
        box = canvas.bounding_box()
        cell = box["width"] / 32
        studio.page.mouse.move(box["x"] + (column + 0.5) * cell, box["y"] + (row + 0.5) * cell)
    else:
        canvas.focus()
        studio.page.keyboard.press("ArrowLeft")
    lit = """() => { const c = document.querySelector('.stage canvas');
      const data = c.getContext('2d').getImageData(0, 0, 32, 32).data;
      let bright = 0; for (let i = 0; i < data.length; i += 4) bright += data[i] > 200 && data[i + 3] === 255;
      return bright > 0; }"""
    studio.page.wait_for_function(lit)
    assert studio.pixels("influence") != before


def test_a_question_without_an_answer_holds_up_no_other(visit):
    """Gradio gives undefined where the server did not answer."""
    studio = visit()
    told = studio.page.evaluate(
        """async (source) => {
        const Influence = new Function(`${source}; return Influence`)();
        const answers = [undefined, { levels: btoa("a") }], asked = [], told = [];
        const ask = async ({ row }) => (asked.push(row), answers[asked.length - 1]);
        const influence = new Influence(ask, () => told.push([influence.error, influence.levels.length]), "no answer");
        const scene = { size: [32, 32], packed: {} };
        for (const row of [1, 2]) {
          influence.ask(row, 0, scene, ["a model"]);
          await new Promise((done) => setTimeout(done, 20));
        }
        return told;
        }""",
        "".join((COMPONENTS / name).read_text() for name in ("codec.js", "influence.js")),
    )
    assert told == [["no answer", 1], ["", 1]]


def test_an_answer_about_a_former_picture_is_dropped(visit):
    """A question about the new one is asked while that answer is on its way."""
    studio = visit()
    told = studio.page.evaluate(
        """async (source) => {
        const Influence = new Function(`${source}; return Influence`)();
        const answers = [], told = [];
        const ask = () => new Promise((answer) => answers.push(answer));
        const influence = new Influence(ask, () => told.push([...influence.levels[0]]), "no answer");
        const arrive = async (level) => {
          answers.shift()({ levels: btoa(String.fromCharCode(level)) });
          await new Promise((done) => setTimeout(done));
        };
        influence.ask(1, 0, { size: [32, 32], packed: {} }, ["a model"]);
        influence.forget();
        influence.ask(2, 0, { size: [32, 32], packed: {} }, ["a model"]);
        await arrive(1);
        await arrive(2);
        return told;
        }""",
        "".join((COMPONENTS / name).read_text() for name in ("codec.js", "influence.js")),
    )
    assert told == [[2]]


def test_baselines_stand_beside_the_run(visit):
    studio = visit()
    studio.unfold()
    studio.page.click("#stills input")
    studio.page.get_by_role("option", name="Nearest neighbour").click()
    studio.page.keyboard.press("Escape")
    studio.run()
    studio.page.wait_for_selector(".stills figcaption >> text=Nearest neighbour")
    assert "dB" in studio.page.inner_text(".stills figcaption")


def test_a_slider_previews_while_it_moves_and_runs_when_it_is_let_go(visit):
    studio = visit()
    before = studio.player("run")
    slider = studio.page.locator("#percent input[type=range]")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    studio.page.mouse.move(box["x"] + box["width"] / 3, middle)
    studio.page.mouse.down()
    studio.page.mouse.move(box["x"] + box["width"] / 2, middle, steps=4)
    studio.wait("player.preview")
    studio.page.mouse.up()
    studio.wait(f"player.run && player.run !== '{before}' && player.frames === player.total")
    assert studio.player("total") == "21"


def test_keys_move_a_slider_and_run_when_they_are_let_go(visit):
    studio = visit()
    before = studio.player("run")
    studio.page.focus("#steps-slider input[type=range]")
    studio.page.keyboard.down("ArrowRight")
    studio.wait("player.preview")
    studio.page.keyboard.up("ArrowRight")
    studio.wait(f"player.run && player.run !== '{before}' && player.frames === player.total")
    assert studio.player("total") == "22"


def test_tabbing_through_changes_nothing(visit):
    studio = visit()
    before = studio.player("run")
    studio.page.focus("#pattern input")
    for _ in range(8):
        studio.page.keyboard.press("Tab")
    studio.page.focus("#percent input[type=number]")
    studio.page.keyboard.press("Tab")
    studio.page.wait_for_timeout(600)
    assert studio.player("run") == before
    assert studio.player("preview") == ""


def test_live_can_be_switched_off(visit):
    studio = visit()
    studio.page.uncheck("#live input")
    studio.set_number("seed", 3)
    studio.wait("!player.run && !player.preview")
    studio.page.wait_for_timeout(500)
    assert studio.player("preview") == ""


def test_a_preview_comes_within_a_fifth_of_a_second(visit, budget):
    studio = visit()
    studio.run()
    times = []
    for percent in (30, 40, 25, 35, 45):
        script = """(percent) => new Promise((resolve, reject) => {
          setTimeout(() => reject(new Error('no preview came')), 10000);
          const player = document.querySelector('.player'), before = player.dataset.preview, start = performance.now();
          new MutationObserver((_, watcher) => {
            if (!player.dataset.preview || player.dataset.preview === before || player.dataset.frames === '0') return;
            watcher.disconnect();
            resolve(performance.now() - start);
          }).observe(player, { attributes: true });
          const slider = document.querySelector('#percent input[type=range]');
          slider.value = percent;
          slider.dispatchEvent(new Event('input', { bubbles: true }));
        })"""
        times.append(studio.page.evaluate(script, percent))
    budget("slider to preview, median", sorted(times)[2], 200, "ms")
