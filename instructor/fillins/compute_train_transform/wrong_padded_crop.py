"""The crop pads the image and keeps its scale, as for supervised training.

Caught by: test_transform_crop
Hint: RandomResizedCrop takes a part of random size and resizes it; RandomCrop does not.
"""

augmentations = [
    transforms.RandomCrop(32, padding=4, pad_if_needed=True),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter], p=0.8),
    transforms.RandomGrayscale(p=0.2),
]
