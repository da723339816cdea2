"""One Compose inside the list."""

geometry = transforms.Compose([transforms.RandomResizedCrop(32), transforms.RandomHorizontalFlip(0.5)])
color = [transforms.RandomApply([color_jitter], 0.8), transforms.RandomGrayscale(0.2)]
augmentations = [geometry] + color
