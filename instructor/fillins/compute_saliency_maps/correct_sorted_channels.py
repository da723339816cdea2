"""The channels' magnitudes sorted, the last one taken; indices by enumerate."""

total = 0
out = model(X)
for k, label in enumerate(y.tolist()):
    total = total + out[k, label]
grads = torch.autograd.grad(total, X)[0]
saliency = grads.detach().abs().sort(dim=1).values[:, -1]
