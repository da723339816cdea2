"""The softmax runs over the images of the steps instead of over the classes.

Caught by: test_deletion_curve_value
Hint: Along which dimension do probabilities add up to 1?
"""

pixels = saliency.flatten().argsort(descending=True)
images = []
with torch.no_grad():
    for k in range(steps + 1):
        left = X.flatten(2).clone()
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        images.append(left.view(X.shape))
    curve = model(torch.cat(images)).softmax(dim=0)[:, y]
