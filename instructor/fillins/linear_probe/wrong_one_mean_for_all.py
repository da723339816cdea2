"""All features share one mean and one deviation.

Caught by: test_probe_features
Hint: Each feature has its own mean and deviation: over which dimension are they taken?
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

    deviation, mean = torch.std_mean(features, correction=0)
    classifier = fit((features - mean) / deviation, labels)
    predicted = classifier((test_features - mean) / deviation).argmax(dim=1)
    accuracy = 100 * (predicted == test_labels).float().mean().item()
model.train(was_training)
