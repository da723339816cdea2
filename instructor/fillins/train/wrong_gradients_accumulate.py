"""The gradients are never set to zero.

Caught by: test_train_steps
Hint: backward() adds to the gradients; empty them once for each batch.
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
loss.backward()
train_optimizer.step()
