"""All points of all images in one batch."""

N = X.shape[0]
alphas = ((torch.arange(steps) + 0.5) / steps).to(X).view(steps, 1, 1, 1, 1)
points = (alphas * X[None]).flatten(0, 1).requires_grad_()
scores = model(points)[torch.arange(steps * N), y.repeat(steps)]
gradient = torch.autograd.grad(scores.sum(), points)[0]
attribution = gradient.view(steps, *X.shape).mean(0) * X
