"""Gradients are clipped to entries between −10 and 10, which changes the direction of long ones.

Caught by: test_fooling_steps_in_steep_and_flat_networks
Hint: Does the step still go along the gradient when the scores are a thousand times as steep?
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    gradient = gradient.clamp(-10, 10)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.norm()
