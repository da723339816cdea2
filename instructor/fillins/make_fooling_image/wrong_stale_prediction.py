"""After a step it looks at the scores from before, and so takes one step too many.

Caught by: test_fooling_stops_when_fooled
Hint: The scores belong to the image before the step: run the model again before deciding.
"""

for _ in range(100):
    scores = model(X_fooling)
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.norm()
    if scores.argmax(dim=1).item() == target_y:
        break
