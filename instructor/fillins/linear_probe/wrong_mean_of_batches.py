"""The accuracy is the mean over the batches, of which the last one is smaller.

Caught by: test_probe_accuracy
Hint: A batch of one image must not count as much as a full one: count images, not batches.
"""

was_training = model.training
model.eval()
known, unknown = [], []
with torch.no_grad():
    for loader, batches in ((train_loader, known), (test_loader, unknown)):
        for images, target in loader:
            batches.append((model(images.to(device))[0], target.to(device)))
    features, labels = (torch.cat(parts) for parts in zip(*known))
    test_features, test_labels = (torch.cat(parts) for parts in zip(*unknown))

    deviation, mean = torch.std_mean(features, dim=0, correction=0)
    deviation = deviation.clamp(min=1e-6)
    classifier = fit((features - mean) / deviation, labels)
    predicted = classifier((test_features - mean) / deviation).argmax(dim=1)
    right = (predicted == test_labels).float().split([len(target) for _, target in unknown])
    accuracy = 100 * sum(part.mean().item() for part in right) / len(right)
model.train(was_training)
