"""An optimizer that maximizes, made for this one step."""

optimizer = torch.optim.SGD([img], lr=learning_rate, maximize=True)
optimizer.zero_grad()
(model(img).squeeze(0)[target_y] - l2_reg * img.square().sum()).backward()
optimizer.step()
optimizer.zero_grad()
