"""The probabilities of jitter and grayscale are exchanged.

Caught by: test_transform_grayscale
Hint: The jitter acts with probability 0.8, grayscale with 0.2.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter], p=0.2),
    transforms.RandomGrayscale(p=0.8),
]
