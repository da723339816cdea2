"""The pixels are removed from X itself.

Caught by: test_deletion_curve_leaves_inputs_alone
Hint: Whose memory does the tensor share that you write into? clone makes a new one.
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2)
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
