"""At most 100 steps of fixed length up the target's score, looking at the prediction before each."""

for _ in range(100):
    scores = model(X_fooling)  # (1, C)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.norm().clamp_min(1e-12)
