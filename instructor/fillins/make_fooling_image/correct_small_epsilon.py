"""A small epsilon guards the division; the image returned carries no gradient."""

step = 0
while True:
    if X_fooling.grad is not None:
        X_fooling.grad = None
    logits = model(X_fooling)
    if int(logits.argmax()) == int(target_y) or step == 100:
        break
    logits[0, target_y].backward()
    direction = X_fooling.grad / (X_fooling.grad.norm(p=2) + 1e-8)
    X_fooling.data.add_(direction, alpha=learning_rate)
    step += 1
X_fooling = X_fooling.detach()
