"""The score of the class alone is squeezed into 0 to 1, without the other scores.

Caught by: test_deletion_curve_value
Hint: The probability of a class compares its score with all others: softmax.
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        probabilities.append(model(left.view(X.shape)).sigmoid()[0, y])
curve = torch.stack(probabilities)
