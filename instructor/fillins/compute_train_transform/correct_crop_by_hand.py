"""The crop's box is drawn by torchvision, the picture is cut and resized by hand."""


class Crop:
    def __call__(self, img):
        top, left, height, width = transforms.RandomResizedCrop.get_params(img, [0.08, 1.0], [0.75, 4 / 3])
        return img.crop((left, top, left + width, top + height)).resize((32, 32), Image.BICUBIC)


augmentations = [Crop()]
augmentations.append(transforms.RandomHorizontalFlip())
augmentations.append(transforms.RandomApply([color_jitter], p=0.8))
augmentations.append(transforms.RandomGrayscale())
augmentations[-1].p = 0.2
