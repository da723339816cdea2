"""Parts are never smaller than 20 % of the area.

Caught by: test_transform_crop
Hint: A part has 8 % to 100 % of the area, torchvision's default.
"""

augmentations = [
    transforms.RandomResizedCrop(32, scale=(0.2, 1.0)),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter], p=0.8),
    transforms.RandomGrayscale(p=0.2),
]
