"""The rows of the map are sorted, each on its own.

Caught by: test_deletion_curve_value
Hint: All pixels of the image compete: sort the flat map.
"""

columns = saliency.argsort(dim=1, descending=True)
W = saliency.shape[1]
left = X.clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        gone = torch.zeros_like(saliency, dtype=torch.bool).scatter_(1, columns[:, : k * W // steps], True)
        left[:, :, gone] = 0
        probabilities.append(model(left).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
