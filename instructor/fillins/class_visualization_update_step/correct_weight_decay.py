"""The penalty is the optimizer's weight decay of 2λ."""

optimizer = torch.optim.SGD([img], lr=learning_rate, weight_decay=2 * l2_reg)
img.grad = None
(-model(img)[0, target_y]).backward()
optimizer.step()
