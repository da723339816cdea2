"""SimCLR for large batches: augmentation, loss and training loop on whole tensors."""
