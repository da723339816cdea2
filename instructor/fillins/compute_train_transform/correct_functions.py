"""Plain functions and a choice between doing and leaving."""

import torchvision.transforms.functional as TF


def flip(img):
    return TF.hflip(img) if torch.rand(1).item() < 0.5 else img


def gray(img):
    return TF.rgb_to_grayscale(img, num_output_channels=3) if random.random() < 0.2 else img


identity = transforms.Lambda(lambda img: img)
jitter = transforms.RandomChoice([color_jitter, identity], p=[0.8, 0.2])
augmentations = [transforms.RandomResizedCrop(32), flip, jitter, gray]
