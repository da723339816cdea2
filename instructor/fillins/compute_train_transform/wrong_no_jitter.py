"""The color jitter is missing.

Caught by: test_transform_color_jitter
Hint: Four transforms are asked for; the third changes the colors.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomGrayscale(p=0.2),
]
