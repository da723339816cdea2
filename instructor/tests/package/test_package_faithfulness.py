"""The truth meter and the maps beside the student's: each does what its name says, on small networks."""

import pytest
import torch
from torch import nn

from cs231n import words
from cs231n.faithfulness import Faithfulness, area, insertion_curve, measure
from cs231n.saliency_methods import center_map, edge_map, grad_cam, noisy_copies, random_map, smooth_grad
from cs231n.sanity_check import randomized, rank_correlation
from instructor.checks.reference import answer


class Corner(nn.Module):
    """Class 1 is seen in the upper left quarter alone, class 0 nowhere; the second map is the image."""

    def __init__(self):
        super().__init__()
        self.look = nn.Conv2d(3, 2, 1, bias=False)
        with torch.no_grad():
            self.look.weight[:] = torch.tensor([[0.0], [1.0]])[..., None, None]

    def forward(self, x):
        maps = self.look(x)
        quarter = maps[:, :, : x.shape[2] // 2, : x.shape[3] // 2].mean(dim=(2, 3))
        return quarter * torch.tensor([0.0, 1.0])


@pytest.fixture
def corner():
    return Corner().eval()


X = torch.ones(1, 3, 8, 12)
Y = torch.tensor([1])


def upper_left():
    saliency = torch.zeros(8, 12)
    saliency[:4, :6] = 1
    return saliency


# ---- the meter ----


def test_insertion_brings_the_most_salient_pixels_in_first(corner):
    deletion_curve = answer("deletion_curve")
    curve = insertion_curve(deletion_curve, X, 1, corner, upper_left(), 4)  # a quarter of the image a step
    full, nothing = torch.tensor([3.0, 0.0]).sigmoid()
    torch.testing.assert_close(curve, torch.stack([nothing, full, full, full, full]))
    gone = deletion_curve(X, 1, corner, upper_left(), 4)
    torch.testing.assert_close(gone, torch.stack([full, nothing, nothing, nothing, nothing]))


@pytest.mark.parametrize(
    ("curve", "expected"), [([1.0, 1.0], 1), ([1.0, 0.0, 0.0], 0.25), ([0.0, 0.5, 1.0], 0.5)]
)
def test_the_area_is_over_shares_of_the_pixels_whatever_the_number_of_steps(curve, expected):
    assert area(torch.tensor(curve)) == pytest.approx(expected)


def test_a_map_that_knows_the_network_is_measured_as_better(corner):
    methods = {
        "knows": lambda X, y, model: upper_left(),
        "knows the opposite": lambda X, y, model: -upper_left(),
    }
    photos = torch.cat([X, 2 * X])
    found = measure(
        answer("deletion_curve"), methods, photos, Y.expand(2), corner, 4, rival="knows the opposite"
    )
    assert found.deletion["knows"].shape == (2, 5)
    differences = found.differences()
    assert min(differences["knows"]) > 0.2
    assert differences["knows"] == pytest.approx(
        [-each for each in differences["knows the opposite"]], abs=1e-5
    )
    percents, means = found.mean_curves(found.deletion)["knows"]
    assert percents == [0, 25, 50, 75, 100]
    assert means == pytest.approx(found.deletion["knows"].mean(dim=0).tolist())


def test_no_picture_is_shown_to_the_network_twice(corner):
    shown = []
    corner.register_forward_hook(
        lambda _model, inputs, _scores: shown.extend(x.numpy().tobytes() for x in inputs[0])
    )
    methods = {"one": lambda X, y, model: upper_left(), "other": lambda X, y, model: center_map(X)}
    measure(answer("deletion_curve"), methods, X, Y, corner, 4, rival="one")
    assert len(shown) == len(set(shown))


def test_the_table_says_mean_deviation_and_how_often_the_rival_is_beaten():
    flat, falling = torch.full((2, 3), 0.5), torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.5]])
    found = Faithfulness({"<a>": falling, "b": flat}, {"<a>": flat, "b": flat}, rival="b")
    heads, first, second = found.rows()
    assert heads[-1] == "beats “b” on"
    assert first == ["<a>", "0.38 ± 0.18", "0.50 ± 0.00", "+0.12 ± 0.18", "1 of 2 photos"]
    assert second[-1] == ""
    assert "+0.12 ± 0.18" in str(found)
    shown = found._repr_html_()
    assert "<td>&lt;a&gt;</td>" in shown
    assert shown.count("<tr>") == 3
    alone = Faithfulness({"b": flat[:1]}, {"b": flat[:1]}, rival="b")
    assert list(alone.rows())[1][1] == "0.50"


