"""Finding a model by name: bundled weights, a folder, a Hub repository or a classical baseline."""

from __future__ import annotations

import os
from functools import cache, lru_cache
from pathlib import Path

from fieldlib.assets import WEIGHTS as BUNDLED
from fieldlib.baselines.base import Baseline
from fieldlib.checkpoint import CONFIG, WEIGHTS
from fieldlib.errors import InputError
from fieldlib.model import FieldModel
from fieldlib.pretrained import PretrainedModel
from fieldlib.registry import BASELINES, METHODS, RIVALS

DEFAULT_PRESET = "tiny_conv"
OFFERED = "FIELDLIB_MODELS"  # environment variable: Hub ids, separated by spaces, that menus offer beside the bundled


def load(name: str | Path, revision: str | None = None) -> FieldModel | Baseline:
    """The model called ``name``, ready for :func:`fieldlib.sample`.

    Bundled models are kept and shared by all who load them: take a ``copy.deepcopy`` before you change one.

    Args:
        name: a method or rival (``"flow_matching"``), one with its preset (``"flow_matching/tiny"``; for a model that
            FIELDLIB_MODELS names, ``"flow_matching/user--repo"``), a baseline (``"thin_plate"``), a folder with
            config.json and model.safetensors, or a Hub id (``"user/repo"`` or ``"user/repo@revision"``).
        revision: branch, tag or commit of a Hub repository.

    Raises:
        InputError: nothing of that name, damaged files, no network or no permission; the message says what to do.
    """
    text = str(name)
    method, _, preset = text.partition("/")
    folder = os.path.isfile(Path(text) / CONFIG)  # unlike Path's, False for what no file can be called
    bundled = not folder and (text in BASELINES or method in METHODS or method in RIVALS)
    if revision is not None and (folder or bundled):
        raise InputError(f"only Hub repositories have revisions; {text!r} is none, but revision {revision!r} is given")
    if folder:
        return PretrainedModel.open(text)
    if text in BASELINES:
        return BASELINES[text]()
    if bundled:
        return _load_preset(method, preset or _default_preset(method))
    if text and os.path.isdir(text):
        raise InputError(f"{text} is no model folder: it has no {CONFIG}")
    if text.count("/") == 1 and not text.startswith(("/", ".", "~")):
        try:
            return PretrainedModel.from_pretrained(text, revision=revision)
        except InputError as error:
            known = f"no folder and no bundled model is called {text!r} either; bundled: {', '.join(model_names())}"
            raise InputError(f"{error} ({known})") from error
    raise InputError(f"unknown model {text!r}; known: {', '.join(model_names())}, a folder or a Hub id like user/repo")


def model_names() -> tuple[str, ...]:
    """Bundled models as method/preset, methods before rivals, then those of FIELDLIB_MODELS, then the baselines."""
    bundled = (f"{method}/{preset}" for method in (*METHODS, *RIVALS) for preset in _presets(method))
    return (*bundled, *_offered(os.environ.get(OFFERED, "")), *BASELINES.names())


def hub_id(preset: str) -> str:
    """``user/repo`` of the preset ``user--repo``; empty for a bundled preset."""
    return preset.replace("--", "/") if "--" in preset else ""  # no Hub id holds two hyphens in a row


@cache
def _offered(ids: str) -> tuple[str, ...]:
    """The Hub models ``ids`` as method/user--repo, so that they have a method and a preset like the bundled ones.

    Raises:
        InputError: one that cannot be had.
    """
    return tuple(f"{_from_hub(one).config['method']}/{one.replace('/', '--')}" for one in ids.split())


@cache
def _from_hub(repository: str) -> PretrainedModel:
    return PretrainedModel.from_pretrained(repository)


def _presets(method: str) -> list[str]:
    return sorted(path.parent.name for path in BUNDLED.glob(f"{method}/*/{CONFIG}"))


def _default_preset(method: str) -> str:
    presets = _presets(method)
    return DEFAULT_PRESET if DEFAULT_PRESET in presets or not presets else presets[0]


def _load_preset(method: str, preset: str) -> FieldModel:
    if hub_id(preset):
        model = _from_hub(hub_id(preset))
        if model.config["method"] != method:
            raise InputError(f"{hub_id(preset)} is no {method} but a {model.config['method']}: load it as that")
        return model
    folder = BUNDLED / method / preset
    if not (folder / CONFIG).exists():
        raise InputError(
            f"no bundled weights for {method}/{preset}; known: {', '.join(model_names())}. Train them with "
            f"python -m train_scripts.train --method {method} --preset {preset}"
        )
    weights = folder / WEIGHTS
    return _cached(folder, weights.stat().st_mtime_ns if weights.exists() else 0)


@lru_cache(maxsize=16)
def _cached(folder: Path, modified: int) -> FieldModel:
    return PretrainedModel.open(folder)
