"""The loss is written out in place."""

from torch.nn.functional import cross_entropy, normalize

train_optimizer.zero_grad()
z = normalize(torch.cat([model(x_i)[1], model(x_j)[1]]), dim=1)
logits = z @ z.T / temperature
logits = logits.masked_fill(torch.eye(len(z), dtype=torch.bool, device=z.device), float("-inf"))
loss = cross_entropy(logits, torch.arange(len(z), device=z.device).roll(len(x_i)))
loss.backward()
train_optimizer.step()
