"""The weights of the model are moved along their own gradient on the way.

Caught by: test_saliency_leaves_inputs_alone
Hint: Only the gradient for the picture is needed; the model stays as it is.
"""

model(X).gather(1, y.view(-1, 1)).sum().backward()
saliency = X.grad.abs().max(dim=1).values
with torch.no_grad():
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter -= 0.01 * parameter.grad
