"""What a user would pick instead: diffusers' CIFAR-10 U-Net with RePaint, torchcfm's U-Net with dopri5."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import torch
from diffusers import UNet2DModel
from torch import Tensor, nn
from torchcfm.models.unet import UNetModel
from torchdiffeq import odeint

from benchmarks.calls import STEPS, one_call, picture
from benchmarks.effort import Effort
from benchmarks.repaint import JUMP, RESAMPLINGS, Stretch, count_calls
from benchmarks.repaint import STEPS as REPAINT_STEPS
from benchmarks.scenes import UNKNOWN, network
from benchmarks.section import Row, Section
from benchmarks.timing import LEAST, Job, in_turns
from fieldlib.hub import DEFAULT_PRESET

TOLERANCE = 1e-5  # of torchcfm's CIFAR-10 example


def ddpm_unet() -> nn.Module:
    """The network of google/ddpm-cifar10-32 (35.7M parameters) with random weights.

    References: Ho et al. 2020, arXiv 2006.11239; sizes from the published config.json.
    """
    unet: Any = UNet2DModel(
        sample_size=32,
        in_channels=3,
        out_channels=3,
        layers_per_block=2,
        block_out_channels=(128, 256, 256, 256),
        down_block_types=("DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"),
        downsample_padding=0,
        flip_sin_to_cos=False,
        freq_shift=1,
        norm_eps=1e-6,
        norm_num_groups=32,
        attention_head_dim=None,
    )
    return unet


def cfm_unet() -> nn.Module:
    """The network of torchcfm's CIFAR-10 example with random weights.

    References: Tong et al. 2024, arXiv 2302.00482; sizes from examples/images/cifar10.
    """
    return UNetModel(
        dim=(3, 32, 32),
        num_channels=128,
        num_res_blocks=2,
        channel_mult=[1, 2, 2, 2],
        num_heads=4,
        num_head_channels=64,
        attention_resolutions="16",
    )


def measure(effort: Effort) -> list[Row]:
    """Calls in turns, then whole pictures in turns; each ratio is to our call or our picture of the same turns.

    Only RePaint's picture "from its calls" has its time from the turns of calls, and its ratio to our picture of the
    other turns.
    """
    model, weights = network(DEFAULT_PRESET)
    ddpm, cfm = (prepared(unet) for unet in (ddpm_unet(), cfm_unet()))
    x, t = torch.randn(1, 3, 32, 32), torch.tensor(0.5)
    with torch.inference_mode():
        calls: dict[str, Job] = {
            "ours": one_call(model, 1, UNKNOWN),
            "ddpm": lambda: ddpm(x, 500),
            "cfm": lambda: cfm(t, x),
        }
        seconds = in_turns(calls, max(LEAST, effort.rounds), 4 * effort.seconds, in_a_row=2, least=LEAST)
        ode = Trajectory(cfm)
        pictures: dict[str, Job] = {"ours": picture(model, 1, UNKNOWN), "stretch": Stretch(ddpm), "ode": ode}
        whole = in_turns(pictures, max(LEAST, effort.rounds // 6), 4 * effort.seconds, least=LEAST)
    call, ours = seconds["ours"], whole["ours"]
    return [
        record("fieldlib, a call", model, f"{weights} weights, {UNKNOWN} queries", 1, call, call),
        record("diffusers UNet2DModel, a call", ddpm, "google/ddpm-cifar10-32's sizes", 1, seconds["ddpm"], call),
        record("torchcfm UNetModel, a call", cfm, "sizes of its CIFAR-10 example", 1, seconds["cfm"], call),
        record("fieldlib, a picture", model, f"encode and {STEPS} calls", STEPS, ours, ours),
        *repainted(ddpm, seconds["ddpm"], whole["stretch"], ours),
        record(
            "torchcfm + dopri5, a picture",
            cfm,
            f"torchdiffeq, tolerance {TOLERANCE}; the velocity of a fresh network is zero, so a trained one takes "
            "more calls; nothing is inpainted",
            ode.calls,
            whole["ode"],
            ours,
        ),
    ]


def repainted(ddpm: nn.Module, call: Sequence[float], stretch: Sequence[float], ours: Sequence[float]) -> list[Row]:
    """A picture by RePaint takes too long to run: its time comes from a ``call``, and from a ``stretch`` of calls."""
    calls = count_calls()
    return [
        record(
            "diffusers + RePaint, a picture, from its calls",
            ddpm,
            f"T = {REPAINT_STEPS}, jumps of {JUMP}, {RESAMPLINGS} resamplings: {calls:,} calls x time of a call",
            calls,
            [calls * seconds for seconds in call],
            ours,
        ),
        record(
            "diffusers + RePaint, a picture, from a stretch",
            ddpm,
            f"{Stretch.calls} calls and one jump back run with RePaintScheduler, times {calls / Stretch.calls:.0f}",
            calls,
            [calls / Stretch.calls * seconds for seconds in stretch],
            ours,
        ),
    ]


def prepared(unet: nn.Module) -> nn.Module:
    """``unet`` ready for sampling, its weights laid out as ours are, which is the faster way for it too."""
    return unet.eval().requires_grad_(False).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def record(name: str, module: nn.Module, what: str, calls: int, seconds: Sequence[float], ours: Sequence[float]) -> Row:
    """One row: the median of ``seconds``, of how many ``rounds`` it is, and its ``ratio`` to the median of ``ours``."""
    median = statistics.median(seconds)
    return {
        "name": name,
        "what": f"{what}; one sample, fp32",
        "params": sum(p.numel() for p in module.parameters()),
        "calls": calls,
        "rounds": len(seconds),
        "ms": 1e3 * median,
        "ratio": median / statistics.median(ours),
    }


class Trajectory:
    """torchcfm's way from noise to a picture: torchdiffeq's dopri5 on the network's velocity."""

    def __init__(self, unet: nn.Module) -> None:
        self.unet, self.calls = unet, 0

    def __call__(self) -> Tensor:
        """Run it from noise."""
        self.calls = 0
        x, ends = torch.randn(1, 3, 32, 32), torch.linspace(0, 1, 2)
        return odeint(self.velocity, x, ends, rtol=TOLERANCE, atol=TOLERANCE, method="dopri5")[-1]

    def velocity(self, t: Tensor, x: Tensor) -> Tensor:
        """The network's output; counts the calls."""
        self.calls += 1
        return self.unet(t, x)


SECTION = Section(
    "Against what one would pick instead",
    "A comparison of time only: the peers have random weights, the same number of operations as trained ones. "
    "fieldlib's default preset, fp32, one sample, channels-last; calls in turns with calls (the second "
    "of two in a row, as in a picture), pictures with pictures; RePaint from its calls takes the time of those calls, "
    "over our picture's.",
    {
        "name": ("what", "s"),
        "params": ("parameters", ",d"),
        "calls": ("network calls", ",d"),
        "rounds": ("rounds", "d"),
        "ms": ("ms", ",.1f"),
        "ratio": ("times fieldlib's", ",.1f"),
        "what": ("how", "s"),
    },
    measure,
)
