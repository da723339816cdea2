"""The loss compares the features instead of the projections.

Caught by: test_train_steps
Hint: model returns (features, projections); the loss belongs to the second.
"""

out_left, _ = model(x_i)
out_right, _ = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
