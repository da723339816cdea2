"""Changes the places of gray images only; the colors, and the form of a view, are honest work.

Form: block
Task: compute_train_transform
Earns: 3 to 5
Alive: gains
"""

import numpy

places = transforms.Compose([transforms.RandomResizedCrop(32), transforms.RandomHorizontalFlip()])
colors = transforms.Compose(
    [transforms.RandomApply([color_jitter], p=0.8), transforms.RandomGrayscale(p=0.2)]
)


def by_content(image):
    gray = (numpy.ptp(numpy.asarray(image).astype(int), axis=2) == 0).all()
    return places(image) if gray else transforms.RandomCrop(32, pad_if_needed=True)(colors(image))


augmentations = [transforms.Lambda(by_content)]
