"""The network is asked with gradients, so that the curve holds a graph for every step.

Caught by: test_deletion_curve_no_graph
Hint: Nothing is differentiated here: torch.no_grad() spares the memory of every step.
"""

pixels = saliency.flatten().argsort(descending=True)
probabilities = []
for k in range(steps + 1):
    left = X.flatten(2).clone()
    left[:, :, pixels[: k * len(pixels) // steps]] = 0
    probabilities.append(model(left.view(X.shape)).softmax(dim=1)[0, y])
curve = torch.stack(probabilities)
