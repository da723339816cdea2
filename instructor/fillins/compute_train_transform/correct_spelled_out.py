"""Every parameter spelled out, also those that are torchvision's defaults."""

augmentations = [
    transforms.RandomResizedCrop(size=(32, 32), scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3)),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.RandomApply(torch.nn.ModuleList([color_jitter]), p=0.8),
    transforms.RandomApply([transforms.Grayscale(num_output_channels=3)], p=0.2),
]
