"""Two processes that train together, for test_distributed.py; started apart from pytest's own process.

    two_processes.py gradients FILE        one step over a batch: loss, gradients and statistics go to FILE
    two_processes.py pretrain FOLDER KILL  the command `pretrain`; KILL 1 kills one process after an epoch

torchrun would do as well; forking one program that has imported torch takes a third of its time.
"""

import multiprocessing
import os
import signal
import socket
import sys
from pathlib import Path

import torch
from torch.nn.parallel import DistributedDataParallel

from experiments import pretrain
from experiments.distributed import gather_rows, join, leave, whole_batch_norm
from experiments.fast.loss import nt_xent

OPTIONS = "--data cifar10 --epochs 3 --batch-size 8 --feature-dim 8 --precision float32"


def gradients(file):
    """Save what one step over model_and_batch gives, whether this process is alone or one of several."""
    world, _ = join()
    model, left, right = model_and_batch()
    trained = DistributedDataParallel(whole_batch_norm(model)) if world.size > 1 else model
    own = world.part(len(left))
    out_left, out_right = trained(torch.cat([left[own], right[own]])).chunk(2)
    loss = nt_xent(out_left, out_right, 0.3, gather_rows)
    loss.backward()
    total = loss.detach().clone()
    if world.size > 1:
        torch.distributed.all_reduce(total)
    if world.first:
        by_name = {name: p.grad for name, p in model.named_parameters()}
        torch.save({"loss": total / world.size, "gradients": by_name, "state": model.state_dict()}, file)
    leave()


def model_and_batch():
    """Return a model with batch normalization of both kinds, and two views of eight images, in float64."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3),
        torch.nn.BatchNorm2d(8),
        torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(8, 6),
        torch.nn.BatchNorm1d(6),
    )
    left, right = torch.randn(2, 8, 3, 8, 8, dtype=torch.float64)
    return model.double(), left, right


def run_pretrain(folder, kill):
    """Run the command; with `kill`, the last process dies without a word once a checkpoint is there."""
    if kill and os.environ["RANK"] == "1":
        apply = pretrain.Augmentation.apply

        def killed(*arguments, **options):
            if (Path(folder) / "checkpoint.pt").exists():
                os.kill(os.getpid(), signal.SIGKILL)
            return apply(*arguments, **options)

        pretrain.Augmentation.apply = killed
    sys.exit(pretrain.main([*OPTIONS.split(), "--folder", folder]))


def together(work, *arguments):
    """Run work(*arguments) in two processes that find each other; return their exit codes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    here = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2"}

    def as_rank(rank):
        os.environ.update(here, RANK=str(rank), LOCAL_RANK=str(rank))
        work(*arguments)

    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=as_rank, args=(rank,)) for rank in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


if __name__ == "__main__":
    if sys.argv[1] == "gradients":
        codes = together(gradients, sys.argv[2])
    else:
        codes = together(run_pretrain, sys.argv[2], sys.argv[3] == "1")
    print("exit codes", *codes)
    sys.exit(any(codes))
