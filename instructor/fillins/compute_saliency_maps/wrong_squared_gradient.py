"""The gradient is squared, which looks alike in a picture and is another number.

Caught by: test_saliency_value
Hint: The map holds magnitudes; a square makes large ones larger and small ones vanish.
"""

model(X).gather(1, y.view(-1, 1)).sum().backward()
saliency = (X.grad**2).max(dim=1).values
