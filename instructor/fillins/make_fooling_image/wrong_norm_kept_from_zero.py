"""A norm below 0.1 is taken for 0.1, so that steps are shorter where the gradient is short.

Caught by: test_fooling_steps_in_steep_and_flat_networks
Hint: How long is the step when the gradient has a norm of 0.01?
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.norm().clamp_min(0.1)
