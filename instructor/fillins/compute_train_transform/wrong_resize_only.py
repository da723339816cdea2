"""The whole image is resized, never a part of it.

Caught by: test_transform_crop
Hint: The first transform takes a random part of the image.
"""

augmentations = [
    transforms.Resize((32, 32)),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter], p=0.8),
    transforms.RandomGrayscale(p=0.2),
]
