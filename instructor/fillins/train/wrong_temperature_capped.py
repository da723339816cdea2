"""Temperatures above 1 are taken for 1.

Caught by: test_train_steps
Hint: The loss takes the temperature that train() is given.
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, min(temperature, 1.0), device=device)
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