def test_the_table_speaks_chinese():
    flat = torch.full((2, 3), 0.5)
    words.speak("zh")
    try:
        heads, row = Faithfulness({"edge filter": flat}, {"edge filter": flat}, rival="edge filter").rows()
    finally:
        words.speak("en")
    assert heads[-1] == "胜过“边缘滤波”"
    assert row[0] == "边缘滤波"


# ---- the maps ----


def test_grad_cam_shows_where_the_last_maps_speak_for_the_class(corner):
    photo = X.clone()
    photo[..., 6:] = -1  # the right half would speak against the class
    cam = grad_cam(photo, Y, corner)
    assert cam.shape == (8, 12)
    assert (cam[:, :6] > 0).all()
    assert (cam[:, 6:] == 0).all()
    assert not grad_cam(photo, torch.tensor([0]), corner).any()
    assert all(not layer._forward_hooks for layer in corner.modules())


def test_grad_cam_works_where_weights_ask_for_no_gradient_and_refuses_a_network_without_maps(corner):
    assert torch.equal(grad_cam(X, Y, corner.requires_grad_(False)), grad_cam(X, Y, Corner().eval()))
    flat = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 12, 2))
    with pytest.raises(ValueError, match="feature maps"):
        grad_cam(X, Y, flat)


def test_smooth_grad_is_the_mean_of_the_maps_of_the_copies():
    function = lambda X, y, model: X.abs().amax(dim=1) * y.view(-1, 1, 1)  # noqa: E731
    photo = torch.rand(1, 3, 5, 4)
    copies = noisy_copies(photo, 3, 0.2)
    assert torch.equal(copies, noisy_copies(photo, 3, 0.2))
    assert not torch.equal(copies[0], copies[1])
    expected = copies.abs().amax(dim=1).mean(dim=0)
    torch.testing.assert_close(smooth_grad(function, photo, Y, None, samples=3, noise=0.2), expected)
    assert torch.equal(noisy_copies(photo, 2, 0.0), photo.expand(2, -1, -1, -1))


def test_the_noise_is_a_share_of_the_range():
    photo = torch.zeros(1, 3, 60, 60)
    photo[..., 0] = 10
    noise = noisy_copies(photo, 4, 0.1) - photo
    assert noise.std().item() == pytest.approx(1, rel=0.05)


def test_maps_without_a_network_are_largest_where_they_say():
    photo = torch.zeros(1, 3, 41, 61)
    photo[..., 30:] = 1  # an edge between columns 29 and 30
    edges = edge_map(photo, sigma=2)
    assert edges.shape == (41, 61)
    assert set(edges.argmax(dim=1).tolist()) <= {29, 30}
    assert (edge_map(photo, sigma=0) > 0).sum() < (edges > 1e-3).sum()
    center = center_map(photo)
    assert divmod(center.argmax().item(), 61) == (20, 30)
    assert center.min() >= 0
    torch.manual_seed(5)
    drawn = random_map(photo)
    assert torch.equal(drawn, random_map(photo))
    assert drawn.min() >= 0


# ---- the sanity check ----


def network():
    torch.manual_seed(0)
    layers = [nn.Sequential(nn.Linear(30, 30), nn.ReLU()) for _ in range(4)]
    return nn.Sequential(*layers, nn.Linear(30, 30))


def test_layers_are_shuffled_from_the_last_one_on():
    model = network()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.random.get_rng_state()
    counts = []
    for ruined in randomized(model, shares=(0, 0.01, 0.4, 1)):
        changed = [
            name for name, value in ruined.state_dict().items() if not torch.equal(value, before[name])
        ]
        assert sorted(changed, key=list(before).index) == list(before)[len(before) - len(changed) :]
        for name, value in ruined.state_dict().items():
            assert torch.equal(value.flatten().sort().values, before[name].flatten().sort().values)
        counts.append(len(changed))
    assert counts == [0, 2, 4, 10]
    assert torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_rank_correlation_is_of_the_order_of_the_pixels():
    saliency = torch.rand(6, 7)
    assert rank_correlation(saliency, saliency.exp()) == pytest.approx(1)
    assert rank_correlation(saliency, -saliency) == pytest.approx(-1)
    assert rank_correlation(saliency, torch.ones(6, 7)) == 0
