"""A new optimizer is made for every batch.

Caught by: test_train_steps
Hint: Use train_optimizer: it carries the settings and the momentum.
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
optimizer.zero_grad()
loss.backward()
optimizer.step()
