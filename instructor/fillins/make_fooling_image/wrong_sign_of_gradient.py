"""Each step adds the sign of the gradient, which is the fast gradient sign method.

Caught by: test_fooling_steps
Hint: The fast gradient sign method is another attack; here the gradient keeps its shape and gets length 1.
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient.sign()
