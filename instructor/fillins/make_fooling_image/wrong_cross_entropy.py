"""It goes down the cross-entropy instead of up the target's score, and without a fixed length.

Caught by: test_fooling_steps
Hint: The step goes along the gradient of the target's score, and its length is the learning rate.
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    loss = torch.nn.functional.cross_entropy(scores, torch.tensor([target_y], device=X.device))
    (gradient,) = torch.autograd.grad(loss, X_fooling)
    with torch.no_grad():
        X_fooling -= learning_rate * gradient
