"""A new tensor for every step instead of one that is changed."""

for _ in range(99):
    X_fooling = X_fooling.detach().requires_grad_()
    out = model(X_fooling)
    if out.argmax(1) == target_y:
        break
    grad = torch.autograd.grad(out[0][target_y], X_fooling)[0]
    X_fooling = X_fooling + learning_rate * torch.nn.functional.normalize(grad.flatten(), dim=0).view_as(grad)
