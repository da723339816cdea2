"""The model is changed until it sees the target class, and the image hardly is.

Caught by: test_fooling_leaves_inputs_alone
Hint: The picture changes, never the network.
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    scores[0, target_y].backward()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter += 0.1 * parameter.grad
        X_fooling += learning_rate * X_fooling.grad / X_fooling.grad.norm()
    X_fooling.grad.zero_()
    model.zero_grad()
