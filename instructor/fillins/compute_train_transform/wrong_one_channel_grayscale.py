"""Gray views have one channel instead of three.

Caught by: test_transform_grayscale
Hint: A gray view keeps three channels: RandomGrayscale does, Grayscale needs num_output_channels=3.
"""

augmentations = [
    transforms.RandomResizedCrop(32),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply([color_jitter], p=0.8),
    transforms.RandomApply([transforms.Grayscale()], p=0.2),
]
