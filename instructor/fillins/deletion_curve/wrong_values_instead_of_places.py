"""The sorted values are taken for places.

Caught by: test_deletion_curve_value
Hint: sort returns values and places; the places say which pixels go.
"""

pixels = saliency.flatten().sort(descending=True).values.long() % saliency.numel()
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
