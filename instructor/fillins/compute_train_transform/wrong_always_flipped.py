"""Every view is flipped.

Caught by: test_transform_flip
Hint: The flip has probability 0.5.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=1.0),
    transforms.RandomApply([color_jitter], p=0.8),
    transforms.RandomGrayscale(p=0.2),
]
