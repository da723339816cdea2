"""torchvision's second generation of transforms."""

from torchvision.transforms import v2

augmentations = (
    v2.RandomResizedCrop(32, antialias=True),
    v2.RandomHorizontalFlip(),
    v2.RandomApply([v2.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8),
    v2.RandomGrayscale(p=0.2),
)
