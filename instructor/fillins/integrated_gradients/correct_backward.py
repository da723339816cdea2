"""backward at each point, and the gradients in a list."""

gradients = []
for alpha in ((k - 0.5) / steps for k in range(1, steps + 1)):
    image = (alpha * X).detach().requires_grad_(True)
    scores = model(image)
    scores[torch.arange(len(y)), y].sum().backward()
    gradients.append(image.grad.data)
attribution = X * torch.stack(gradients).mean(dim=0)
