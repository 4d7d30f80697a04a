"""Files of the Hugging Face Hub: fetched with progress, checked against their checksum, kept for later."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from httpx2 import TransportError
from huggingface_hub import snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from fieldlib.errors import InputError

LOGIN = "log in with `hf auth login` or set HF_TOKEN"
SHA256_DIGITS, GIT_DIGITS = 64, 40
CHUNK = 2**20


def fetch(
    repository: str,
    patterns: Sequence[str],
    *,
    revision: str | None = None,
    kind: str = "model",
    local_only: bool = False,
    cache: str | Path | None = None,
    token: str | bool | None = None,
    force: bool = False,
) -> Path:
    """The folder with the files of ``repository`` that match ``patterns``; from the cache when there is no network.

    Args:
        repository: ``user/name``.
        patterns: names of the wanted files, with * for any text.
        revision: branch, tag or commit; the main branch when None.
        kind: ``"model"`` or ``"dataset"``.
        local_only: do not ask the Hub.
        cache: folder of the cache; the one of huggingface_hub when None.
        token: access token, or False for none; the one of this login when None.
        force: fetch again what is cached.

    Raises:
        InputError: no network and not cached, no permission, no such repository or revision, damaged on the way.
    """

    def download(again: bool) -> Path:
        return Path(
            snapshot_download(
                repository,
                repo_type=kind,
                revision=revision,
                allow_patterns=list(patterns),
                local_files_only=local_only,
                cache_dir=cache,
                token=token,
                force_download=again,
            )
        )

    with plain_errors(repository, revision):
        folder = download(force)
        if damaged(folder, patterns) and not local_only:
            folder = download(again=True)
    for file in damaged(folder, patterns):
        raise InputError(f"{file} is damaged: its checksum differs from the Hub's. Delete {folder} and fetch it again")
    return folder


def damaged(folder: Path, patterns: Sequence[str]) -> list[Path]:
    """The files in a cached snapshot whose content differs from the checksum that names their blob."""
    files = {file for pattern in patterns for file in folder.glob(pattern) if file.is_file()}
    return sorted(file for file in files if not _intact(file))


def _intact(file: Path) -> bool:
    """Whether the content is what the Hub announced; True where the cache keeps copies in place of named blobs."""
    blob = file.resolve()
    digits = len(blob.name)
    if blob.parent.name != "blobs" or digits not in (SHA256_DIGITS, GIT_DIGITS):
        return True
    digest = hashlib.sha256() if digits == SHA256_DIGITS else hashlib.sha1(f"blob {blob.stat().st_size}\0".encode())
    with blob.open("rb") as content:
        while part := content.read(CHUNK):
            digest.update(part)
    return digest.hexdigest() == blob.name


@contextmanager
def plain_errors(repository: str, revision: str | None = None) -> Iterator[None]:
    """What the Hub or the network refuses becomes an :class:`InputError` that says what to do."""
    at = f" at revision {revision!r}" if revision else ""
    try:
        yield
    except RevisionNotFoundError as error:
        raise InputError(f"{repository!r} has no revision {revision!r}: name a branch, tag or commit of it") from error
    except GatedRepoError as error:
        raise InputError(
            f"{repository!r} is gated: ask for access on its page on the Hub, then {LOGIN} as the account that has it"
        ) from error
    except RepositoryNotFoundError as error:
        raise InputError(
            f"the Hub has no public repository {repository!r}: check the spelling, or {LOGIN} if it is private"
        ) from error
    except HFValidationError as error:
        raise InputError(f"{repository!r} is not a Hub id; one looks like user/repo or user/repo@revision") from error
    except RemoteEntryNotFoundError as error:
        raise InputError(f"a file of {repository!r}{at} is missing on the Hub: {error.server_message}") from error
    except HfHubHTTPError as error:
        raise InputError(_refusal(repository, error)) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, TransportError) as error:
        raise InputError(_unreachable(repository, at, error)) from error
    except OSError as error:
        raise InputError(f"cannot keep {repository!r}{at} on this machine: {error}") from error


def _refusal(repository: str, error: HfHubHTTPError) -> str:
    status = error.response.status_code
    if status == 401:
        return f"the Hub does not accept this login for {repository!r}: {LOGIN} with a token that is valid"
    if status == 403:
        return f"this account may not do that with {repository!r}: {LOGIN} with a token that has the permission"
    return f"the Hub answered {status} for {repository!r}: try again later"


def _unreachable(repository: str, at: str, error: Exception) -> str:
    cause = error if isinstance(error, TransportError) else error.__cause__
    if isinstance(cause, HfHubHTTPError):
        return f"{_refusal(repository, cause)} ({repository!r}{at} is not cached on this machine)"
    if isinstance(error, OfflineModeIsEnabled) or cause is None or isinstance(cause, OfflineModeIsEnabled):
        return (
            f"{repository!r}{at} is not cached on this machine and asking the Hub is switched off "
            "(HF_HUB_OFFLINE or local_files_only): switch it on once"
        )
    return f"{repository!r}{at} is not cached on this machine and the Hub cannot be reached: check the network"
