"""Pixels above a share of the largest value go, not a share of the pixels.

Caught by: test_deletion_curve_value
Hint: Every step removes equally many pixels, however the values are spread.
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, saliency.flatten() >= saliency.max() - k / steps * (saliency.max() - saliency.min())] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
