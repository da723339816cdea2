"""The gradient is that of the predicted class instead of the correct one.

Caught by: test_saliency_value
Hint: y names the class of each image; what the model predicts may be another.
"""

scores = model(X)
scores.gather(1, scores.argmax(dim=1, keepdim=True)).sum().backward()
saliency = X.grad.abs().max(dim=1).values
