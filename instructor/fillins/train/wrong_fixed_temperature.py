"""The temperature is always 0.5.

Caught by: test_train_steps
Hint: train gets the temperature as an argument.
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, 0.5, device=device)
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
