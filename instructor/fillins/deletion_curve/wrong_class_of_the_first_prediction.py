"""The class that the network sees in the whole image is followed instead of y.

Caught by: test_deletion_curve_value
Hint: y names the class, also when the network sees another one.
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        scores = model(left.view(X.shape))[0]
        y = scores.argmax() if k == 0 else y
        probabilities.append(scores.softmax(dim=0)[y])
curve = torch.stack(probabilities)
