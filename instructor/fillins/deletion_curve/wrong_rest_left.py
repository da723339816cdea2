"""Every step removes H·W // steps pixels, so that a rest is never removed.

Caught by: test_deletion_curve_steps
Hint: The last entry is for an image with nothing left: which count do you get for k = steps?
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: k * (len(pixels) // steps)]] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
