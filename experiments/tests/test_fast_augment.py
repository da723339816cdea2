"""The batched augmentation has the distributions of torchvision's, one image at a time."""

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import ks_2samp
from torchvision import transforms
from torchvision.transforms import functional as tv

from experiments.fast import color
from experiments.fast.affine import AffineAugmentation
from experiments.fast.augment import Augmentation, take

DRAWS = 600


@pytest.fixture(scope="module")
def photo():
    """A picture with colors, edges and a direction, uint8 (32, 32, 3)."""
    rng = np.random.default_rng(0)
    rough = rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return np.array(Image.fromarray(rough).resize((32, 32), Image.Resampling.BICUBIC))


def batch_of(photo, n=DRAWS):
    return torch.from_numpy(photo).permute(2, 0, 1).expand(n, -1, -1, -1).contiguous()


def resampled(augment, images, draws):
    """The views before any change of color."""
    return augment.resample(images, *augment.resampling(tuple(images.shape[2:]), draws))


def test_a_crop_is_what_torchvision_cuts_and_resizes(photo):
    augment = Augmentation()
    draws = augment.draw(40, (32, 32), torch.Generator().manual_seed(1))
    fast = resampled(augment, batch_of(photo, 40), draws)
    for view, box, flip in zip(fast, draws.place.tolist(), draws.flip.tolist(), strict=True):
        slow = tv.resized_crop(Image.fromarray(photo), *box, size=[32, 32])
        slow = tv.to_tensor(tv.hflip(slow) if flip else slow)
        assert (view - slow).abs().max() <= 1.01 / 255  # PIL rounds after each of its two passes


def test_a_larger_picture_is_made_smaller_without_aliasing():
    photo = np.random.default_rng(3).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    images = torch.from_numpy(photo).permute(2, 0, 1)[None]
    augment = Augmentation(size=24)
    draws = augment.draw(1, (50, 70), torch.Generator().manual_seed(1))
    draws = draws._replace(place=torch.tensor([[3, 5, 44, 61]]), flip=torch.tensor([False]))
    fast = resampled(augment, images, draws)[0]
    slow = tv.to_tensor(tv.resized_crop(Image.fromarray(photo), 3, 5, 44, 61, size=[24, 24]))
    assert (fast - slow).abs().max() <= 1.01 / 255


CHANGES = {
    color.BRIGHTNESS: tv.adjust_brightness,
    color.CONTRAST: tv.adjust_contrast,
    color.SATURATION: tv.adjust_saturation,
    color.HUE: tv.adjust_hue,
}


@pytest.fixture
def colors(photo):
    """Two pictures, float in [0, 1], of which one has some gray and some black pixels."""
    x = batch_of(photo, 2) / 255
    x[1, :, :8] = x[1, :1, :8]
    x[1, :, 8] = 0
    return x


@pytest.mark.parametrize(
    ("kind", "factor"),
    [
        (color.BRIGHTNESS, 1.3),
        (color.CONTRAST, 0.6),
        (color.CONTRAST, 1.4),
        (color.SATURATION, 0.2),
        (color.SATURATION, 1.4),
    ],
)
def test_a_blend_is_torchvisions(colors, kind, factor):
    matrix, share = color.blending(torch.full((2,), factor), torch.full((2,), kind))
    fast = color.blend(colors, matrix, share)
    assert torch.allclose(fast, CHANGES[kind](colors, factor), atol=2e-5)


@pytest.mark.parametrize("shift", [0.1, -0.07, 0.3, -0.5, 0.0])
def test_a_turned_hue_is_torchvisions(colors, shift):
    slow = tv.adjust_hue(colors, shift)
    most = 0.1 if abs(shift) <= 0.1 else 0.5
    assert torch.allclose(color.hue(colors, torch.full((2,), shift), most), slow, atol=2e-5)


@pytest.mark.parametrize("augment", [Augmentation(), Augmentation(hue=0.4), AffineAugmentation()])
def test_a_view_has_its_own_changes_in_its_own_order(photo, augment):
    n = 60
    draws = augment.draw(n, (32, 32), torch.Generator().manual_seed(10))
    fast = augment.apply(batch_of(photo, n), augment.changes(draws))
    slow = resampled(augment, batch_of(photo, n), draws)
    for k, x in enumerate(slow):
        for kind in draws.order[k].tolist() if draws.jitter[k] else []:
            x = CHANGES[kind](x, draws.factors[k, kind].item())
        x = tv.rgb_to_grayscale(x, 3) if draws.to_gray[k] else x
        assert torch.allclose(fast[k], tv.normalize(x, augment.mean, augment.std), atol=2e-4)


def test_boxes_are_drawn_as_by_torchvision():
    fast = Augmentation().draw(DRAWS, (32, 48), torch.Generator().manual_seed(2)).place.numpy()
    torch.manual_seed(2)
    image = torch.zeros(3, 32, 48)
    slow = [transforms.RandomResizedCrop.get_params(image, (0.08, 1.0), (3 / 4, 4 / 3)) for _ in range(DRAWS)]
    for column in range(4):
        assert ks_2samp(fast[:, column], np.array(slow)[:, column]).pvalue > 1e-3
    assert (fast[:, 0] + fast[:, 2] <= 32).all()
    assert (fast[:, 1] + fast[:, 3] <= 48).all()


