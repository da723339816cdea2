"""The images are cast to float32, which a model of another precision refuses.

Caught by: test_saliency_kinds_of_input
Hint: Keep the number type of X: it is the model's.
"""

X = X.detach().float().requires_grad_()
model(X).gather(1, y.view(-1, 1)).sum().backward()
saliency = X.grad.abs().max(dim=1).values
