"""The highest probability of any class is recorded.

Caught by: test_deletion_curve_value
Hint: y names the class, also when another one wins.
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1).max())
curve = torch.stack(probabilities)
