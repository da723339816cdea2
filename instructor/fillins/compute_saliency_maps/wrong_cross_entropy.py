"""The gradient is that of the cross-entropy loss instead of the score.

Caught by: test_saliency_value
Hint: Simonyan et al. take the unnormalized class score; the loss also looks at the scores of all other
classes.
"""

loss = torch.nn.functional.cross_entropy(model(X), y, reduction="sum")
loss.backward()
saliency = X.grad.abs().max(dim=1).values
