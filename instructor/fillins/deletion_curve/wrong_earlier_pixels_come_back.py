"""Each entry removes the pixels of its own step only.

Caught by: test_deletion_curve_value
Hint: Entry k is without all the pixels of the first k steps.
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left = X.flatten(2).clone()
        left[:, :, pixels[(k - 1) * len(pixels) // steps if k else 0 : k * len(pixels) // steps]] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
