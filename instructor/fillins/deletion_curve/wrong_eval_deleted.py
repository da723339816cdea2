"""The given line model.eval() is gone, so that a model in training mode stays in it.

Caught by: test_deletion_curve_evaluation_mode
Hint: The probabilities must not depend on chance: put the given line back.
Without: model.eval()
"""

pixels = saliency.flatten().argsort(descending=True)
left = X.flatten(2).clone()
probabilities = []
with torch.no_grad():
    for k in range(steps + 1):
        left[:, :, pixels[: k * len(pixels) // steps]] = 0
        probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
