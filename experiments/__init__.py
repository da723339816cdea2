"""What the course measures SimCLR with; neither students nor the workers that run their code have it.

- study: `python -m experiments.study`, the fair comparison: equal data, time and tuning, over seeds
- pretrain: `python -m experiments.pretrain`, an encoder trained on one processor or on many
- fast: the training loop, the loss and the augmentation of whole batches that both use
- distributed, checkpoint, precision: several processes, killed runs, number formats
"""
