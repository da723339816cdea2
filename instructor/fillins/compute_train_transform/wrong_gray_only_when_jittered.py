"""Grayscale and jitter share one chance.

Caught by: test_transform_grayscale
Hint: Each of the four transforms draws for itself.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter, transforms.RandomGrayscale(p=0.25)], p=0.8),
]
