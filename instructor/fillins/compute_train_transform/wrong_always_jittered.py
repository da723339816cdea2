"""The color jitter acts on every view.

Caught by: test_transform_color_jitter
Hint: RandomApply with p=0.8 leaves one view in five as it is.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    color_jitter,
    transforms.RandomGrayscale(p=0.2),
]
