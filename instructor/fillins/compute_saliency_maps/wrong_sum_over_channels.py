"""The magnitudes of the three channels are added instead of compared.

Caught by: test_saliency_value
Hint: One number per pixel: the largest magnitude of the three, not their sum.
"""

model(X).gather(1, y.view(-1, 1)).sum().backward()
saliency = X.grad.abs().sum(dim=1)
