"""Removed pixels become black.

Caught by: test_deletion_curve_value
Hint: After preprocess the value 0 is the mean color, and that is what removed pixels become.
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        black = -torch.tensor(SQUEEZENET_MEAN / SQUEEZENET_STD, dtype=X.dtype).view(1, 3, 1)
        left[:, :, pixels[: k * len(pixels) // steps]] = black
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
