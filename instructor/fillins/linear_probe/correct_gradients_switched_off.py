"""Gradients are switched off for the weights, and what each wanted is put back."""

wanted = [(p, p.requires_grad) for p in model.parameters()]
before = model.training
for p, _ in wanted:
    p.requires_grad_(False)
model.eval()
train_set = [(model(x.to(device))[0], y.to(device)) for x, y in train_loader]
test_set = [(model(x.to(device))[0], y.to(device)) for x, y in test_loader]
for p, wants in wanted:
    p.requires_grad_(wants)
model.train(before)
h = torch.cat([each[0] for each in train_set])
low = h.mean(dim=0)
width = h.std(dim=0, correction=0)
width = width.masked_fill(width < 1e-7, 1.0)
classifier = fit(h.sub(low).div(width), torch.cat([each[1] for each in train_set]))
right = sum((classifier((h - low) / width).argmax(dim=1) == y).sum().item() for h, y in test_set)
accuracy = 100 * right / sum(len(y) for _, y in test_set)
