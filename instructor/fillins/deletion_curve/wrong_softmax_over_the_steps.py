"""The softmax runs over the images of the steps instead of over the classes.

Caught by: test_deletion_curve_value
Hint: Along which dimension do probabilities add up to 1?
"""

pixels = saliency.flatten().argsort(descending=True)
stages = []
with torch.no_grad():
    for k in range(steps + 1):
        left = X.flatten(2).clone()
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        stages.append(left.view(X.shape))
    curve = model(torch.cat(stages)).softmax(dim=0)[:, y]
