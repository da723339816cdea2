"""The gradient is multiplied by the image.

Caught by: test_saliency_value
Hint: Gradient times input is another method; a saliency map is the gradient's magnitude alone.
"""

model(X).gather(1, y.view(-1, 1)).sum().backward()
saliency = (X.grad * X.detach()).abs().max(dim=1).values
