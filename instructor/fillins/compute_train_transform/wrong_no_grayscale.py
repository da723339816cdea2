"""The grayscale step is missing.

Caught by: test_transform_grayscale
Hint: Four transforms are asked for; the last makes one view in five gray.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter], p=0.8),
]
