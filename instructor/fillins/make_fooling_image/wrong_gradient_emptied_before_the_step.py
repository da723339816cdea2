"""The gradient is set to zero between backward and the step, and zero divided by its norm is no number.

Caught by: test_fooling_image_fools
Hint: Empty the gradient after it was used, or before backward.
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    scores[0, target_y].backward()
    X_fooling.grad.zero_()
    with torch.no_grad():
        X_fooling += learning_rate * X_fooling.grad / X_fooling.grad.norm()
