"""Pictures to learn from and to test on: CIFAR-10, folders, single files, the bundled gallery."""

from fieldlib.data.loading import load_labels, load_pictures, load_test_labels, load_test_pictures
from fieldlib.data.picture import open_picture, to_square
from fieldlib.data.sparse import SparseDataset

__all__ = [
    "SparseDataset",
    "load_labels",
    "load_pictures",
    "load_test_labels",
    "load_test_pictures",
    "open_picture",
    "to_square",
]
