"""The loss is reached through its module, with keywords."""

from . import contrastive_loss

train_optimizer.zero_grad()
out_left = model(x_i)[-1]
out_right = model(x_j)[-1]
loss = contrastive_loss.simclr_loss_vectorized(
    out_left=out_left, out_right=out_right, tau=temperature, device=device
)
loss.backward()
train_optimizer.step()
