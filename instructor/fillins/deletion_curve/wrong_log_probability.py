"""The curve holds logarithms of probabilities.

Caught by: test_deletion_curve_value
Hint: A probability lies between 0 and 1.
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        probabilities.append(model(left.view(X.shape)).log_softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
