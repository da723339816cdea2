"""The loss is multiplied by the size of the batch, and with it every step.

Caught by: test_train_steps
Hint: The loss is a mean already; the size of the batch is accounted for below the block.
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device) * len(x_i)
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
