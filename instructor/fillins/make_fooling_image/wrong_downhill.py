"""It goes down the target's score.

Caught by: test_fooling_image_fools
Hint: To raise the score, add the gradient.
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling -= learning_rate * gradient / gradient.norm()
