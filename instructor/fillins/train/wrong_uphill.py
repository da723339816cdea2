"""The optimizer climbs the loss.

Caught by: test_train_learns
Hint: backward() starts from the loss itself, not from its negative.
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
train_optimizer.zero_grad()
(-loss).backward()
train_optimizer.step()
