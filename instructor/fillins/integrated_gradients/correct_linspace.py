"""The points by linspace, the gradient through the product with the scale."""

edges = torch.linspace(0, 1, steps + 1, dtype=X.dtype, device=X.device)
attribution = torch.zeros_like(X)
for alpha in (edges[1:] + edges[:-1]) / 2:
    leaf = X.clone().requires_grad_()
    model(alpha * leaf).gather(1, y[:, None]).sum().backward()
    attribution += leaf.grad * X / alpha / steps
