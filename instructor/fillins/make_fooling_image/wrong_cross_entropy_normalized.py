"""The direction is that of the cross-entropy, which also pushes all other scores down.

Caught by: test_fooling_steps
Hint: The step goes along the gradient of the target's score alone.
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores.log_softmax(dim=1)[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.norm()
