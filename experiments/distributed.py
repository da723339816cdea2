"""One large batch over several processes, with the gradients of a single process.

Each process has its part of the batch. The loss compares a view with those of all processes, and batch
normalization uses the statistics of the whole batch; so both hand values, and in the backward pass gradients,
from process to process.
"""

import os
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import nn


@dataclass(frozen=True)
class World:
    """The processes that train together: the number of this one, and of all."""

    rank: int = 0
    size: int = 1

    @property
    def first(self):
        """True in the one process that writes files and shows progress."""
        return self.rank == 0

    def part(self, n):
        """Return the slice of a batch of n images that is this process's.

        Raises ValueError when n images can't be shared equally.
        """
        if n % self.size:
            raise ValueError(f"a batch of {n} images can't be shared equally by {self.size} processes.")
        each = n // self.size
        return slice(self.rank * each, (self.rank + 1) * each)

    def agree(self, value):
        """Return the first process's `value` in all of them."""
        values = [value]
        if self.size > 1:
            dist.broadcast_object_list(values)
        return values[0]


def join():
    """Join the other processes when torchrun has started this one; return the World and the device.

    NCCL on GPUs, one for each process of a machine; gloo on CPUs.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    cuda = torch.cuda.is_available()
    if cuda:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    if size > 1:
        # After a restart the store still has the addresses of the processes before: names of its own keep
        # them apart. (torchrun itself does not, and the new processes would wait for the old ones.)
        store, rank, size = next(iter(dist.rendezvous("env://")))
        store = dist.PrefixStore(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"), store)
        dist.init_process_group("nccl" if cuda else "gloo", store=store, rank=rank, world_size=size)
    device = torch.device("cuda", torch.cuda.current_device()) if cuda else torch.device("cpu")
    return World(int(os.environ.get("RANK", "0")), size), device


def leave():
    """Leave the group of processes, if there is one."""
    if dist.is_available() and dist.is_initialized():
        dist.destroy_process_group()


def gather_rows(rows):
    """Return the (N, D) of every process below each other, (size · N, D), and where the own ones start.

    All processes need the same N. The gradient of a row is the sum of what all processes ask of it.
    """
    if not (dist.is_available() and dist.is_initialized()):
        return rows, 0
    return _Gather.apply(rows), dist.get_rank() * len(rows)


def whole_batch_norm(model):
    """Make every batch normalization of the model use the statistics of all processes; return the model."""
    if next(model.parameters()).device.type == "cuda":
        return nn.SyncBatchNorm.convert_sync_batchnorm(model)
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.modules.batchnorm._BatchNorm):
                setattr(parent, name, _WholeBatchNorm.like(child))
    return model


class _WholeBatchNorm(nn.modules.batchnorm._BatchNorm):
    """Batch normalization over all processes on CPUs, which torch's SyncBatchNorm does not serve."""

    @classmethod
    def like(cls, layer):
        new = cls(layer.num_features, layer.eps, layer.momentum, layer.affine, layer.track_running_stats)
        new.to(layer.weight.device, layer.weight.dtype)
        new.load_state_dict(layer.state_dict())
        return new.train(layer.training)

    def _check_input_dim(self, x):
        pass  # any (B, C, ...) will do

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        axes = [axis for axis in range(x.dim()) if axis != 1]
        shape = [1, -1] + [1] * (x.dim() - 2)
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        count = x.numel() // x.shape[1] * dist.get_world_size()
        mean = _Sum.apply(wide.sum(axes)) / count
        centered = wide - mean.view(shape)
        variance = _Sum.apply(centered.square().sum(axes)) / count
        with torch.no_grad():
            self.num_batches_tracked += 1
            # Without a momentum the running statistics are the plain mean over all batches so far.
            share = 1 / self.num_batches_tracked.item() if self.momentum is None else self.momentum
            self.running_mean.lerp_(mean, share)
            self.running_var.lerp_(variance * count / max(count - 1, 1), share)
        scale = self.weight * torch.rsqrt(variance + self.eps)
        return (centered * scale.view(shape) + self.bias.view(shape)).to(x.dtype)


class _Sum(torch.autograd.Function):
    """The sum over the processes; each process's gradient is the sum of all gradients."""

    @staticmethod
    def forward(ctx, x):
        x = x.contiguous().clone()
        dist.all_reduce(x)
        return x

    @staticmethod
    def backward(ctx, gradient):
        gradient = gradient.contiguous().clone()
        dist.all_reduce(gradient)
        return gradient


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx, rows):
        ctx.own = slice(dist.get_rank() * len(rows), (dist.get_rank() + 1) * len(rows))
        everyone = [torch.empty_like(rows) for _ in range(dist.get_world_size())]
        dist.all_gather(everyone, rows.contiguous())
        return torch.cat(everyone)

    @staticmethod
    def backward(ctx, gradient):
        gradient = gradient.contiguous().clone()
        dist.all_reduce(gradient)
        return gradient[ctx.own]
