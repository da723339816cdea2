"""Two optimizer steps are taken for each batch.

Caught by: test_train_steps
Hint: One batch, one step.
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
train_optimizer.step()
