"""An image that stands in the batch twice gets the map of the first, though its class may be another.

Caught by: test_saliency_special_images
Hint: Does a map depend on the image alone?
"""

maps = []
for n in range(X.shape[0]):
    first = next(k for k in range(n + 1) if torch.equal(X[k], X[n]))
    image = X[first : first + 1].detach().requires_grad_()
    (gradient,) = torch.autograd.grad(model(image)[0, y[first]], image)
    maps.append(gradient.abs().amax(dim=1))
saliency = torch.cat(maps)
