"""A device that is named in the code, where the grader has none: known by what PyTorch says, in any task."""

from __future__ import annotations

import re

from instructor.core.result import Diagnosis

NAME = "a_device_by_name"  # in place of a fill-in's
SAID = re.compile(
    r"No(?: NVIDIA driver| CUDA GPUs are available)|Found no NVIDIA driver|CUDA driver|"
    r"not (?:compiled with (?:CUDA|XPU|MPS)|linked with support for \w+ devices)|"
    r"from the '(?:CUDA|MPS|XPU|HPU)' backend|No module named 'torch\.(?:hpu|npu|xpu|mps)'|"
    r"Attempting to deserialize object on a CUDA device|Cannot access accelerator device",
    re.IGNORECASE,
)
MISCONCEPTION = (
    'The code names a device (.cuda(), .to("cuda"), "mps") that the machine which grades has not got.'
)
HINT = "Stay on the device of what you are given: X.device, z.device, or the argument `device`."


def named_device(message: str) -> Diagnosis | None:
    """The mistake behind a check's message when PyTorch complains of a device; None for another message."""
    if not SAID.search(message):
        return None
    return Diagnosis(NAME, MISCONCEPTION, HINT)
