"""The length of the three channels' gradient (L2) is taken instead of the largest magnitude.

Caught by: test_saliency_value
Hint: The paper takes the maximum over the channels, not their norm.
Formula: M[i, j] = max over c of |∂ s_y / ∂X[c, i, j]|
"""

model(X).gather(1, y.view(-1, 1)).sum().backward()
saliency = X.grad.norm(dim=1)
