"""Removed pixels take the mean color of this image.

Caught by: test_deletion_curve_value
Hint: The same color for every image: 0.
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: k * len(pixels) // steps]] = X.mean(dim=(2, 3)).unsqueeze(2)
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
