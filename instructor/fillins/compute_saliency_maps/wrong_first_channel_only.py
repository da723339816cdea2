"""Only the first color channel is looked at.

Caught by: test_saliency_value
Hint: Take the largest magnitude of the three channels.
Formula: M[i, j] = max over c of |∂ s_y / ∂X[c, i, j]|
"""

model(X).gather(1, y.view(-1, 1)).sum().backward()
saliency = X.grad[:, 0].abs()
