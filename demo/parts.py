"""The parts of the page as teachers and the guided walk think of them, and the elements that they are made of."""

from __future__ import annotations

PARTS: dict[str, tuple[str, ...]] = {
    "picture": ("picker", "upload", "cifar", "cifar-random"),
    "pixels": ("painter", "percent", "pattern", "seed", "shuffle", "task-inpainting", "task-super_resolution"),
    "method": ("model", "lanes", "advanced"),
    "steps": ("steps-slider", "steps"),
    "noise": ("noise", "new-noise"),
    "run": ("run", "stop", "live"),
    "player": ("player",),
    "numbers": ("numbers",),
    "resolution": ("resolution",),
    "learn": ("guide", "knowledge"),
    "share": ("share",),
}


def elements(parts: tuple[str, ...]) -> list[str]:
    """The ids of all elements of ``parts``."""
    return [element for part in parts for element in PARTS[part]]
