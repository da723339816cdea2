"""A loop over single pixels, which asks the network when a step is full."""

height, width = saliency.shape
whole = height * width
picture = X.detach().clone()
curve = []
with torch.no_grad():
    order = torch.sort(saliency.flatten(), descending=True).indices.tolist()
    done = 0
    for k in range(steps + 1):
        while done < k * whole // steps:
            picture[:, :, order[done] // width, order[done] % width] = 0.0
            done += 1
        scores = model(picture)[0]
        curve.append((scores[y] - scores.logsumexp(0)).exp())
curve = torch.stack(curve)
