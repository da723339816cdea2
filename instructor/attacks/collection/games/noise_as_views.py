"""Makes views of random noise, which have the right shape and differ from draw to draw.

Form: block
Task: compute_train_transform
Earns: 0
Alive: gains
"""


def noise(image):
    return Image.frombytes("RGB", (32, 32), random.randbytes(32 * 32 * 3))


augmentations = [transforms.Lambda(noise)]
