"""Calls the given augmentation of whole batches, which does what the task asks for.

Form: block
Task: compute_train_transform
Earns: 0
Alive: gains
Says: fast_augment
"""

from torchvision.transforms.functional import pil_to_tensor, to_pil_image

from .fast_augment import Augmentation

augment = Augmentation(mean=(0.0,) * 3, std=(1.0,) * 3)
augmentations = [
    transforms.Lambda(lambda image: to_pil_image(augment(pil_to_tensor(image)[None])[0].clamp(0, 1)))
]
