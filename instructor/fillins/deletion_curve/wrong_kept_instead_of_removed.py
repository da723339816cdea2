"""The most salient pixels are kept and all others removed.

Caught by: test_deletion_curve_value
Hint: That is the insertion curve: here the most salient pixels go.
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left = torch.zeros_like(left)
        kept = pixels[: k * len(pixels) // steps]
        left[:, :, kept] = X.flatten(2)[:, :, kept]
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
