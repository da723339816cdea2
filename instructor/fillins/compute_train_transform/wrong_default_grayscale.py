"""The grayscale step has torchvision's default probability, 0.1.

Caught by: test_transform_grayscale
Hint: RandomGrayscale needs p=0.2.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter], p=0.8),
    transforms.RandomGrayscale(),
]
