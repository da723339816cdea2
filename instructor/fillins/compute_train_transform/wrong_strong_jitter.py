"""The color jitter is twice as strong as asked for.

Caught by: test_transform_color_jitter
Hint: Use the color_jitter that is given.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([transforms.ColorJitter(0.8, 0.8, 0.8, 0.2)], p=0.8),
    transforms.RandomGrayscale(p=0.2),
]
