"""The maximum over the channels keeps its sign, written with torch.max.

Caught by: test_saliency_value
Hint: Take abs() before the maximum.
Same as: wrong_no_absolute_value (the same, as others write it)
"""

loss = torch.sum(model(X)[range(len(y)), y])
(g,) = torch.autograd.grad(loss, [X])
saliency = torch.max(g, 1)[0]
