"""From the empty image backwards: the least salient pixels come back first."""

values, order = saliency.view(-1).sort()
total = order.numel()
image = torch.zeros_like(X)
backwards = []
with torch.no_grad():
    for k in range(steps, -1, -1):
        back = order[: total - k * total // steps]
        image.view(3, -1)[:, back] = X.reshape(3, -1)[:, back]
        backwards.append(float(model(image).softmax(dim=1)[0, y]))
curve = torch.tensor(backwards[::-1]).to(X)
