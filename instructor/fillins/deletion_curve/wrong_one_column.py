"""The curve comes with a dimension too many.

Caught by: test_deletion_curve_value
Hint: One number an entry: (steps + 1,).
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[:, y])
curve = torch.stack(probabilities)
