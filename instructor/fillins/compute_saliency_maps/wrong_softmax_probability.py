"""The gradient is that of the softmax probability instead of the score.

Caught by: test_saliency_value
Hint: A probability can rise because another score falls; use the score before the softmax.
"""

probabilities = torch.softmax(model(X), dim=1)
probabilities.gather(1, y.view(-1, 1)).sum().backward()
saliency = X.grad.abs().max(dim=1).values
