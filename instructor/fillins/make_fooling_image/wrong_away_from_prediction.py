"""It lowers the predicted class's score instead of raising the target's.

Caught by: test_fooling_steps
Hint: Any class may come next when the predicted one falls; climb the score of target_y.
"""

for _ in range(100):
    scores = model(X_fooling)
    predicted = scores.argmax(dim=1).item()
    if predicted == target_y:
        break
    (gradient,) = torch.autograd.grad(-scores[0, predicted], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.norm()
