"""The part is always the middle.

Caught by: test_transform_crop
Hint: The part lies anywhere, and its size varies.
"""

augmentations = [
    transforms.CenterCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter], p=0.8),
    transforms.RandomGrayscale(p=0.2),
]
