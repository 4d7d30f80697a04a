"""Links, the guided walk, downloads and the other language, as a visitor meets them."""

import io
import json
import zipfile

import numpy as np
import pytest
import segno
from PIL import Image

from demo import handlers, languages, pictures, qr_code, readings, stations
from tests.browser.conftest import Studio, new_page

LESSON = (
    "picture=coffee&fraction=0.3&pattern=block&seed=5&noise=7&view=error"
    "&lanes=flow_matching/tiny,euler,6;score_sde/tiny,euler_maruyama,9"
)


def query(page):
    """What the address bar says after the question mark."""
    return page.evaluate("location.search")


def test_a_lesson_link_sets_the_page_up_and_the_address_says_the_same(visit):
    studio = visit(link=LESSON)
    studio.page.wait_for_selector(".credit >> text=Cup of coffee")
    studio.page.wait_for_function("document.querySelector('#seed input').value === '5'")
    assert studio.page.locator(".stage canvas").first.get_attribute("data-view") == "error"
    studio.run()
    captions = studio.page.locator(".stage figcaption").all_inner_texts()
    assert len(captions) == 2
    assert "6 steps" in captions[0]
    assert "9 steps" in captions[1]
    shown = studio.pixels("observed")
    studio.set_number("seed", 6)
    studio.page.wait_for_function("location.search.includes('seed=6')")
    studio.set_number("seed", 5)
    studio.page.wait_for_function("location.search.includes('seed=5')")
    again = query(studio.page).lstrip("?")
    studio.open(again)
    studio.page.wait_for_function("document.querySelector('#seed input').value === '5'")
    studio.run()
    assert studio.pixels("observed") == shown
    assert studio.page.locator(".stage figcaption").all_inner_texts()[0].startswith(captions[0].split("\n")[0])


def test_the_large_picture_is_part_of_the_link(visit):
    studio = visit()
    studio.page.click(".side button:has(canvas[data-view=truth])")
    studio.page.wait_for_function("location.search.includes('view=truth')")


def test_a_teacher_locks_and_hides_parts(visit):
    studio = visit(link="lock=picture&hide=numbers,share")
    studio.page.wait_for_selector("#picker[inert]")
    assert not studio.page.locator("#numbers").is_visible()
    assert not studio.page.locator("#share").is_visible()
    before = studio.pixels("truth")
    studio.page.locator(".thumbs button").nth(2).click(force=True)
    studio.page.wait_for_timeout(400)
    assert studio.pixels("truth") == before
    studio.run()


def test_run_stays_locked_when_the_server_is_back(visit):
    studio = visit(link="lock=run")
    studio.page.wait_for_selector("#run[inert]")
    studio.page.context.set_offline(True)
    studio.page.wait_for_selector("#offline:visible")
    studio.page.context.set_offline(False)
    studio.page.wait_for_selector("#offline", state="hidden")
    assert studio.page.locator("#run[inert]").count() == 1


def test_a_bad_part_of_a_link_is_told_and_the_rest_counts(visit):
    studio = visit(link="seed=<script>alert(1)</script>&picture=coffee&steps=nonsense")
    studio.page.wait_for_selector("text=Part of this link cannot be used")
    studio.page.wait_for_selector(".credit >> text=Cup of coffee")
    assert not studio.complaints


WALK = stations.walk()


@pytest.fixture(scope="module")
def walker(chromium, address):
    """One visitor who takes the whole walk."""
    studio = Studio(new_page(chromium), address)
    studio.page.click("#guide [data-do=toggle]")
    yield studio
    studio.page.close()


@pytest.mark.parametrize("number", range(1, len(WALK) + 1), ids=[station.name for station in WALK])
def test_a_station_asks_then_runs_and_tells_what_it_shows(walker, number):
    page, lesson, before = walker.page, WALK[number - 1].lesson, walker.player("run")
    page.wait_for_selector(f"#guide [data-station='{number}']")
    assert page.inner_text("#guide [data-part=question]").rstrip().endswith("?")
    assert not page.locator("#guide .outcome").is_visible()
    page.wait_for_selector(f".stage canvas[data-view='{lesson.view}']")
    blank = walker.pixels(lesson.view)
    page.locator("#guide .answers button").nth(WALK[number - 1].right).click()
    assert page.inner_text("#guide [data-part=reveal]").startswith("Right. ")
    assert page.inner_text("#guide [data-part=compare]").startswith("Compare: ")
    walker.wait(f"player.run && player.run !== '{before}' && player.frames === player.total")
    walker.wait("player.position === String(player.total - 1)")
    stages = page.locator(".stage canvas")
    assert stages.count() == len(lesson.lanes)
    assert stages.first.get_attribute("data-view") == lesson.view
    assert page.locator(".stills canvas").count() == len(lesson.stills)
    assert lesson.samples == 1 or walker.pixels(lesson.view) != blank
    assert str(lesson.lanes[0].steps) in page.inner_text(".player [data-part=step]") or len(lesson.lanes) > 1
    page.locator("#guide button.mention").first.focus()
    assert page.locator(".spoken-of").count() >= 1
    if number < len(WALK):
        page.click("#guide [data-do=next]")
    assert not walker.complaints


