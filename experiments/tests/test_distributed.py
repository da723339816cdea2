"""Two processes train as one; a killed run goes on as if nothing had happened."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import torch

from cs231n.simclr.model import Model
from experiments import checkpoint, distributed
from experiments.fast.augment import Augmentation
from experiments.fast.loop import Plan, pretrain
from experiments.tests import two_processes

ROOT = Path(__file__).resolve().parents[2]
WORKER = ROOT / "experiments" / "tests" / "two_processes.py"


def in_two_processes(*arguments, data=ROOT):
    """Run two_processes.py; return what it printed, and whether both processes ended well."""
    settings = {
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "CS231N_DATA": str(data),
    }
    command = [sys.executable, WORKER, *map(str, arguments)]
    done = subprocess.run(
        command, env=os.environ | settings, capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout + done.stderr, done.returncode == 0


def test_gradients_of_two_processes_are_those_of_one(tmp_path):
    out, well = in_two_processes("gradients", tmp_path / "two")
    assert well, out
    two_processes.gradients(tmp_path / "one")
    one, two = torch.load(tmp_path / "one"), torch.load(tmp_path / "two")
    assert torch.allclose(one["loss"], two["loss"], rtol=1e-12)
    for part in ("gradients", "state"):
        assert one[part].keys() == two[part].keys()
        for name, value in one[part].items():
            assert torch.allclose(value, two[part][name], rtol=1e-9, atol=1e-12), (part, name)
    assert max(g.abs().max() for g in one["gradients"].values()) > 1e-2  # not zero on both sides


@pytest.mark.parametrize("momentum", [0.3, None])
def test_batch_normalization_over_processes_keeps_the_running_statistics_of_torchs(momentum):
    """One process is enough to show it. Without a momentum they are the mean over all batches."""
    own = torch.nn.BatchNorm1d(3, momentum=momentum)
    batches = torch.randn(3, 8, 3, generator=torch.Generator().manual_seed(0))
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    try:
        shared = distributed.whole_batch_norm(torch.nn.Sequential(torch.nn.BatchNorm1d(3, momentum=momentum)))
        for x in batches:
            torch.testing.assert_close(shared(x), own(x))
    finally:
        distributed.leave()
    torch.testing.assert_close(shared[0].state_dict(), own.state_dict())
    torch.testing.assert_close(shared.eval()(batches[0]), own.eval()(batches[0]))


class KilledError(Exception):
    """Stands for the end of a run."""


def small_run(folder, kill_after=None):
    """Three epochs of pretraining over 12 images, from the folder's checkpoint if there is one."""
    torch.manual_seed(0)
    model = Model(16, "small")
    images = torch.randint(0, 256, (12, 3, 16, 16), generator=torch.Generator().manual_seed(1)).byte()
    file = folder / "checkpoint.pt"

    def keep(state):
        checkpoint.save(state, file)
        if state["epoch"] == kill_after:
            raise KilledError

    plan = Plan(epochs=3, batch_size=4)
    losses = pretrain(
        model, images, plan, Augmentation(size=16), state=checkpoint.load(file), after_epoch=keep
    )
    return losses, model.state_dict()


def test_a_resumed_run_gives_the_weights_of_an_uninterrupted_one(tmp_path):
    losses, weights = small_run(tmp_path / "whole")
    for epoch in (1, 2):
        with pytest.raises(KilledError):
            small_run(tmp_path / "cut", kill_after=epoch)
        torch.randn(7)  # what else the program draws does not matter
    resumed_losses, resumed_weights = small_run(tmp_path / "cut")
    assert resumed_losses == losses
    assert all(torch.equal(value, resumed_weights[name]) for name, value in weights.items())


def test_a_run_whose_process_was_killed_goes_on_to_the_same_weights(tmp_path):
    """SIGKILL to one of two processes in the second epoch; then the same command again."""
    write_small_cifar10(tmp_path)
    out, well = in_two_processes("pretrain", tmp_path / "whole", 0, data=tmp_path)
    assert well, out
    out, well = in_two_processes("pretrain", tmp_path / "cut", 1, data=tmp_path)
    assert "exit codes" in out
    assert "-9" in out
    assert not well
    assert checkpoint.load(tmp_path / "cut" / "checkpoint.pt")["epoch"] == 1
    out, well = in_two_processes("pretrain", tmp_path / "cut", 0, data=tmp_path)
    assert well, out
    assert "from epoch 1" in out
    whole, cut = (torch.load(tmp_path / name / "model.pt") for name in ("whole", "cut"))
    assert all(torch.equal(value, cut[name]) for name, value in whole.items())


def test_torchrun_starts_a_run_that_lost_a_process_again(tmp_path):
    write_small_cifar10(tmp_path)
    options = ["--data", "cifar10", "--epochs", "12", "--batch-size", "4", "--precision", "float32"]
    whole = torchrun(tmp_path, [], [*options, "--folder", str(tmp_path / "whole")])
    out = whole.communicate(timeout=120)[0]
    assert whole.returncode == 0, out
    cut = torchrun(tmp_path, ["--max-restarts", "1"], [*options, "--folder", str(tmp_path / "cut")])
    while not (tmp_path / "cut" / "checkpoint.pt").exists():
        assert cut.poll() is None, cut.communicate()[0]
        time.sleep(0.02)
    psutil.Process(cut.pid).children()[-1].kill()
    try:
        out = cut.communicate(timeout=120)[0]
    finally:
        cut.terminate()
    assert cut.returncode == 0, out
    assert "exitcode: -9" in out
    assert re.search("from epoch [1-9]", out)
    one, other = (torch.load(tmp_path / name / "model.pt") for name in ("whole", "cut"))
    assert all(torch.equal(value, other[name]) for name, value in one.items())


def torchrun(data, options, arguments):
    """Start experiments.pretrain in two processes."""
    settings = {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "CS231N_DATA": str(data)}
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        *options,
    ]
    command += ["-m", "experiments.pretrain", *arguments]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_an_unfinished_checkpoint_never_takes_the_place_of_a_whole_one(tmp_path, monkeypatch):
    file = tmp_path / "checkpoint.pt"
    checkpoint.save({"epoch": 1}, file)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        checkpoint.save({"epoch": 2}, file)
    assert checkpoint.load(file) == {"epoch": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_damaged_checkpoint_is_said_to_be_one(tmp_path):
    file = tmp_path / "checkpoint.pt"
    file.write_bytes(b"not a checkpoint")
    with pytest.raises(ValueError, match="is not a checkpoint"):
        checkpoint.load(file)


def write_small_cifar10(folder):
    """Five batches of eight random images in the format of CIFAR-10's own files."""
    import pickle

    import numpy as np

    rng = np.random.default_rng(0)
    (folder / "cifar-10-batches-py").mkdir(parents=True)
    for n in range(1, 6):
        batch = {
            "data": rng.integers(0, 256, (8, 3072), dtype=np.uint8),
            "labels": rng.integers(0, 10, 8).tolist(),
        }
        (folder / "cifar-10-batches-py" / f"data_batch_{n}").write_bytes(pickle.dumps(batch))
