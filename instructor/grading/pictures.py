"""What a student's code makes of two public photos, as pictures beside what it should make of them.

The worker sends tensors; they are judged, scaled and encoded here, so that no file of a student's is opened
or passed on. None of the inputs is one of the hidden checks'.
"""

from __future__ import annotations

import base64
import contextlib
import io
import itertools
import os
from collections.abc import Callable, Collection, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from instructor.core.result import Picture
from instructor.core.text import sanitize
from instructor.core.version import kit_version
from instructor.sandbox.inside import drivers
from instructor.sandbox.inside.recipes import Recipe
from instructor.sandbox.jail import Jail, JailBroken
from instructor.sandbox.student import Student, StudentError

SALIENCY, FOOLING, VISUALIZATION = (
    "compute_saliency_maps",
    "make_fooling_image",
    "class_visualization_update_step",
)
STEPPER = "class_visualization_steps"  # the driver
PHOTOS = (2, 6)  # of the embedded ones
FOOLED = 6  # the class, a stingray, that the first photo is to be taken for
SHOWN_CLASS = 76  # tarantula
ROUNDS, STEPS, SIDE, PENALTY, RATE = 5, 6, 112, 1e-3, 25.0
SECONDS = 20.0  # for one task
PIXELS = 192  # of a side in the report
Ask = Callable[[str], torch.Tensor]


def take_pictures(jail: Jail, tasks: Collection[str], beside: bool) -> list[Picture]:
    """Pictures of the given tasks where the code gives some, with the expected ones when `beside`."""
    takes = {SALIENCY: _saliency, FOOLING: _fooling, VISUALIZATION: _visualization}
    wanted, found = iter([task for task in takes if task in tasks]), []
    with contextlib.suppress(OSError, LookupError):  # without the photos there is nothing to show
        _photos()
        for first in wanted:  # one session reads the network once; after a call that fails there is another
            with contextlib.suppress(StudentError, JailBroken, ValueError), Student(jail) as student:
                for task in itertools.chain([first], wanted):
                    found += _of_task(student, task, takes[task], beside)
    return found


def warm_up() -> None:
    """Make what the pictures of every submission need, so that a fork has it at once."""
    with contextlib.suppress(OSError, LookupError):
        expected(), _names(), _network()


def _of_task(student: Student, task: str, take: Callable, beside: bool) -> list[Picture]:
    yours = take(lambda *arguments: _asked(student, task, *arguments))
    return list(_show(task, yours, expected()[task] if beside else torch.empty(0)))


def _asked(student: Student, task: str, first: torch.Tensor, *others: object) -> torch.Tensor:
    """What a student's function returns, or the image that its steps lead to: (N, C, H, W) or (N, H, W)."""
    if task == VISUALIZATION:
        value = student.drive(STEPPER, SECONDS, image=first, **_stepping(*others))
    else:
        value = student.call(task, first, *others, timeout=SECONDS, after=False).value
    shape = first[:, 0].shape if task == SALIENCY else first.shape
    if not (isinstance(value, torch.Tensor) and value.shape == shape and value.isfinite().all()):
        raise ValueError("not a picture")
    return value.detach().float()


def _stepping(model: Recipe, target_y: int) -> dict:
    return {"model": model, "target_y": target_y, "steps": STEPS, "l2_reg": PENALTY, "learning_rate": RATE}


@cache
def expected() -> dict[str, torch.Tensor]:
    """The reference's answers by task; made once for a kit and kept in the user's cache."""
    from safetensors.torch import load, save

    from instructor.checks.reference import answer, reference
    from instructor.core.files import write_bytes_atomically

    file = _cache_folder() / f"pictures-{kit_version()}.safetensors"
    with contextlib.suppress(OSError, ValueError, KeyError):
        kept = load(file.read_bytes())
        return {task: kept[task] for task in (SALIENCY, FOOLING, VISUALIZATION)}
    made = {}
    for task, take in ((SALIENCY, _saliency), (FOOLING, _fooling), (VISUALIZATION, _visualization)):

        def ask(first, *others, task=task):
            if task == VISUALIZATION:
                return getattr(drivers, STEPPER)(reference(), first, **_stepping(*others))
            arguments = (each.build() if isinstance(each, Recipe) else each for each in others)
            return answer(task)(first, *arguments).detach()

        made[task] = take(ask).contiguous()
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_bytes_atomically(file, save(made))
    return made


