"""Models that travel: saved to a folder, sent to the Hugging Face Hub and loaded again, description included.

References: huggingface_hub's ``PyTorchModelHubMixin``, whose three methods and file names these are.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Self, cast

import torch
from huggingface_hub import HfApi, ModelCard, PyTorchModelHubMixin

from fieldlib.checkpoint import CONFIG, WEIGHTS, load_model, read_config, save_model
from fieldlib.errors import InputError
from fieldlib.model import FieldModel
from fieldlib.model_card import make_card
from fieldlib.remote import fetch, plain_errors

CARD = "README.md"
FILES = (CONFIG, WEIGHTS)


class PretrainedModel(FieldModel, PyTorchModelHubMixin, library_name="fieldlib"):
    """A field model that knows its description ``config``, training record and scores included.

    >>> model = PretrainedModel.from_pretrained("user/repo", revision="v1")
    >>> model.save_pretrained("folder")
    >>> model.push_to_hub("user/other")
    """

    config: dict[str, Any]

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """The model in ``folder``, ready for sampling.

        Raises:
            InputError: a missing, foreign or damaged file.
        """
        model = cast(Self, load_model(folder, cls))
        model.config = read_config(folder)
        return model

    @classmethod
    def from_pretrained(  # type: ignore[override]  # models have no further options
        cls,
        pretrained_model_name_or_path: str | Path,
        *,
        force_download: bool = False,
        token: str | bool | None = None,
        cache_dir: str | Path | None = None,
        local_files_only: bool = False,
        revision: str | None = None,
    ) -> Self:
        """The model in a folder or in the Hub repository ``user/repo`` (``user/repo@revision``).

        Raises:
            InputError: as :func:`fieldlib.remote.fetch`, or the repository holds no fieldlib model.
        """
        name = str(pretrained_model_name_or_path)
        if os.path.isdir(name):
            return cls.open(name)
        repository, _, tail = name.partition("@")
        if tail and revision:
            raise InputError(f"two revisions are given, {tail!r} and {revision!r}: give one")
        revision = revision or tail or None
        folder = fetch(
            repository,
            FILES,
            revision=revision,
            local_only=local_files_only,
            cache=cache_dir,
            token=token,
            force=force_download,
        )
        missing = [file for file in FILES if not (folder / file).is_file()]
        if missing:
            raise InputError(f"{name!r} holds no fieldlib model: it has no {' and no '.join(missing)}")
        return cls.open(folder)

    def push_to_hub(self, repo_id: str, **options: Any) -> str:  # noqa: ANN401
        """Create ``user/repo`` where needed and upload weights, description and card; the address of the commit.

        Args:
            repo_id: the repository.
            options: private, branch, commit_message, token and the others of ``PyTorchModelHubMixin.push_to_hub``;
                a branch that is not there is made, from the main branch.

        Raises:
            InputError: no network, no login or no permission.
        """
        branch = options.get("branch")
        with plain_errors(repo_id, branch):
            if branch:
                api = HfApi(token=options.get("token"))
                api.create_repo(repo_id, private=options.get("private"), exist_ok=True)
                api.create_branch(repo_id, branch=branch, exist_ok=True)
            return str(super().push_to_hub(repo_id, **options))

    def generate_model_card(self, **_template: Any) -> ModelCard:  # noqa: ANN401
        """The card, made from the description."""
        return ModelCard(make_card(self.config))

    def _save_pretrained(self, save_directory: Path) -> None:
        save_model(self, self.config, save_directory, self._stored_type())

    def _stored_type(self) -> torch.dtype:
        """Half precision for weights that came in half precision, which lose nothing by it."""
        state = self.state_dict().values()
        exact = all(torch.equal(x, x.half().float()) for x in state if x.is_floating_point())
        return torch.float16 if exact else torch.float32
