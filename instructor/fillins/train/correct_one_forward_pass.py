"""Both views in one batch, split afterwards."""

_, out = model(torch.cat([x_i, x_j], dim=0))
out_left, out_right = out.chunk(2, dim=0)
loss = simclr_loss_vectorized(out_left, out_right, temperature, device=device)
for parameter in model.parameters():
    parameter.grad = None
loss.backward()
train_optimizer.step()
