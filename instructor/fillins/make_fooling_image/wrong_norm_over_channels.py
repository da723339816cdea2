"""Each pixel's gradient is divided by its own length over the channels.

Caught by: test_fooling_steps
Hint: ||g||_2 is one number for the whole picture.
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.norm(dim=1, keepdim=True)
