"""The chances are drawn once, when the transform is made.

Caught by: test_transform_flip
Hint: Chance belongs into the transforms, so that every view draws anew.
"""

augmentations = [transforms.RandomResizedCrop(32)]
if random.random() < 0.5:
    augmentations.append(transforms.RandomHorizontalFlip(p=1.0))
if random.random() < 0.8:
    augmentations.append(color_jitter)
if random.random() < 0.2:
    augmentations.append(transforms.Grayscale(3))
