"""Views are flipped upside down instead of left to right.

Caught by: test_transform_flip
Hint: RandomHorizontalFlip exchanges left and right.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomVerticalFlip(p=0.5),
    transforms.RandomApply([color_jitter], p=0.8),
    transforms.RandomGrayscale(p=0.2),
]
