"""backward, a step on .data, and the gradient set to zero."""

for i in range(100):
    scores = model(X_fooling)
    _, predicted = scores.max(dim=1)
    if predicted.item() == target_y:
        break
    scores[0, target_y].backward()
    g = X_fooling.grad.data
    X_fooling.data += learning_rate * g / g.norm()
    X_fooling.grad.zero_()
