"""The naive loss, imported on the spot, and the views exchanged."""

from .contrastive_loss import simclr_loss_naive

train_optimizer.zero_grad(set_to_none=True)
out_left, out_right = model(x_i)[1], model(x_j)[1]
loss = simclr_loss_naive(out_right, out_left, temperature)
loss.backward()
train_optimizer.step()
