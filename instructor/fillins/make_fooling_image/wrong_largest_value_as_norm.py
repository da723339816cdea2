"""The gradient is divided by its largest magnitude instead of its L2 norm.

Caught by: test_fooling_steps
Hint: ||g||_2 is the root of the sum of squares over the whole picture.
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.abs().max()
