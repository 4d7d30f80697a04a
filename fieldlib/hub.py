"""Finding a model by name: bundled weights, a folder, a Hub repository or a classical baseline."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, RepositoryNotFoundError

from fieldlib.assets import WEIGHTS as BUNDLED
from fieldlib.baselines.base import Baseline
from fieldlib.checkpoint import CONFIG, WEIGHTS, load_model
from fieldlib.errors import InputError
from fieldlib.model import FieldModel
from fieldlib.registry import BASELINES, METHODS

DEFAULT_PRESET = "tiny"


def load(name: str | Path, revision: str | None = None) -> FieldModel | Baseline:
    """The model called ``name``, ready for :func:`fieldlib.sample`.

    Args:
        name: a method (``"flow_matching"``), a method and preset (``"flow_matching/tiny"``), a baseline
            (``"thin_plate"``), a folder with config.json and model.safetensors, or a Hub id (``"user/repo"``).
        revision: branch, tag or commit of a Hub repository.

    Raises:
        InputError: nothing of that name, damaged files, or no network; the message lists what is known.
    """
    text = str(name)
    if text in BASELINES:
        return BASELINES[text]()
    if Path(text).is_dir():
        return load_model(text)
    method, _, preset = text.partition("/")
    if method in METHODS:
        return _load_bundled(method, preset or DEFAULT_PRESET)
    if text.count("/") == 1 and not text.startswith(("/", ".", "~")):
        return load_model(_download(text, revision))
    raise InputError(f"unknown model {text!r}; known: {', '.join(model_names())}, a folder or a Hub id like user/repo")


def model_names() -> tuple[str, ...]:
    """Bundled models as method/preset, then the baselines."""
    bundled = sorted(f"{p.parent.parent.name}/{p.parent.name}" for p in BUNDLED.glob(f"*/*/{CONFIG}"))
    return (*bundled, *BASELINES.names())


def _load_bundled(method: str, preset: str) -> FieldModel:
    folder = BUNDLED / method / preset
    if not (folder / CONFIG).exists():
        raise InputError(
            f"no bundled weights for {method}/{preset}; known: {', '.join(model_names())}. Train them with "
            f"python -m train_scripts.train --method {method} --preset {preset}"
        )
    return _cached(folder, (folder / WEIGHTS).stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _cached(folder: Path, modified: int) -> FieldModel:
    return load_model(folder)


def _download(repository: str, revision: str | None) -> str:
    try:
        return snapshot_download(repository, revision=revision, allow_patterns=[CONFIG, WEIGHTS])
    except RepositoryNotFoundError as error:
        raise InputError(
            f"the Hub has no public repository {repository!r}, or it needs a login (hf auth login)"
        ) from error
    except HFValidationError as error:
        raise InputError(f"{repository!r} is not a Hub id: {error}") from error
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise InputError(f"cannot fetch {repository!r} from the Hub and it is not cached: {error}") from error
