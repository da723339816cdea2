"""The features go to the classifier as they are.

Caught by: test_probe_features
Hint: Features of length 1 have very small entries. To what mean and deviation are they to be brought?
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
    classifier = fit(features, labels)
    predicted = classifier(test_features).argmax(dim=1)
    accuracy = 100 * (predicted == test_labels).float().mean().item()
model.train(was_training)