def test_an_answer_before_the_station_is_set_up_waits_for_it(visit):
    studio = visit()
    before = studio.player("run")
    studio.page.click("#guide [data-do=toggle]")
    for _ in range(3):
        studio.page.click("#guide [data-do=next]")
    studio.page.locator("#guide .answers button").first.click()
    studio.wait(f"player.run && player.run !== '{before}' && player.frames === player.total")
    assert studio.page.locator(".stage canvas").get_attribute("data-view") == WALK[3].lesson.view
    assert not studio.complaints


def test_a_wrong_answer_is_told_beside_the_right_one(visit):
    page = visit(link="station=1").page
    answers = page.locator("#guide .answers button")
    page.wait_for_selector("#guide [data-station='1']")
    answers.nth((WALK[0].right + 1) % answers.count()).click()
    marked = [i for i, one in enumerate(answers.all()) if "right" in (one.get_attribute("class") or "")]
    assert marked == [WALK[0].right]


def test_on_a_phone_an_answer_shows_the_player_and_its_outcome_stands_below(visit):
    page = visit(link="station=1", width=390, height=844, reduced_motion="reduce").page
    page.wait_for_selector("#guide [data-station='1']")
    page.locator("#guide .answers button").first.click()
    page.wait_for_function("Math.abs(document.querySelector('#screen').getBoundingClientRect().top) < 2")
    page.locator("#guide .outcome").scroll_into_view_if_needed()
    outcome, bar = (page.locator(name).bounding_box() for name in ("#guide .outcome", "#actions"))
    assert outcome["y"] + outcome["height"] <= bar["y"]


def test_a_link_to_a_station_sets_it_up(visit):
    studio = visit()
    for number, station in enumerate(WALK[3:5], start=4):
        studio.open(f"station={number}")
        studio.page.wait_for_selector(f"#guide [data-station='{number}']")
        before = studio.player("run")
        studio.page.locator("#guide .answers button").first.click()
        studio.wait(f"player.run && player.run !== '{before}' && player.frames === player.total")
        stages = studio.page.locator(".stage canvas")
        assert stages.count() == len(station.lesson.lanes)
        assert stages.first.get_attribute("data-view") == station.lesson.view


def test_a_station_ends_the_run_of_the_one_before(visit):
    studio = visit()
    studio.start_long_run()
    studio.page.click("#guide [data-do=toggle]")
    studio.page.locator("#guide .answers button").first.click()
    studio.wait("player.run && player.total === '21' && player.frames === player.total")


def test_words_that_speak_of_a_folded_section_open_it(visit):
    studio = visit(link=f"station={[one.name for one in WALK].index('resolution') + 1}")
    studio.page.locator("#guide .answers button").first.click()
    studio.page.click("#guide [data-part=compare] button.mention")
    studio.page.wait_for_selector("#resolution-slider img")


def test_the_formula_at_work_is_marked(visit):
    studio = visit()
    studio.page.click("#knowledge > button")
    marked = studio.page.locator("#formulas td.active")
    assert studio.page.inner_text("#formulas thead th.active") == "Flow matching"
    before = marked.all_inner_texts()
    studio.page.click("#model input")
    studio.page.get_by_role("option", name="Score-based SDE - tiny", exact=True).click()
    studio.page.wait_for_selector("#formulas thead th.active >> text=Score-based SDE")
    assert marked.count() == len(before) == 3
    calm = marked.all_inner_texts()
    studio.unfold()
    studio.page.click("#solver input")
    studio.page.get_by_role("option", name="Euler-Maruyama").click()
    studio.page.wait_for_selector("#formulas th.active >> text=Step with fresh noise")
    assert not set(calm) & set(before)
    assert len(set(marked.all_inner_texts()) - set(calm)) == 1, "another kind of step, the rest as before"


def test_downloads_open(visit):
    studio = visit()
    studio.set_number("steps", 4)
    studio.page.click("#share > button")
    for kind in ("strip", "webp", "gif", "bundle"):
        with studio.page.expect_download() as waiting:
            studio.page.click(f"#export-{kind}")
        content = waiting.value.path().read_bytes()
        if kind == "bundle":
            with zipfile.ZipFile(io.BytesIO(content)) as bundle:
                names = bundle.namelist()
                assert {name.rsplit(".", 1)[-1] for name in names} >= {"json", "npz", "py"}
                json.loads(bundle.read(next(name for name in names if name.endswith(".json"))))
        else:
            image = Image.open(io.BytesIO(content))
            image.load()
            assert getattr(image, "n_frames", 1) > 1 or kind == "strip", kind


