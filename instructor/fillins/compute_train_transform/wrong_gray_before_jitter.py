"""Views are made gray before their colors are jittered, so that a turn of the hue is lost on gray ones.

Caught by: test_transform_order
Hint: Compare the order of your list with that of the docstring.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomGrayscale(p=0.2),
    transforms.RandomApply([color_jitter], p=0.8),
]
