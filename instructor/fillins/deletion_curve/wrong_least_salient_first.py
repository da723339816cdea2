"""The order begins with the pixels of the smallest values.

Caught by: test_deletion_curve_value
Hint: Which end of the sorted map is removed first?
"""

pixels = saliency.flatten().argsort()
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
