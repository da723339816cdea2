"""A loss to be lowered: the negative of the objective, with a step against its gradient."""

loss = l2_reg * img.pow(2).sum() - model(img)[:, target_y].sum()
g = torch.autograd.grad(loss, img, create_graph=False)[0]
img.data = img.data - learning_rate * g
