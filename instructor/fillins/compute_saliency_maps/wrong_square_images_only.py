"""Height and width are exchanged, which shows on images that are not square.

Caught by: test_saliency_value
Hint: The map of an image is (H, W), in the order of the image.
"""

model(X).gather(1, y.view(-1, 1)).sum().backward()
saliency = X.grad.abs().max(dim=1).values.transpose(1, 2)
