"""The image with nothing left has no entry.

Caught by: test_deletion_curve_steps
Hint: k runs up to and with steps: there are steps + 1 entries.
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps):
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
