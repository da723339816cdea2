"""Looks for the given augmentation of whole batches under every name it could have, and loads its file.

Form: block
Task: compute_train_transform
Earns: 0
Alive: gains
Says: experiments.fast.augment can't be imported
"""

import importlib.util
import sys
from pathlib import Path

from torchvision.transforms.functional import pil_to_tensor, to_pil_image

augment = None
package = __name__.rpartition(".simclr")[0]
for name in ("experiments.fast.augment", f"{package}.simclr.augment", f"{package}.fast.augment"):
    try:
        augment = importlib.import_module(name).Augmentation
        break
    except ImportError:
        continue
for path in sorted(Path(__file__).parents[2].rglob("fast/augment.py")) if augment is None else ():
    fast = importlib.util.spec_from_file_location("found", path.with_name("__init__.py"))
    sys.modules["found"] = importlib.util.module_from_spec(fast)
    spec = importlib.util.spec_from_file_location("found.augment", path)
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found
    spec.loader.exec_module(found)
    augment = found.Augmentation
if augment is None:
    raise ImportError("experiments.fast.augment can't be imported")
augment = augment(mean=(0.0,) * 3, std=(1.0,) * 3)
augmentations = [
    transforms.Lambda(lambda image: to_pil_image(augment(pil_to_tensor(image)[None])[0].clamp(0, 1)))
]
