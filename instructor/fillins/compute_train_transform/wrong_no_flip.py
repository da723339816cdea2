"""The flip is missing.

Caught by: test_transform_flip
Hint: Half of the views are flipped left to right.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomApply([color_jitter], p=0.8),
    transforms.RandomGrayscale(p=0.2),
]
