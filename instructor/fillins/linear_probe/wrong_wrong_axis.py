"""The highest score is sought along the images instead of the classes.

Caught by: test_probe_accuracy
Hint: The scores are (M, C): along which dimension do the classes of one image lie?
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
    predicted = classifier((test_features - mean) / deviation).argmax(dim=0)
    accuracy = 100 * (predicted[: len(test_labels)] == test_labels[: len(predicted)]).float().mean().item()
model.train(was_training)