def test_a_download_that_takes_time_says_so(visit):
    studio = visit()
    studio.set_number("steps", 900)  # finished runs are kept for who asks again: no other test stops this one
    studio.page.click("#share > button")
    with studio.page.expect_download(timeout=60_000):
        studio.page.click("#export-gif")
        studio.page.wait_for_selector("#share .progress-text")
    studio.page.wait_for_selector("#share .progress-text", state="hidden")


def test_code_and_qr_are_shown(visit):
    studio = visit()
    studio.page.click("#share > button")
    studio.page.click("#show-code")
    studio.page.wait_for_function("document.querySelector('#code textarea')?.value.includes('fieldlib')")
    studio.page.click("#show-qr")
    studio.page.wait_for_selector("#qr img")
    assert studio.page.input_value("#link textarea, #link input").startswith("http")


def test_the_copied_link_and_its_qr_code_say_what_the_address_says(visit):
    studio = visit(
        link="picture=coffee&seed=5&lock=picture&hide=numbers", permissions=["clipboard-read", "clipboard-write"]
    )
    studio.page.wait_for_function("document.querySelector('#seed input').value === '5'")
    studio.set_number("steps", 7)
    studio.page.wait_for_function("location.search.includes('lanes=')")
    studio.page.click("#share > button")
    studio.page.wait_for_function("document.querySelector('#link :is(textarea, input)')?.value === location.href")
    studio.page.click("#link button")
    link = studio.page.evaluate("navigator.clipboard.readText()")
    assert link == studio.page.evaluate("location.href")
    assert all(part in link for part in ("picture=coffee", "seed=5", "lock=picture", "hide=numbers"))
    studio.page.click("#show-qr")
    source = studio.page.wait_for_selector("#qr img").get_attribute("src")
    shown = np.asarray(Image.open(io.BytesIO(studio.page.request.get(source).body())).convert("L")) < 128
    modules = [[bool(dark) for dark in row] for row in segno.make_qr(link, error="l").matrix]
    quiet = np.pad(np.array(modules), 4)
    assert np.array_equal(shown, quiet.repeat(qr_code.SCALE, 0).repeat(qr_code.SCALE, 1))


def test_another_language_is_a_page_of_its_own_and_keeps_the_lesson(visit):
    studio = visit(link="picture=coffee&lang=es")
    studio.page.wait_for_selector("#run >> text=Ejecutar")
    assert studio.page.evaluate("document.documentElement.lang") == "es"
    assert "lang=" not in query(studio.page)
    assert "picture=coffee" in query(studio.page)
    studio.run()
    studio.set_number("steps", 5000)
    studio.page.click("#run")
    studio.page.wait_for_selector("text=se recibió 5000")
    studio.page.wait_for_selector("#run:not([disabled])")
    assert languages.text("STOP", "es") in studio.page.inner_text("#stop")
    studio.page.click(".toast-close")  # for ten seconds it covers the links
    studio.page.click("#languages a")
    studio.page.wait_for_selector("#run >> text=Run")
    studio.complaints.clear()
    assert "picture=coffee" in query(studio.page)
    assert not studio.complaints


def test_plots_come_when_asked_for_and_follow_the_time_bar(visit):
    studio = visit()
    studio.run()
    assert not any("plotly" in url for url in studio.requests)
    studio.page.click("#numbers > button")
    studio.page.wait_for_selector("#numbers-plot .js-plotly-plot .main-svg")
    bar = studio.page.locator(".player input[type=range]")
    at = "document.querySelector('#numbers-plot .js-plotly-plot').layout.shapes[0].x0"
    bar.fill("3")
    studio.page.wait_for_function(f"{at} === 3")
    for label in studio.page.locator("#numbers-which label").all()[1:]:
        label.click()
        studio.page.wait_for_timeout(300)
        studio.page.wait_for_selector("#numbers-plot .js-plotly-plot .main-svg")
    assert not studio.complaints


def test_any_resolution_is_read_from_the_run(visit):
    studio = visit()
    studio.page.click("#resolution > button")
    studio.page.wait_for_selector("#resolution-slider img")
    studio.page.wait_for_selector("#resolution-scores >> text=dB")
    studio.page.locator("#resolution-left label").nth(2).click()
    studio.page.locator("#resolution-size label").nth(4).click()
    side = len(pictures.offered()[0].original)
    studio.page.wait_for_selector(f"#resolution-scores >> text=has {side} × {side} pixels")
    assert not studio.complaints


@pytest.mark.parametrize("task", readings.PRESETS)
def test_one_click_sets_a_task_up_and_runs_it(visit, task):
    studio = visit()
    studio.page.click("#resolution > button")
    studio.page.wait_for_selector("#resolution-slider img")
    before = studio.player("run")
    studio.page.click(f"#task-{task}")
    studio.wait(f"player.run && player.run !== '{before}' && player.frames === player.total")
    wanted = readings.PRESETS[task]
    sheet, _ = handlers.reveal(pictures.offered()[0], wanted.percent, wanted.pattern, wanted.seed, wanted.drawn)
    assert studio.page.get_attribute(".painter", "data-mask") == sheet["mask"]
    assert not studio.complaints
