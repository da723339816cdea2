"""The loss of SimCLR for large batches: memory in proportion to N · D, not to N².

The similarities are made a few rows at a time. As the loss is a mean, the gradient of a row is known up to
one number as soon as its softmax is: it is taken on the spot, and no similarity is kept for the backward
pass.
"""

import torch
import torch.nn.functional as F

ROWS = 256  # similarities are made for so many views at a time


def nt_xent(left, right, temperature=0.5, gather=None, rows=ROWS):
    """Return the mean of SimCLR's loss over 2N views (Chen et al. 2020, arXiv:2002.05709, equation 1).

    Inputs:
    - left, right: float tensors (N, D), the projections of the first and the second views, of any length but
      zero. Half precision is computed in float32.
    - temperature: float > 0.
    - gather: for a batch spread over processes: maps (N, D) to the (processes · N, D) of all of them, and
      says where the own rows start, as `distributed.gather_rows` does. The result is then the mean over the
      own views; the mean of that over the processes is the loss of the whole batch.
    - rows: similarities made at a time; it changes memory and time, not the result.

    Returns: scalar tensor, float32 or wider.
    """
    wide = torch.promote_types(left.dtype, torch.float32)
    anchors = F.normalize(torch.cat([left, right]).to(wide), dim=1)  # (2N, D)
    left, right = anchors.chunk(2)
    positives = (left * right).sum(dim=1)  # (N,): a view has the same one as its partner
    (all_left, start), (all_right, _) = (gather(left), gather(right)) if gather else ((left, 0), (right, 0))
    keys = torch.cat([all_left, all_right]) if gather else anchors  # (2M, D)
    own = torch.arange(start, start + len(left), device=left.device)
    own = torch.cat([own, own + len(all_left)])  # where the anchors are among the keys
    return _MeanLogSumExp.apply(anchors, keys, own, temperature, rows) - positives.mean() / temperature


class _MeanLogSumExp(torch.autograd.Function):
    """Mean over anchors i of log Σ exp(a_i · k_j / temperature) over all keys j but own[i]."""

    @staticmethod
    def forward(ctx, anchors, keys, own, temperature, rows):
        needs_gradient = any(ctx.needs_input_grad[:2])
        total = anchors.new_zeros(())
        if needs_gradient:
            anchor_gradient, key_gradient = torch.empty_like(anchors), torch.zeros_like(keys)
        for start in range(0, len(anchors), rows):
            few = slice(start, start + rows)
            a, itself = anchors[few], own[few, None]
            s = torch.mm(a, keys.T).div_(temperature).scatter_(1, itself, -torch.inf)  # (rows, 2M)
            log_sum = torch.logsumexp(s, dim=1, keepdim=True)
            total += log_sum.sum()
            if needs_gradient:
                p = s.sub_(log_sum).exp_()  # softmax
                torch.mm(p, keys, out=anchor_gradient[few])
                key_gradient.addmm_(p.T, a)
        if needs_gradient:
            scale = 1 / (len(anchors) * temperature)
            ctx.save_for_backward(anchor_gradient.mul_(scale), key_gradient.mul_(scale))
        return total / len(anchors)

    @staticmethod
    def backward(ctx, upstream):
        anchor_gradient, key_gradient = ctx.saved_tensors
        return upstream * anchor_gradient, upstream * key_gradient, None, None, None