def _saliency(ask: Callable) -> torch.Tensor:
    X, y = _photos()
    return ask(X, y, Recipe("pretrained"))


def _fooling(ask: Callable) -> torch.Tensor:
    return ask(_photos()[0][:1], FOOLED, Recipe("pretrained"))


def _visualization(ask: Callable) -> torch.Tensor:
    """A picture of one class: steps by the code in question, with shifts and blurs of the kit's between."""
    from cs231n.image_utils import blur_image, jitter

    image = torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    for k in range(ROUNDS):
        moved = jitter(image, 3 * k % 8, 5 * k % 8)
        image = jitter(ask(moved, Recipe("pretrained"), SHOWN_CLASS), -(3 * k % 8), -(5 * k % 8))
        if k < ROUNDS - 1:
            image = blur_image(image.clone(), sigma=0.5)
    return image


def _show(task: str, yours: torch.Tensor, right: torch.Tensor) -> Iterator[Picture]:
    names, (X, y) = _names(), _photos()
    if task == SALIENCY:
        for k in range(len(X)):
            what = names[int(y[k])]
            yield _picture(task, "photo", f"A photo: {what}.", _photo(X[k]))
            for role, maps in (("yours", yours), ("expected", right))[: 1 + bool(len(right))]:
                yield _picture(task, role, f"The saliency map of the {what}, {role}.", _map(maps[k]))
    elif task == FOOLING:
        what = f"the {names[int(y[0])]} that is to be taken for a {names[FOOLED]}"
        for role, image in (("yours", yours), ("expected", right))[: 1 + bool(len(right))]:
            taken = f"{role}: taken for {_taken_for(image)}"
            yield _picture(task, taken, f"A picture of {what}, {role}.", _photo(image[0]))
            change = _map((image[0] - X[0]).abs().amax(dim=0))
            yield _picture(task, f"change, {role}", f"Where {what} was changed, {role}.", change)
    else:
        for role, image in (("yours", yours), ("expected", right))[: 1 + bool(len(right))]:
            yield _picture(
                task, role, f"What the network looks for in a {names[SHOWN_CLASS]}, {role}.", _photo(image[0])
            )


def _picture(task: str, role: str, alt: str, image: Image.Image) -> Picture:
    data = io.BytesIO()
    image.resize((PIXELS, PIXELS), Image.Resampling.BILINEAR).save(data, "JPEG", quality=80)
    return Picture(task, role, sanitize(alt), base64.b64encode(data.getvalue()).decode())


def _taken_for(image: torch.Tensor) -> str:
    with torch.no_grad():
        return _names()[int(_network()(image).argmax())]


def _photo(tensor: torch.Tensor) -> Image.Image:
    from cs231n.image_utils import deprocess

    return deprocess(tensor[None], should_rescale=True)


def _map(values: torch.Tensor) -> Image.Image:
    """A map (H, W), its largest value white; a constant one is black."""
    values = values.abs()
    scaled = (255 * (values / values.max().clamp_min(1e-12)).sqrt()).round().to(torch.uint8)
    return Image.fromarray(np.asarray(scaled)).convert("RGB")


@cache
def _photos() -> tuple[torch.Tensor, torch.Tensor]:
    from cs231n.data_utils import load_imagenet_val
    from cs231n.image_utils import preprocess

    X, y, _ = load_imagenet_val(source="embedded")
    images = torch.cat([preprocess(Image.fromarray(X[k])) for k in PHOTOS])
    return images, torch.as_tensor(y)[list(PHOTOS)].long()


@cache
def _network() -> torch.nn.Module:
    return Recipe("pretrained").build()


@cache
def _names() -> list[str]:
    from cs231n.data_utils import imagenet_class_names

    return list(imagenet_class_names())


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cs231n-assignment-kit"
