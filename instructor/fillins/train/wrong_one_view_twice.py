"""The first view is compared with itself.

Caught by: test_train_steps
Hint: The positive of x_i is x_j.
"""

_, out_left = model(x_i)
_, out_right = model(x_i)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
