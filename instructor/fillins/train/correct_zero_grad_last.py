"""The gradients are set to zero after the step."""

feature_i, out_i = model(x_i)
feature_j, out_j = model(x_j)
loss = simclr_loss_vectorized(out_i, out_j, temperature, device)
loss.backward()
train_optimizer.step()
train_optimizer.zero_grad()
