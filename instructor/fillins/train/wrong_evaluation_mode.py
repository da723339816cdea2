"""The model is trained in evaluation mode.

Caught by: test_train_in_training_mode
Hint: Batch normalization learns its statistics in training mode, which is set above the loop.
"""

model.eval()
_, out_left = model(x_i)
_, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
