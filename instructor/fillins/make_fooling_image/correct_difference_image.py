"""The change is kept apart from the image and added at the end."""

delta = torch.zeros_like(X)
for _ in range(100):
    image = (X.detach() + delta).requires_grad_()
    logits = model(image)
    if logits.max(1).indices[0] == target_y:
        break
    logits[0, target_y].backward()
    delta = delta + learning_rate * image.grad / image.grad.pow(2).sum().sqrt()
X_fooling = X.detach() + delta
