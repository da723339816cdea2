"""The accuracy is that on the training images.

Caught by: test_probe_accuracy
Hint: How good is it on images that it has not learned from?
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
    predicted = classifier((features - mean) / deviation).argmax(dim=1)
    accuracy = 100 * (predicted == labels).float().mean().item()
model.train(was_training)
