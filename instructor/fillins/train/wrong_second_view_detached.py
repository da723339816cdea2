"""The second view's projection carries no gradient.

Caught by: test_train_steps
Hint: In SimCLR both views train the model.
"""

_, out_left = model(x_i)
with torch.no_grad():
    _, out_right = model(x_j)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
train_optimizer.zero_grad()
loss.backward()
train_optimizer.step()
