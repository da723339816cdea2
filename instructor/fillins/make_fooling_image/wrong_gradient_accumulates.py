"""The gradient is not set to zero, so that every step adds all earlier ones.

Caught by: test_fooling_steps
Hint: backward() adds to X_fooling.grad; empty it before the next step.
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    scores[0, target_y].backward()
    with torch.no_grad():
        X_fooling += learning_rate * X_fooling.grad / X_fooling.grad.norm()
