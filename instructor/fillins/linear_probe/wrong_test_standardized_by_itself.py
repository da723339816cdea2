"""The test images are shifted and scaled by their own mean and deviation.

Caught by: test_probe_accuracy
Hint: The mean and the deviation of the training images hold for the test images too.
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
    test_mean = test_features.mean(dim=0)
    test_deviation = test_features.std(dim=0, correction=0)
    test_deviation = test_deviation.clamp(min=1e-6)
    predicted = classifier((test_features - test_mean) / test_deviation).argmax(dim=1)
    accuracy = 100 * (predicted == test_labels).float().mean().item()
model.train(was_training)
