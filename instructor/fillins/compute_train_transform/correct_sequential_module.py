"""torch.nn.Sequential for the geometry, RandomApply around Grayscale."""

augmentations = [
    torch.nn.Sequential(transforms.RandomResizedCrop(32), transforms.RandomHorizontalFlip()),
    transforms.RandomApply([color_jitter], p=0.8),
    transforms.RandomGrayscale(p=0.2),
]
