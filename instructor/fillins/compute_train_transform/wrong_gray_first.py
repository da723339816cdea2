"""The image is made gray before anything else is done to it.

Caught by: test_transform_order
Hint: Compare the order of your list with that of the docstring.
Same as: wrong_gray_before_jitter (a crop or a flip of gray is gray)
"""

augmentations = [
    transforms.RandomGrayscale(p=0.2),
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter], p=0.8),
]
