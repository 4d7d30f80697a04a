"""What runs and lanes are called on the page."""

from __future__ import annotations

from collections.abc import Sequence

from demo import menus, strings
from demo.components import player
from demo.request import Request, solver_of
from demo.steps import display_steps
from fieldlib.registry import one_call


def lane_of(request: Request) -> player.Lane:
    """What the player says of a lane."""
    name, total = menus.model_title(request.model), len(display_steps(request.steps))
    single = one_call(request.model)
    return player.Lane(request.model, name, how(request), request.samples, single, request.steps, total)


def how(request: Request) -> str:
    """Solver and steps as people read them."""
    if menus.answers_at_once(request.model):
        return strings.HOW_EXACT
    text = strings.HOW_ONE if request.steps == 1 else strings.HOW
    return text.format(solver=menus.solver_title(solver_of(request)), steps=request.steps)


def heading(requests: Sequence[Request]) -> str:
    """What a run is called in the player."""
    if len(requests) > 1:
        return strings.COMPARISON.format(len(requests))
    return strings.MODEL_RUN.format(model=menus.model_title(requests[0].model), how=how(requests[0]))
