"""The color jitter acts with RandomApply's default probability, 0.5.

Caught by: test_transform_color_jitter
Hint: RandomApply needs p=0.8.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter]),
    transforms.RandomGrayscale(p=0.2),
]
