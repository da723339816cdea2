"""The loss gets 1 / temperature.

Caught by: test_train_steps
Hint: The loss divides by tau itself; hand over the temperature.
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, 1 / temperature, device=device)
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
