"""Parts are always square.

Caught by: test_transform_crop
Hint: A part has an aspect ratio between 3/4 and 4/3, torchvision's default.
"""

augmentations = [
    transforms.RandomResizedCrop(32, ratio=(1.0, 1.0)),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter], p=0.8),
    transforms.RandomGrayscale(p=0.2),
]
