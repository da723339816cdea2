"""The list turns the image into a tensor, which is done after it.

Caught by: test_transform_output
Hint: The step to a tensor is given below the block; leave it out of the list.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter], p=0.8),
    transforms.RandomGrayscale(p=0.2),
    transforms.ToTensor(),
]
