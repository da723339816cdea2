"""There is no bound on the number of steps, so that a class out of reach is chased for ever.

Caught by: test_fooling_gives_up
Hint: Bound the loop at 100 steps: some classes can't be reached.
Symptom: did not return within|was killed
"""

while True:
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.norm()
