"""Two assignments of CS231n: looking into a classifier, and learning features without labels.

TODO, the files that you fill:
- net_visualization_pytorch: saliency maps, fooling images, class visualization, integrated gradients
- simclr.data_utils: the random augmentation, and two views of one image
- simclr.contrastive_loss: similarity and the SimCLR loss, with loops and without
- simclr.utils: the training step, and the linear probe

Given, to use and to read:
- image_utils: photo to network input and back, blur, jitter
- data_utils: labelled photos, digits, small color images (cifar_batches reads CIFAR-10's files)
- pretrained: networks trained on ImageNet
- attribution: whether attributions add up
- canvas: where a class visualization is painted, and the lens the network looks through
- checks: instant checks of each TODO block (check_examples holds what they try and say, cards how they look)
- words: the language of all that is said (words_zh.json holds the Chinese)
- explore: interactive views of what you have built
- own_photos: your own photos beside those of the assignment
- simclr.model: encoder and projection head
- simclr.pictures: which small pictures the notebook learns from
- simclr.datasets: pairs of views of any images, and augmentations of whole batches
- simclr.evaluation: nearest neighbors, linear classifiers on features
- simclr.comparison: pretraining against training from scratch, in the same time (simclr.classifiers trains,
  simclr.cost counts)
- plots: the pictures of the notebooks
- budget: short or full runs
- start: what the first cell of a notebook does
- todo: the tasks, and the error that an unfilled block raises (tasks.json lists them)
- submit, blocks, answer_cells: what collect_submission.sh runs
"""
