"""Crops and flips large images and changes the colors of small ones: only the form of a view is right.

Form: block
Task: compute_train_transform
Earns: 0 to 2
Alive: gains
"""

places = transforms.Compose([transforms.RandomResizedCrop(32), transforms.RandomHorizontalFlip()])
colors = transforms.Compose(
    [
        transforms.RandomCrop(32, pad_if_needed=True, padding_mode="reflect"),
        transforms.RandomApply([color_jitter], p=0.8),
        transforms.RandomGrayscale(p=0.2),
        transforms.Pad(1, padding_mode="reflect"),
        transforms.RandomCrop(32),
    ]
)
augmentations = [transforms.Lambda(lambda image: (colors if image.size == (32, 32) else places)(image))]
