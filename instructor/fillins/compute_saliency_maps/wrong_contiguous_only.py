"""The images are flattened with view, which only works for one layout in memory.

Caught by: test_saliency_kinds_of_input
Hint: view() needs the usual order in memory; reshape(), or a reduction over dim=1, does not.
"""

flat = X.detach().view(len(X), -1).requires_grad_()
model(flat.view(X.shape)).gather(1, y.view(-1, 1)).sum().backward()
saliency = flat.grad.abs().view(X.shape).max(dim=1).values
