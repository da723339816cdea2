"""Views are 224 pixels wide, as for ImageNet.

Caught by: test_transform_output
Hint: The views of small images are 32 × 32.
"""

augmentations = [
    transforms.RandomResizedCrop(224),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter], p=0.8),
    transforms.RandomGrayscale(p=0.2),
]
