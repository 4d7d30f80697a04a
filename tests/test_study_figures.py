"""Figures of the study: what the page's tests cannot see in them."""

import pytest

from demo import study_figures

COLUMN = "estimate_psnr_unobserved"


def rows_of(values):
    return [{"group": "width", "variant": str(i), COLUMN: value} for i, value in enumerate(values)]


def test_an_ablation_far_out_stands_at_the_edge_with_its_number():
    rows = rows_of([22.0, 22.1, 22.2, 22.3, 14.37, 40.0])
    rows[0]["interval"] = rows[4]["interval"] = {COLUMN: 0.05}
    (dots,) = study_figures.ablation(rows, COLUMN).data
    assert list(dots.x) == [22.0, 22.1, 22.2, 22.3, 22.0, 22.3]
    assert dots.marker.symbol == ("circle",) * 4 + ("triangle-left", "triangle-right")
    assert dots.text == ("",) * 4 + ("14.37", "40.00") and list(dots.customdata) == [row[COLUMN] for row in rows]
    assert list(dots.error_x.array) == [0.05, 0, 0, 0, 0, 0], "no bar beside a number that is elsewhere"


@pytest.mark.parametrize("values", [[21.0], [21.0, 14.0], [21.0, 21.0, 21.0], [20.0, 20.1, 20.2, 20.3]])
def test_without_anything_far_out_all_are_dots_in_their_places(values):
    (dots,) = study_figures.ablation(rows_of(values), COLUMN).data
    assert list(dots.x) == values and set(dots.marker.symbol) == {"circle"}
