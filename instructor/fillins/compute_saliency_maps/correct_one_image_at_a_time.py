"""A loop over the images, each with its own forward and backward pass."""

maps = []
for i in range(X.shape[0]):
    image = X[i : i + 1].detach().requires_grad_(True)
    score = model(image)[0, y[i]]
    model.zero_grad()
    score.backward()
    maps.append(image.grad.abs().max(dim=1)[0])
saliency = torch.cat(maps, dim=0)
