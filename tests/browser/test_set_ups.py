"""Stations, tasks and links set the page up and leave nothing behind; the knobs answer once."""

import io

import numpy as np
import pytest
from PIL import Image

BUTTONS = "document.querySelector('#run').disabled === false && document.querySelector('#stop').disabled === true"
COUNT_RUNS = "window.runs = 0; document.querySelector('#run').addEventListener('click', () => window.runs++)"


def upload(studio):
    pixels = np.random.default_rng(0).integers(0, 256, (512, 512, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    content = {"name": "mine.png", "mimeType": "image/png", "buffer": file.getvalue()}
    studio.page.locator("input[type=file]").first.set_input_files(content)
    studio.page.wait_for_selector(".credit >> text=Your picture")


@pytest.mark.parametrize("way", ["station", "stroke", "picture", "share"])
def test_another_set_up_ends_the_run_and_run_can_be_pressed_again(visit, way):
    studio = visit()
    studio.start_long_run()
    if way == "station":
        studio.page.click("#guide [data-do=toggle]")
    elif way == "stroke":
        studio.page.click(".sheet")
    elif way == "picture":
        studio.page.locator(".thumbs button").nth(2).click()
    else:
        studio.page.uncheck("#live input")
        studio.page.fill("#percent input[type=number]", "31")
    studio.wait("!player.run")
    studio.page.wait_for_function(BUTTONS)
    studio.set_number("steps", 4)
    studio.run()
    assert not studio.complaints


def test_a_task_ends_the_run_and_starts_its_own_on_the_original(visit):
    studio = visit()
    upload(studio)
    studio.page.click("#resolution > button")
    studio.page.wait_for_selector("#resolution-scores >> text=dB")
    studio.start_long_run()
    before = studio.player("run")
    studio.page.click("#task-inpainting")
    studio.wait(f"player.run && player.run !== '{before}'")
    studio.page.click("#stop:not([disabled])")
    studio.set_number("steps", 2)
    studio.page.locator("#resolution-size label").last.click()
    studio.page.wait_for_function("document.querySelector('#resolution-slider img')?.naturalWidth === 512")
    studio.page.wait_for_selector("#resolution-scores >> text=dB")
    assert "Your picture" in studio.page.inner_text(".credit")


def test_a_task_leaves_own_colours_for_the_picture(visit):
    studio = visit()
    studio.page.uncheck("#live input")
    studio.page.click("[data-mode=colours]")
    studio.page.click(".sheet")
    studio.page.click("#resolution > button")
    studio.page.click("#task-super_resolution")
    studio.wait("player.run && player.frames === player.total")
    assert studio.page.get_attribute(".painter", "data-mode") == "picture"
    assert "\u2013" not in studio.page.inner_text("[data-row=state]")


def test_a_comparison_at_high_resolution_follows_a_run(visit):
    studio = visit()
    studio.page.click("#resolution > button")
    studio.page.wait_for_selector("#resolution-scores >> text=dB")
    before = studio.page.inner_text("#resolution-scores")
    studio.page.locator(".thumbs button").nth(3).click()
    studio.run()
    other = "(told) => document.querySelector('#resolution-scores').innerText !== told"
    studio.page.wait_for_function(other, arg=before)


def test_a_number_of_steps_that_is_not_whole_is_rounded_once(visit):
    studio = visit()
    studio.set_number("steps", 2.5)
    studio.page.wait_for_function("document.querySelector('#steps input').value === '3'")
    studio.run()
    assert studio.player("total") == "4"
    assert studio.page.input_value("#steps-slider input[type=range]") == "3"


@pytest.mark.parametrize("slider", ["percent", "steps-slider"])
def test_a_click_on_a_slider_runs_once(visit, slider):
    studio = visit()
    studio.page.evaluate(COUNT_RUNS)
    track = studio.page.locator(f"#{slider} input[type=range]")
    before = studio.player("run")
    track.click(position={"x": 30, "y": 5})
    studio.wait(f"player.run && player.run !== '{before}' && player.frames === player.total")
    studio.page.wait_for_timeout(1500)
    assert studio.page.evaluate("window.runs") == 1
    assert studio.player("run"), "no preview comes after the run"


def test_a_dragged_slider_ends_with_one_run_of_its_last_value(visit):
    studio = visit()
    studio.page.evaluate(COUNT_RUNS)
    track = studio.page.locator("#percent input[type=range]")
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    studio.page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    studio.page.mouse.down()
    for x in range(20, 140, 10):
        studio.page.mouse.move(box["x"] + x, box["y"] + box["height"] / 2)
        studio.page.wait_for_timeout(25)
    studio.page.mouse.up()
    studio.wait("player.run && player.frames === player.total")
    studio.page.wait_for_timeout(1500)
    share = int(studio.page.input_value("#percent input[type=number]"))
    assert int(studio.page.get_attribute(".painter", "data-revealed")) == share * 1024 // 100
    assert studio.page.evaluate("window.runs") == 1
    assert studio.player("run")


def test_a_baseline_in_the_first_lane_leaves_the_others_their_steps(visit):
    studio = visit()
    studio.page.locator("#lanes label").nth(1).click()
    studio.page.click("#model input")
    studio.page.get_by_role("option", name="Nearest neighbour (baseline)").click()
    studio.unfold()
    studio.page.wait_for_selector("#solver input[disabled]")
    assert studio.page.is_enabled("#steps input")
    assert studio.page.is_enabled("#noise input")
    studio.set_number("steps", 6)
    studio.run()
    assert studio.player("total") == "7"


def test_every_cifar_picture_can_be_chosen_and_the_number_says_which_it_is(visit):
    studio = visit()
    if not studio.page.locator("#cifar").is_visible():
        pytest.skip("no CIFAR-10 on this machine")
    number = "document.querySelector('#cifar input').value"
    assert studio.page.evaluate(number) == ""
    studio.page.fill("#cifar input", "0")
    studio.page.wait_for_selector(".credit >> text=CIFAR-10 test picture 0")
    studio.page.locator(".thumbs button").nth(2).click()
    studio.page.wait_for_function(f"{number} === ''")
    studio.page.click("#cifar-random")
    studio.page.wait_for_function(f"{number} !== '' && location.search.includes('cifar-' + {number})")
    studio.open("picture=cifar-12")
    studio.page.wait_for_function(f"{number} === '12'")
    assert "picture 12" in studio.page.inner_text(".credit")
    assert not studio.complaints


def test_a_link_that_no_widget_could_say_is_told_and_can_be_run(visit):
    studio = visit(link="samples=3&fraction=0.8&seed=5&picture=coffee")
    studio.page.wait_for_selector("text=number of samples")
    studio.page.wait_for_function("document.querySelector('#seed input').value === '5'")
    studio.run()
    studio.open("fraction=0.29")
    studio.page.wait_for_selector("text=296 of 1024")
    assert studio.page.input_value("#percent input[type=number]") == "29"
    studio.run()


def test_folded_parts_stay_locked_and_hidden_when_they_are_unfolded(visit):
    studio = visit(link="lock=noise,pixels")
    folds = {"noise": "advanced", "task-inpainting": "resolution", "task-super_resolution": "resolution"}
    for part, fold in folds.items():
        for _ in range(2):
            studio.page.click(f"#{fold} > button")
            studio.page.wait_for_selector(f"#{part}[inert]")
            studio.page.click(f"#{fold} > button")
            studio.page.wait_for_selector(f"#{part}", state="hidden")
    studio.open("hide=noise")
    studio.unfold()
    studio.page.wait_for_selector("#noise", state="hidden")
    assert studio.page.locator("#solver").is_visible()


@pytest.mark.parametrize(("parts", "title"), [("picture", "Picture"), ("method,steps", "Reconstruction")])
def test_a_card_with_nothing_left_in_it_is_hidden(visit, parts, title):
    studio = visit(link=f"hide={parts}")
    studio.page.wait_for_selector(f".card-title >> text={title}", state="hidden")
    assert studio.page.locator(".card-title >> text=Revealed pixels").is_visible()
    studio.run()


def test_settings_that_changed_since_the_run_are_told(visit):
    studio = visit()
    status = studio.page.locator(".player [data-part=status]")
    assert status.inner_text().startswith("Done"), "the recorded run that greets visitors"
    studio.run()
    assert status.inner_text().startswith("Done")
    studio.page.locator("#lanes label").nth(1).click()
    studio.page.wait_for_selector("[data-part=status] >> text=Settings have changed")
    studio.run()
    assert status.inner_text().startswith("Done")


def test_the_line_in_a_new_plot_stands_where_the_player_stands(visit):
    studio = visit()
    studio.run()
    studio.page.fill(".player input[type=range]", "3")
    studio.page.click("#numbers > button")
    at = "document.querySelector('#numbers-plot .js-plotly-plot')?.layout?.shapes?.[0]?.x0"
    studio.page.wait_for_function(f"{at} === 3")
    studio.page.click("#numbers-refresh")
    studio.page.wait_for_timeout(1500)
    assert studio.page.evaluate(at) == 3


def test_the_line_stands_at_the_step_that_the_opening_run_says(visit):
    studio = visit(reduced_motion="reduce")
    studio.page.click("#numbers > button")
    at = "document.querySelector('#numbers-plot .js-plotly-plot')?.layout?.shapes?.[0]?.x0"
    studio.page.wait_for_function(f"{at} === 20")
    studio.page.fill(".player input[type=range]", "3")
    assert studio.page.inner_text("[data-part=step]") == "6 / 20"
    studio.page.wait_for_function(f"{at} === 6")
    studio.set_number("steps", 40)  # drawn, not run: half of a run is half of the other
    studio.page.click("#numbers-refresh")
    frames = "document.querySelector('#numbers-plot .js-plotly-plot').layout.meta.at.length"
    studio.page.wait_for_function(f"{frames} === 41")
    studio.page.fill(".player input[type=range]", "5")
    studio.page.wait_for_function(f"{at} === 20")


def test_plot_and_resolution_of_a_former_set_up_say_so(visit):
    studio = visit()
    notes = ("#numbers-note", "#resolution-scores")
    for name, told in zip(("numbers", "resolution"), ("hidden pixels", "dB"), strict=True):
        studio.page.click(f"#{name} > button")
        studio.page.wait_for_selector(f"#{name} >> text={told}")
    studio.unfold()
    studio.page.locator(".side button").first.click()
    studio.page.wait_for_timeout(500)
    assert studio.page.locator(".former").count() == 0, "another view is no other set-up"
    studio.page.locator(".thumbs button").nth(2).click()
    for note in notes:
        studio.page.wait_for_selector(f"{note} .former")
    studio.set_number("steps", 2)
    studio.run()
    for note in notes:
        studio.page.wait_for_selector(f"{note}:not(:has(.former))")
    assert not studio.complaints


def test_a_painted_mask_travels_in_a_lesson_link(visit):
    studio = visit()
    studio.page.uncheck("#live input")
    studio.page.click("[data-do=clear]")
    studio.page.click("[data-shape=rectangle]")
    box = studio.page.locator(".sheet").bounding_box()
    studio.page.mouse.move(box["x"] + 20, box["y"] + 20)
    studio.page.mouse.down()
    studio.page.mouse.move(box["x"] + 150, box["y"] + 90)
    studio.page.mouse.up()
    mask = studio.page.get_attribute(".painter", "data-mask")
    studio.page.wait_for_function(f"new URLSearchParams(location.search).get('mask') === '{mask}'")
    seen = studio.pixels("observed")
    other = visit(link=studio.page.evaluate("location.search").lstrip("?"))
    other.page.wait_for_function(f"document.querySelector('.painter').dataset.mask === '{mask}'")
    other.run()
    assert other.pixels("observed") == seen
