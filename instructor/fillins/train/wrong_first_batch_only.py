"""Only the first batch is learned from.

Caught by: test_train_steps
Hint: Every batch gives a step.
"""

_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
if total_num == 0:
    train_optimizer.zero_grad()
    loss.backward()
    train_optimizer.step()
