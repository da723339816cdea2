"""The channels are reduced to their largest magnitude, as in a saliency map.

Caught by: test_integrated_gradients_value
Hint: Each of the three values of a pixel keeps its own attribution: (N, 3, H, W).
"""

total = torch.zeros_like(X)
for k in range(steps):
    point = ((k + 0.5) / steps * X).requires_grad_()
    score = model(point).gather(1, y.view(-1, 1)).sum()
    total += torch.autograd.grad(score, point)[0]
attribution = (X * total / steps).abs().amax(dim=1)
