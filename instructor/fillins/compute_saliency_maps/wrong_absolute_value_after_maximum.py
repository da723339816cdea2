"""The magnitude is taken after the maximum over the channels, too late.

Caught by: test_saliency_value
Hint: Magnitude first, then the maximum: a large negative value must win over a small positive one.
"""

model(X).gather(1, y.view(-1, 1)).sum().backward()
saliency = X.grad.max(dim=1).values.abs()
