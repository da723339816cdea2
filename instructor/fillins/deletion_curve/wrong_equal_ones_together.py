"""All pixels down to a threshold go, also more than are due where values are equal.

Caught by: test_deletion_curve_ties
Hint: How many pixels go when many have the same value? Remove a number of pixels, not all above a value.
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        count = k * len(pixels) // steps
        if count:
            flat = saliency.flatten()
            left[:, :, flat >= flat[pixels[count - 1]]] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
