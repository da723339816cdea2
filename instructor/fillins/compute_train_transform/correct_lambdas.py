"""Chance by hand, in small functions."""


def maybe(transform, p):
    return transforms.Lambda(lambda img: transform(img) if random.random() < p else img)


augmentations = [
    transforms.RandomResizedCrop(32),
    maybe(transforms.functional.hflip, 0.5),
    maybe(color_jitter, 0.8),
    maybe(transforms.Grayscale(3), 0.2),
]
