"""Rows and columns are exchanged when a place in the flat map becomes a pixel.

Caught by: test_deletion_curve_value
Hint: In a flat map of H rows, place p lies in row p // W.
"""

H, W = saliency.shape
pixels = saliency.T.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
