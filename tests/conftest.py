"""Pictures for tests: CIFAR-10 where this machine has it, crops of the bundled gallery elsewhere."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from fieldlib.acceleration import settled_precision
from fieldlib.data import load_pictures
from fieldlib.data.gallery import sample_pictures

ROOT = Path(__file__).resolve().parent.parent
COUNT = 64


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """The networks of the tests are too small for two threads, which only wait for each other on a busy machine."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Tests neither use nor fill the cache of the person who runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIELDLIB_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_precision():
    """Near the limit two processes may measure differently what bf16 gains; tests that compare them need one answer."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settled_precision().items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def cifar_folder():
    """The folder of CIFAR-10, or None."""
    folder = Path(os.environ.get("FIELDLIB_DATA") or ROOT.parent / "shared" / "data" / "cifar10")
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def pictures(cifar_folder):
    """Test pictures, uint8 (64, 32, 32, 3)."""
    return sample_pictures(COUNT) if cifar_folder is None else np.array(load_pictures(cifar_folder, "test", COUNT))
