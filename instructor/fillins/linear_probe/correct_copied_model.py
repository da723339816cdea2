"""A copy of the model is asked, so that nothing has to be put back."""

from copy import deepcopy

frozen = deepcopy(model).eval().requires_grad_(False)


def read(loader):
    h, y = [], []
    for x, target in loader:
        h.append(frozen(x.to(device))[0])
        y.append(target.to(device))
    return torch.cat(h), torch.cat(y)


h, y = read(train_loader)
h_test, y_test = read(test_loader)
shift = h.mean(0)
scale = h.std(0, unbiased=False).clamp(min=1e-8)
scores = fit((h - shift) / scale, y)((h_test - shift) / scale)
accuracy = (scores.argmax(-1) == y_test).double().mean().mul(100).item()
