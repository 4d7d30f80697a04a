"""The classifier that judges reconstructions, its distance, and the study made with it."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from fieldlib.classifier import Classifier, describe, frechet_distance, load_classifier, save_classifier
from fieldlib.data import load_labels, load_pictures
from fieldlib.errors import InputError
from fieldlib.points import to_values
from train_scripts import recognition, train_classifier

PROMISED = 0.85


def normal(count, size, seed=0):
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_equal_features_have_no_distance():
    features = normal(200, 5)
    assert frechet_distance(features, features) == pytest.approx(0, abs=1e-9)


def test_a_shift_counts_squared():
    features, shift = normal(200, 3), torch.tensor([3.0, 0.0, -4.0], dtype=torch.float64)
    assert frechet_distance(features, features + shift) == pytest.approx(25)


def test_distance_of_gaussians_that_differ_in_width():
    features = normal(200, 4)
    spread = features.T.cov().trace()
    assert frechet_distance(features, 3 * (features - features.mean(0)) + features.mean(0)) == pytest.approx(4 * spread)


def test_distance_is_symmetric_and_does_not_see_rotations():
    one, other = normal(100, 4), normal(100, 4, seed=1) * torch.tensor([1.0, 2.0, 0.5, 3.0], dtype=torch.float64)
    turn, _ = torch.linalg.qr(normal(4, 4, seed=2))
    distance = frechet_distance(one, other)
    assert frechet_distance(other, one) == pytest.approx(distance)
    assert frechet_distance(one @ turn, other @ turn) == pytest.approx(distance)


@pytest.mark.parametrize(("first", "second"), [((1, 3), (5, 3)), ((5, 3), (5, 4))])
def test_distance_refuses_too_little(first, second):
    with pytest.raises(InputError, match="at least 2 features"):
        frechet_distance(torch.zeros(first), torch.zeros(second))


def test_missing_and_foreign_weights_are_refused(tmp_path):
    with pytest.raises(InputError, match="no classifier in"):
        load_classifier(tmp_path / "none.safetensors")
    save_classifier(Classifier(widths=(8, 8, 8)), tmp_path / "other.safetensors")
    with pytest.raises(InputError, match="train_classifier"):
        load_classifier(tmp_path / "other.safetensors")


def test_half_precision_is_saved_and_read(tmp_path):
    network = Classifier().eval()
    save_classifier(network, tmp_path / "c.safetensors")
    pictures = to_values(np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8))
    ours, theirs = (
        describe(one, pictures)[0]
        for one in (network.requires_grad_(False), load_classifier(tmp_path / "c.safetensors"))
    )
    assert torch.allclose(ours, theirs, atol=0.02)


@pytest.mark.slow
def test_the_bundled_classifier_is_as_good_as_promised(cifar_folder):
    if cifar_folder is None:
        pytest.skip("needs CIFAR-10 and its classes")
    pictures, labels = (load(cifar_folder, "test", 300) for load in (load_pictures, load_labels))
    assert train_classifier.accuracy(load_classifier(), pictures, labels) > PROMISED


def test_the_card_tells_the_accuracy():
    card = (train_classifier.CLASSIFIER.parent / "README.md").read_text()
    share = float(card.partition("**")[2].partition("%")[0]) / 100
    assert share > PROMISED and "no test picture" in card


@pytest.mark.slow
def test_a_quick_run_agrees_with_the_bundled_study(cifar_folder, capsys, tmp_path):
    if cifar_folder is None:
        pytest.skip("needs CIFAR-10 and its classes")
    if not recognition.Options.out.exists():
        pytest.fail("make the study with python -m train_scripts.recognition")
    options = recognition.Options(str(cifar_folder), models=("flow_matching/tiny_conv", "thin_plate"), quick=True)
    recognition.main(options)
    assert "2 models on 32 pictures agree" in capsys.readouterr().out
    document = json.loads(options.out.read_text())
    for cell in document["cells"]:
        if cell["model"] == "thin_plate":
            cell["sample_quick"] += 0.05
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(document))
    with pytest.raises(InputError, match=r"thin_plate sample_quick is .* the file says"):
        recognition.main(recognition.Options(str(cifar_folder), models=("thin_plate",), quick=True, out=wrong))


def test_too_few_pictures_are_refused():
    with pytest.raises(InputError, match="at least 32 pictures and 1 sample; got 3, 1"):
        recognition.main(recognition.Options(limit=3))


def test_what_cannot_be_drawn_is_refused():
    judge = recognition.Judge(load_classifier(), torch.zeros(2, dtype=torch.long), torch.zeros(2, 64))
    pictures = np.zeros((2, 32, 32, 3), np.uint8)
    with pytest.raises(InputError, match="seed is a whole number from 0 to 4294967295; got -1"):
        recognition.score("nearest", pictures, judge, -1, recognition.Options())


@pytest.mark.training
def test_training_learns_saves_and_goes_on(cifar_folder, tmp_path):
    if cifar_folder is None:
        pytest.skip("needs CIFAR-10 and its classes")
    options = train_classifier.Options(
        str(cifar_folder),
        epochs=4,
        batch_size=8,
        limit=640,
        run=tmp_path / "run",
        out=tmp_path / "out" / "c.safetensors",
    )
    train_classifier.main(options)
    network = load_classifier(options.out)
    pictures, labels = (load(cifar_folder, "train", 500) for load in (load_pictures, load_labels))
    assert train_classifier.accuracy(network, pictures, labels) > 0.4  # chance is 0.1
    before = options.out.read_bytes()
    train_classifier.main(options)  # nothing is left to do
    assert options.out.read_bytes() == before
    assert "640 training" in (options.out.parent / "README.md").read_text()
    assert "--epochs 4 --batch-size 8 --limit 640`" in (options.out.parent / "README.md").read_text()
    with pytest.raises(InputError, match="choose another --run"):
        train_classifier.main(replace(options, learning_rate=1e-3))
