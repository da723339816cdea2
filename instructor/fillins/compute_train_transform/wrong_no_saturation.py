"""The color jitter leaves the saturation out.

Caught by: test_transform_color_jitter
Hint: Use the color_jitter that is given.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([transforms.ColorJitter(0.4, 0.4, hue=0.1)], p=0.8),
    transforms.RandomGrayscale(p=0.2),
]