def test_views_are_distributed_as_torchvisions(photo):
    """Means, spreads and single pixels of many views, against the published chain of PIL transforms."""
    augment = Augmentation()
    fast = augment(batch_of(photo), torch.Generator().manual_seed(4))
    torch.manual_seed(4)
    chain = transforms.Compose(
        [
            transforms.RandomResizedCrop(32),
            transforms.RandomHorizontalFlip(0.5),
            transforms.RandomApply([transforms.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8),
            transforms.RandomGrayscale(0.2),
            transforms.ToTensor(),
            transforms.Normalize(augment.mean, augment.std),
        ]
    )
    slow = torch.stack([chain(Image.fromarray(photo)) for _ in range(DRAWS)])

    numbers = {
        "mean red": lambda x: x[:, 0].mean((1, 2)),
        "mean blue": lambda x: x[:, 2].mean((1, 2)),
        "spread": lambda x: x.std((1, 2, 3)),
        "colorfulness": lambda x: (x[:, 0] - x[:, 1]).std((1, 2)),
        "left minus right": lambda x: x[..., :16].mean((1, 2, 3)) - x[..., 16:].mean((1, 2, 3)),
        "one pixel": lambda x: x[:, 1, 9, 20],
        "sharpness": lambda x: (x[..., 1:] - x[..., :-1]).abs().mean((1, 2, 3)),
    }
    for name, number in numbers.items():
        assert ks_2samp(number(fast), number(slow)).pvalue > 1e-3, name


def test_a_turned_and_sheared_digit_is_torchvisions(photo):
    augment = AffineAugmentation()
    draws = augment.draw(30, (32, 32), torch.Generator().manual_seed(8))
    fast = resampled(augment, batch_of(photo, 30), draws)
    slow = to_torchvisions_arguments(draws.place)
    x = batch_of(photo, 1)[0].float() / 255
    for view, (angle, translate, scale, shear) in zip(fast, slow, strict=True):
        turned = tv.affine(x, angle, translate, scale, [shear, 0.0], tv.InterpolationMode.BILINEAR)
        assert (view - turned).abs().max() < 2e-4


def test_digits_are_turned_and_sheared_as_by_torchvision():
    fast = AffineAugmentation().draw(DRAWS, (32, 32), torch.Generator().manual_seed(9)).place
    torch.manual_seed(9)
    transform = transforms.RandomAffine(degrees=20, translate=(0.1, 0.1), scale=(0.75, 1.25), shear=15)
    names = (transform.degrees, transform.translate, transform.scale, transform.shear, [32, 32])
    slow = [transform.get_params(*names) for _ in range(DRAWS)]
    slow = [(angle, *translate, scale, shear[0]) for angle, translate, scale, shear in slow]
    for column in range(5):
        assert ks_2samp(fast[:, column], np.array(slow)[:, column]).pvalue > 1e-3


def to_torchvisions_arguments(places):
    return [(angle, [tx, ty], scale, shear) for angle, tx, ty, scale, shear in places.tolist()]


def test_each_view_has_its_own_draw_of_everything():
    draws = Augmentation().draw(2000, (32, 32), torch.Generator().manual_seed(5))
    assert abs(draws.flip.float().mean() - 0.5) < 0.05
    assert abs(draws.jitter.float().mean() - 0.8) < 0.05
    assert abs(draws.to_gray.float().mean() - 0.2) < 0.05
    assert len(draws.order.unique(dim=0)) == 24
    assert (draws.factors[:, :3].amin(0) < 0.61).all()
    assert (draws.factors[:, :3].amax(0) > 1.39).all()
    assert draws.factors[:, 3].abs().max() <= 0.1
    correlation = torch.corrcoef(torch.cat([draws.factors, draws.place.float()], dim=1).T)
    assert correlation[:4, :4].sub(torch.eye(4)).abs().max() < 0.1


def test_part_of_a_batch_is_the_same_part_of_the_whole(photo):
    """Processes that share a batch make the views that a single one would make."""
    augment, images = Augmentation(), batch_of(photo, 8)
    whole = augment(images, torch.Generator().manual_seed(6))
    part = augment(images, torch.Generator().manual_seed(6), views=slice(3, 6))
    assert torch.equal(whole[3:6], part)


def test_views_drawn_together_are_those_drawn_one_batch_after_the_other():
    augment = Augmentation()
    together = augment.draw(8, (32, 48), *(torch.Generator().manual_seed(k) for k in range(3)))
    for k in range(3):
        alone = augment.draw(8, (32, 48), torch.Generator().manual_seed(k))
        assert all(map(torch.equal, alone, take(slice(8 * k, 8 * k + 8), together)))


@pytest.mark.parametrize("augment", [Augmentation(), AffineAugmentation()])
def test_batches_prepared_together_are_those_made_one_by_one(photo, augment):
    images = torch.stack([torch.from_numpy(np.roll(photo, k, axis=0)) for k in range(5)]).permute(0, 3, 1, 2)
    chosen = torch.tensor([[0, 1, 2, 0, 1, 2], [3, 4, 0, 3, 4, 0]])
    together = augment.batches(images, chosen, [torch.Generator().manual_seed(k) for k in range(2)])
    for k, (these, back, changes) in enumerate(together):
        alone = augment(images[chosen[k]], torch.Generator().manual_seed(k))
        assert torch.allclose(augment.apply(images[these], changes)[back], alone, atol=1e-5)


@pytest.mark.parametrize("augment", [Augmentation(), AffineAugmentation()])
def test_views_are_made_on_the_device_of_the_images(augment):
    """No tensor of another device is mixed in: shown with torch's device that has no numbers."""
    images = torch.empty(6, 3, 32, 32, dtype=torch.uint8, device="meta")
    generator = torch.Generator().manual_seed(0)
    assert augment(images, generator).device.type == "meta"
    for these, _, changes in augment.batches(images, torch.arange(6)[None], [generator]):
        assert augment.apply(images[these], changes).device.type == "meta"


def test_images_stay_as_they_are(photo):
    images = batch_of(photo, 4)
    before = images.clone()
    Augmentation()(images, torch.Generator().manual_seed(7))
    assert torch.equal(images, before)
