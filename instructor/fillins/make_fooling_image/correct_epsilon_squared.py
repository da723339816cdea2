"""A tiny number under the root of the squared length keeps it from zero."""

for _ in range(100):
    scores = model(X_fooling)[0]
    if torch.argmax(scores) == target_y:
        break
    g = torch.autograd.grad(scores[target_y], X_fooling)[0]
    X_fooling = (X_fooling + learning_rate * g / torch.sqrt((g * g).sum() + 1e-12)).detach().requires_grad_()
