"""The number of removed pixels is rounded up.

Caught by: test_deletion_curve_value
Hint: floor(k · H · W / steps) pixels are gone at entry k.
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: -(-k * len(pixels) // steps)]] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
