"""A step is taken before the first look, also when the image is of the target class already.

Caught by: test_fooling_stops_at_once_when_already_fooled
Hint: Look first: an image that is of the target class already needs no step.
"""

for _ in range(100):
    scores = model(X_fooling)
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.norm()
        if model(X_fooling).argmax(dim=1).item() == target_y:
            break
