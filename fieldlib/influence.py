"""Which known points an estimate rests on: the gradient of the estimate with respect to the context's values."""

from __future__ import annotations

import torch
from torch import Tensor

from fieldlib.errors import InputError
from fieldlib.model import FieldModel
from fieldlib.points import Points
from fieldlib.sampling import Model, checked, everywhere


def influence(model: Model, context: Points, coords: Tensor, query: int) -> Tensor:
    """How strongly each context point moves the estimate at one query, (B, M), at least 0.

    The norm over channels of d(mean over channels of x0 at the query) / d(value of the point), for the estimate at
    t = 1: the change of the query's grey value when the point changes by one unit of value.

    Args:
        model: a trained model; baselines have no gradient.
        context: known points of B pictures.
        coords: coordinates (N, D) or (B, N, D) that are estimated together, as in a run.
        query: index of the query among the coordinates.

    Raises:
        InputError: bad points, no such query, or a baseline.

    References: Simonyan et al. 2014 (gradients as saliency), arXiv 1312.6034.
    """
    context = checked(model, context, coords)
    if not isinstance(model, FieldModel):
        raise InputError("a classical baseline has no gradient that tells where it looked: choose a trained model")
    if not 0 <= query < coords.shape[-2]:
        raise InputError(f"the query is an index from 0 to {coords.shape[-2] - 1}; got {query}")
    with torch.inference_mode(False), torch.enable_grad():
        values = context.values.detach().clone().requires_grad_()
        estimate = model.at(everywhere(coords, context), Points(context.coords, values, context.mask)).estimate()
        (gradient,) = torch.autograd.grad(estimate[:, query].mean(-1).sum(), values)
    return gradient.norm(dim=-1)
