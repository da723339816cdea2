"""Every pixel's rank, one mask a step by comparison, and all images in one batch."""

H, W = saliency.shape
order = torch.argsort(saliency.reshape(-1), descending=True)
rank = torch.empty_like(order)
rank[order] = torch.arange(H * W, device=order.device)
removed = torch.arange(steps + 1, device=order.device) * H * W // steps
kept = rank.view(1, 1, H, W) >= removed.view(-1, 1, 1, 1)
with torch.no_grad():
    scores = model(torch.where(kept, X, torch.zeros_like(X)))
curve = torch.softmax(scores, dim=-1)[:, y]
