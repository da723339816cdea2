"""The gradient of the summed correct-class scores, its magnitude, its maximum over the channels."""

scores = model(X).gather(1, y.view(-1, 1))  # (N, 1)
(gradient,) = torch.autograd.grad(scores.sum(), X)  # images do not share scores: one backward pass for all
saliency = gradient.abs().amax(dim=1)  # (N, H, W)
