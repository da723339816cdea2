"""A device that is named in the code is recognized by what PyTorch says, in every task."""

import pytest

from instructor.core.result import CheckResult
from instructor.core.tasks import code_tasks
from instructor.diagnosis.devices import NAME, named_device
from instructor.diagnosis.diagnose import diagnose

SAID = [  # by PyTorch 2.14
    "RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU",
    "AssertionError: Torch not compiled with CUDA enabled",
    "RuntimeError: No CUDA GPUs are available",
    "RuntimeError: PyTorch is not linked with support for mps devices",
    "NotImplementedError: Could not run 'aten::empty.memory_format' with arguments from the 'MPS' backend.",
    "AssertionError: Torch not compiled with XPU enabled",
]


@pytest.mark.parametrize("said", SAID)
def test_a_named_device_is_known_by_what_is_said_of_it(said):
    found = named_device(f"your code raised {said} (cs231n/simclr/utils.py, line 30)")
    assert found.fillin == NAME
    assert ".cuda()" in found.misconception
    assert "X.device" in found.hint


@pytest.mark.parametrize(
    "said", ["expected (2, 3), got (3, 2)", "your code raised NameError: name 'cuda' is not defined"]
)
def test_other_messages_are_of_no_device(said):
    assert named_device(said) is None


def test_each_task_gets_the_diagnosis_and_none_is_led_astray_by_that_of_another():
    failed = [
        CheckResult(f"test_{task.id}", task.id, next(iter(task.aspects)), "Right.", "failed", SAID[3])
        for task in code_tasks()
    ]
    for result in diagnose(failed, {}, seconds=5.0):
        assert [each.fillin for each in result.diagnosis] == [NAME], result.task


def test_what_pytorch_says_here_of_a_device_is_known():
    torch = pytest.importorskip("torch")
    for device in ("cuda", "mps", "xpu"):
        if torch.accelerator.is_available():
            pytest.skip("this machine has one")
        with pytest.raises((RuntimeError, AssertionError, NotImplementedError)) as error:
            torch.nn.Linear(1, 1).to(device)
        assert named_device(f"your code raised {type(error.value).__name__}: {error.value}")
