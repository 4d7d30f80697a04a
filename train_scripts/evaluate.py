"""Score a model or a baseline by the protocol.

python -m train_scripts.evaluate --model flow_matching --data ../shared/data/cifar10 --limit 300 --json scores.json
accelerate launch --num_processes 8 -m train_scripts.evaluate --model flow_matching --limit 10000
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from fieldlib.data import load_test_pictures
from fieldlib.evaluation import evaluate
from fieldlib.files import write_json
from fieldlib.metrics import VIEWS
from fieldlib.parallel import join_team
from train_scripts.cli import output_file, run
from train_scripts.models import load_fast

COLUMNS = ("mse", "mae", "psnr_target", "psnr_unobserved", "psnr_full", "ssim_full")


@dataclass(frozen=True)
class Options:
    """Score a model or a baseline by the protocol of fieldlib.evaluation.

    Attributes:
        model: a method, method/preset, baseline, model folder or Hub id.
        data: Parquet file, folder in the layout of uoft-cs/cifar10 or folder of pictures; the Hub when absent.
        limit: number of test pictures: the first 100 of each class as they come, then the others.
        context: share of the pixels that are known, between 0 and 1.
        pattern: which pixels are known; see fieldlib.PATTERNS.
        solver: the method's default when absent; see fieldlib.SOLVERS.
        steps: solver steps.
        grid: where the steps lie; the method's default when absent; see fieldlib.time_grids.
        temperature: factor on the noise: 0 gives a picture near the mean, 1 a sample.
        samples: samples per picture.
        seed: of masks and noise.
        batch: pictures per network call, what suits the machine when absent; changes speed, not results.
        json: file for the scores.
    """

    model: str = "flow_matching"
    data: str | None = None
    limit: int = 300
    context: float = 0.2
    pattern: str = "uniform"
    solver: str | None = None
    steps: int = 8
    grid: str | None = None
    temperature: float = 1.0
    samples: int = 8
    seed: int = 42
    batch: int | None = None
    json: Path | None = None


def main(options: Options) -> None:
    """Evaluate, print the table, write the JSON."""
    if options.json:
        output_file(options.json, (".json",))
    team = join_team()
    model = load_fast(options.model, team)
    pictures = load_test_pictures(options.data, options.limit)
    own = len(team.share(range(len(pictures))))
    with tqdm(total=own, unit="picture", desc=options.model, disable=not team.is_first) as bar:
        scores = evaluate(
            model,
            pictures,
            context=options.context,
            pattern=options.pattern,
            solver=options.solver,
            steps=options.steps,
            grid=options.grid,
            temperature=options.temperature,
            samples=options.samples,
            seed=options.seed,
            batch=options.batch,
            progress=bar.update,
            team=team,
        )
    if not team.is_first:
        return
    print(table(scores))
    if options.json:
        write_json(options.json, scores)
        print(f"written to {options.json}")


def table(scores: dict[str, Any]) -> str:
    """The scores for people: one row per view, protocol and costs around them."""
    head = (
        f"{scores['method']}: {scores['solver']}, {scores['steps']} steps, {scores['nfe']} network calls; "
        f"N={scores['images']}, seed {scores['seed']}, {scores['context']:.0%} known ({scores['pattern']}), "
        f"{scores['samples']} samples"
    )
    names = {"sample": "one sample", "mean": f"mean of {scores['samples']}", "estimate": "estimate"}
    rows = [f"{'':<12}" + "".join(f"{name.replace('_', ' '):>17}" for name in COLUMNS)]
    for view in VIEWS:
        rows.append(f"{names[view]:<12}" + "".join(f"{scores[f'{view}_{name}']:>17.4f}" for name in COLUMNS))
    ensemble = ("crps", "coverage50", "coverage90", "sharpness")
    tail = "  ".join(f"{name} {shown(scores[name])}" for name in ensemble)
    cost = f"{scores['seconds_per_image']:.4f} s per picture, {scores['params']:,} parameters"
    return "\n".join([head, *rows, tail, cost])


def shown(value: float | None) -> str:
    """Four decimals, or a dash where one sample says nothing."""
    return "-" if value is None else f"{value:.4f}"


if __name__ == "__main__":
    run(Options, main)
