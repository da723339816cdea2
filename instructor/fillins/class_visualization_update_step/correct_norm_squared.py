"""The squared norm by torch.norm, and the gradient forgotten before the step."""

img.grad = None
objective = model(img)[0, target_y] - l2_reg * torch.norm(img) ** 2
objective.backward()
dX = img.grad.detach() / (torch.norm(img.grad) + 1e-8)
img.data.add_(dX, alpha=learning_rate)
img.grad = None
