"""A hook on X catches the gradient on its way back."""

caught = []
handle = X.register_hook(caught.append)
out = model(X)
out[torch.arange(len(y)), y].sum().backward()
handle.remove()
saliency = caught[0].abs().amax(1)
