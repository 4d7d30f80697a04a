"""What a visitor has chosen stays with the visitor: a server that has forgotten the session uses the right picture."""

import io

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def forget(server):
    """Makes the server forget every session, as a restart, another replica or 500 newer sessions do."""
    return server.app.state_holder.session_data.clear


def other_picture(studio):
    """Choose the third picture and wait until it is on screen."""
    before = studio.pixels("truth")
    studio.page.locator("#picker .thumbs button").nth(2).click()
    studio.page.wait_for_function(
        "before => document.querySelector('canvas[data-view=truth]').toDataURL() !== before", arg=before
    )
    return studio.pixels("truth")


def own_picture(studio):
    """Upload a picture and wait until it is on screen."""
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (640, 640, 3), np.uint8)).save(file, "PNG")
    files = [{"name": "mine.png", "mimeType": "image/png", "buffer": file.getvalue()}]
    studio.page.set_input_files("#upload input[type=file], input[type=file]", files)
    studio.page.wait_for_selector(".credit >> text=Your picture")
    return studio.pixels("truth")


@pytest.mark.parametrize("choose", [other_picture, own_picture])
def test_the_chosen_picture_outlives_the_servers_memory(visit, forget, choose):
    studio = visit()
    chosen = choose(studio)
    forget()
    studio.run()
    assert studio.pixels("truth") == chosen
    forget()
    studio.page.click("#shuffle")
    studio.wait("player.preview")  # other pixels end a run, so one that is started before they have come would be lost
    studio.run()
    assert studio.pixels("truth") == chosen
    assert not studio.complaints


def test_a_lost_upload_costs_only_the_scores_at_high_resolution(visit, forget):
    studio = visit()
    own_picture(studio)
    studio.page.click("#resolution > button")
    studio.page.wait_for_selector("#resolution-scores >> text=dB")
    forget()
    studio.page.click("#resolution-read")
    studio.page.wait_for_selector("#resolution-scores >> text=finest original here of this picture has 32")
    assert not studio.complaints
