"""The model is put into training mode.

Caught by: test_deletion_curve_value
Hint: Leave the model in evaluation mode.
"""

model.train()
pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
