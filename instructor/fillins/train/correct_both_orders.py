"""The mean of the loss and of the loss with the views exchanged, which is the same number."""

out_left, out_right = (model(x)[1] for x in (x_i, x_j))
both = simclr_loss_vectorized(out_left, out_right, temperature) + simclr_loss_vectorized(
    out_right, out_left, temperature
)
loss = both / 2
model.zero_grad()
loss.backward()
train_optimizer.step()
