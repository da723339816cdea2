"""Pretrain an encoder with SimCLR, on one processor or on many.

    python -m experiments.pretrain --data digits --encoder small --folder runs/digits
    torchrun --nproc-per-node 2 -m experiments.pretrain --data cifar10 --encoder resnet18 --folder runs/c10

After every epoch the folder's checkpoint.pt is replaced. A run that was killed, or lost a process, goes on
from it when the same command is given again, with the same result as one that was not. torchrun gives it
again by itself with `--standalone --max-restarts 3`.
"""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

import torch
from tqdm import tqdm

from cs231n.data_utils import MissingData, load_cifar10, load_digits
from cs231n.simclr.model import ENCODERS, Model

from . import checkpoint, precision
from .distributed import join, leave
from .fast.affine import AffineAugmentation
from .fast.augment import Augmentation
from .fast.loop import Plan, pretrain

AUGMENTATIONS = {"digits": AffineAugmentation(), "cifar10": Augmentation()}
LOADERS = {"digits": lambda: load_digits("train")[0], "cifar10": lambda: load_cifar10("train")[0]}


def main(arguments=None):
    """Run the command; return its exit status: 0 trained, 2 when it can't start, with a sentence why."""
    options = _parser().parse_args(arguments)
    world, device = join()
    precision.keep_freed_memory()
    try:
        file = run(options, world, device)
    except (MissingData, ValueError) as error:
        print(f"pretrain: {error}", file=sys.stderr)
        return 2
    finally:
        leave()
    if world.first:
        print(f"The weights are in {file}.")
    return 0


def run(options, world, device):
    """Train as the options say, from the folder's checkpoint if there is one; return the file of weights."""
    plan = Plan(**{name: getattr(options, name) for name in asdict(Plan())})
    images = torch.from_numpy(LOADERS[options.data]()).permute(0, 3, 1, 2).contiguous().to(device)
    world.part(min(plan.batch_size, len(images)))  # says so at once when it can't be shared

    torch.manual_seed(plan.seed)
    model = Model(options.feature_dim, options.encoder).to(device)

    settings = asdict(plan) | {"data": options.data, "encoder": options.encoder, "images": len(images)}
    file = Path(options.folder) / "checkpoint.pt"
    state = checkpoint.load(file, device)
    if state is None:
        chosen = options.precision
        if chosen == "auto":
            shape = (2 * min(plan.batch_size, len(images)) // world.size, 3, 32, 32)
            chosen = world.agree(precision.fastest(model, shape) if world.first else None)
    else:
        chosen = state["precision"]
        if state["settings"] != settings:
            raise ValueError(f"{file} is from other settings: {state['settings']}. Choose another --folder.")

    done = state["epoch"] if state else 0
    bar = tqdm(total=plan.epochs, initial=done, unit="epoch", disable=not world.first)
    if world.first:
        tqdm.write(f"{device}, {world.size} process(es), {precision.NAMED[chosen]}, from epoch {done}")

    def keep(state):
        if world.first:
            checkpoint.save(state | {"settings": settings, "precision": chosen}, file)
        bar.update()
        bar.set_postfix(loss=f"{state['losses'][-1]:.4f}")

    augment = AUGMENTATIONS[options.data]
    pretrain(model, images, plan, augment, precision.NAMED[chosen], world, state, keep)
    bar.close()
    weights = file.with_name("model.pt")
    if world.first:
        checkpoint.save(model.state_dict(), weights)
    return weights


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m experiments.pretrain", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--data", choices=LOADERS, default="digits")
    parser.add_argument("--encoder", choices=ENCODERS, default="small")
    parser.add_argument("--feature-dim", type=int, default=128, help="length of the projection")
    parser.add_argument("--folder", required=True, help="where the checkpoint and the weights are kept")
    parser.add_argument(
        "--precision",
        choices=["auto", *precision.NAMED],
        default="auto",
        help="auto: the fastest in a short trial",
    )
    for name, value in asdict(Plan()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    return parser


if __name__ == "__main__":
    sys.exit(main())
