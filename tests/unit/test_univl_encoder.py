"""The dual encoder: what a document is, cutting to length, and weights from other houses."""

import io
import json
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from univl_tiny import clip, collection

from benchmark.artefacts.identity import identity
from benchmark.artefacts.store import Store
from benchmark.datasets.images import decoded, over_white
from benchmark.dense.encode import Documents
from benchmark.errors import InputError
from univl_dr.documents import Presentation
from univl_dr.embedder import computing
from univl_dr.encoder import DualEncoder
from univl_dr.inference import Encoding, precision_here
from univl_dr.items import Item
from univl_dr.pictures import Pictures
from univl_dr.retrievers import CLIPDPR, ReleasedUniVLDR
from univl_dr.tokens import BytePairs
from univl_dr.weights import fit, read_weights

CONFIG: dict[str, Any] = {
    "embed_dim": 24,
    "quick_gelu": True,
    "vision_cfg": {"image_size": 32, "patch_size": 8, "width": 64, "head_width": 64, "layers": 2},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 1, "layers": 2},
}
TEXTS = ["a red tower", "which of the two lighthouses is taller, and why?", "x"]


@pytest.fixture(scope="module")
def encoder() -> DualEncoder:
    torch.manual_seed(0)
    return DualEncoder(CONFIG, BytePairs()).eval()


def images(count: int) -> list[Image.Image]:
    pixels = np.random.default_rng(0).integers(0, 256, (count, 40, 56, 3), dtype=np.uint8)
    return [Image.fromarray(one) for one in pixels]


@torch.inference_mode()
def test_a_document_is_the_normalised_sum_of_its_parts(encoder: DualEncoder) -> None:
    pixels = [encoder.preprocess(image) for image in images(2)]
    items = [Item("one", pixels[0]), Item("two", None), Item(None, pixels[1])]
    caption, passage = encoder.embed_texts(["one", "two"])
    first, second = encoder.embed_images(pixels)
    assert caption.norm() != pytest.approx(1, abs=0.01)  # parts are summed as the towers give them
    expected = torch.stack([first + caption, passage, second])
    expected = expected / expected.norm(dim=1, keepdim=True)
    assert torch.allclose(encoder.embed_documents(items), expected, atol=1e-6)


@torch.inference_mode()
def test_texts_are_embedded_as_by_open_clip_at_full_length(encoder: DualEncoder) -> None:
    import open_clip

    plain = open_clip.CLIP(**encoder.config)
    plain.load_state_dict(encoder.clip.state_dict())
    tokens = open_clip.get_tokenizer("ViT-B-32")([*TEXTS, "many words " * 60])
    whole = plain.encode_text(tokens)
    encoder.cut = 0
    assert torch.allclose(encoder.embed_texts([*TEXTS, "many words " * 60]), whole, atol=1e-5)
    assert encoder.cut == 1


@torch.inference_mode()
def test_fp16_is_open_clips_own(encoder: DualEncoder, tmp_path: Path) -> None:
    """open_clip in fp16 on the same weights: the same figures but for the rounding of fp16."""
    import open_clip
    from torch.nn.functional import normalize

    theirs = open_clip.CLIP(**encoder.config, cast_dtype=torch.float16).eval()
    theirs.load_state_dict(encoder.clip.state_dict())
    open_clip.convert_weights_to_fp16(theirs)
    encoder.save(tmp_path)
    ours = DualEncoder.load(tmp_path).eval()
    ours.use_fp16()
    pixels = [ours.preprocess(image) for image in images(2)]
    items = [Item("one", pixels[0]), Item(None, pixels[1]), Item("two")]
    found = ours.embed_documents(items)
    scaled = ((torch.stack(pixels) - ours.mean) / ours.deviation).half()
    seen = theirs.encode_image(scaled)
    one, two = theirs.encode_text(open_clip.get_tokenizer("ViT-B-32")(["one", "two"]))
    expected = normalize(torch.stack([seen[0] + one, seen[1], two]), dim=-1)
    assert found.dtype == expected.dtype == torch.float16
    assert torch.allclose(found.float(), expected.float(), atol=2e-3)
    exact = encoder.embed_documents(items)
    assert 1e-6 < (found.float() - exact).abs().max() < 5e-3
    assert ours.clip.ln_final.weight.dtype == torch.float32


@torch.inference_mode()
def test_weights_in_bf16_change_no_embedding_of_autocast(
    encoder: DualEncoder, tmp_path: Path
) -> None:
    encoder.save(tmp_path)
    ours = DualEncoder.load(tmp_path).eval()
    ours.use_bf16()
    items = [Item("one", ours.preprocess(image)) for image in images(2)] + [Item("two")]
    with computing(encoder, "bf16"):
        expected, found = encoder.embed_documents(items), ours.embed_documents(items)
    assert found.dtype == torch.float32
    assert torch.equal(found, expected)
    assert not torch.equal(found, encoder.embed_documents(items))


@pytest.mark.parametrize(("gpu", "chosen"), [("cuda", "fp16"), ("cpu", "fp32")])
def test_released_checkpoints_are_encoded_in_fp16_where_there_is_a_gpu(
    monkeypatch: pytest.MonkeyPatch, gpu: str, chosen: str
) -> None:
    monkeypatch.setattr("univl_dr.embedder.device", lambda: torch.device(gpu))
    assert precision_here(ReleasedUniVLDR().precision) == chosen
    assert precision_here("fp32") == "fp32"
    assert CLIPDPR().precision == "fp32"


def test_an_encoding_in_fp16_is_another_one_and_says_so(
    tmp_path: Path, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    data = collection(tmp_path / "tiny")
    exact, half = (Encoding(weights=clip(data), precision=one) for one in ("fp32", "fp16"))
    assert identity(exact) != identity(half)
    found = half.load(store).encode_documents(data.corpus, np.arange(16))
    assert "encoding in fp16" in caplog.text
    assert found.dtype == np.float32
    assert (found.astype(np.float16) == found).all()
    assert np.allclose(
        found, exact.load(store).encode_documents(data.corpus, np.arange(16)), atol=5e-3
    )
    with pytest.raises(InputError, match="precision"):
        CLIPDPR(precision="fp16")


@torch.inference_mode()
def test_preprocessing_is_clips(encoder: DualEncoder) -> None:
    import open_clip
    from open_clip.transform import image_transform

    (image,) = images(1)
    expected = image_transform(32, is_train=False)(image)
    ours = (encoder.preprocess(image) - encoder.mean) / encoder.deviation
    assert torch.allclose(ours, expected, atol=1e-5)
    plain = open_clip.CLIP(**encoder.config)
    plain.load_state_dict(encoder.clip.state_dict())
    embedded = encoder.embed_images([encoder.preprocess(image)])
    assert torch.allclose(embedded, plain.encode_image(expected[None]), atol=1e-5)


SHAPES = [(40, 56), (57, 33), (32, 32), (300, 17), (3, 900), (1200, 2), (31, 500)]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "P, transparent", "LA", "L", "CMYK", "1"])
def test_pixels_are_those_of_resizing_then_cropping_then_converting(
    encoder: DualEncoder, mode: str
) -> None:
    """CLIP's own transform by torchvision, pixel by pixel: noise, which shows every rounding."""
    from torchvision.transforms import v2

    theirs = v2.Compose(
        [
            v2.Resize(32, interpolation=v2.InterpolationMode.BICUBIC),
            v2.CenterCrop(32),
            v2.Lambda(lambda image: image.convert("RGB")),
            v2.PILToTensor(),
        ]
    )
    dice = np.random.default_rng(5)
    for width, height in SHAPES:
        noise = Image.fromarray(dice.integers(0, 256, (height, width, 4), dtype=np.uint8))
        image = noise.convert(mode.split(",")[0])
        if mode.endswith("transparent"):
            image.save(file := io.BytesIO(), "PNG", transparency=bytes(range(256)))
            image = decoded(file.getvalue())
        with warnings.catch_warnings(action="ignore"):  # Pillow's, of what theirs drops
            expected = theirs(image)
        assert torch.equal(encoder.preprocess(image), expected), (mode, width, height)


def test_transparency_is_dropped_and_not_laid_over_white(encoder: DualEncoder) -> None:
    """A red image of which half can't be seen at all: its colour is what counts, as in CLIP's."""
    image = Image.new("RGBA", (32, 32), (200, 0, 0, 255))
    image.paste((200, 0, 0, 128), (0, 0, 16, 32))
    pixels = encoder.preprocess(image)
    assert pixels[:, 5, 5].tolist() == pixels[:, 5, 25].tolist() == [200, 0, 0]
    assert over_white(image).getpixel((5, 5)) == (227, 127, 127)


def test_an_image_of_extreme_shape_is_resized_and_cropped_at_once(
    encoder: DualEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = np.linspace(0, 255, 700).astype(np.uint8)
    image = Image.fromarray(np.stack([np.tile(row, (40, 1))] * 3, axis=2))
    exact = encoder.preprocess(image).int()
    monkeypatch.setattr("univl_dr.pictures.MOST_PIXELS", 1000)
    assert (encoder.preprocess(image).int() - exact).abs().max() <= 2


def test_images_are_kept_up_to_a_number_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("univl_dr.pictures.CACHED", 8 * 25)
    decoded: list[int] = []
    corpus = SimpleNamespace(stored_image=lambda number: decoded.append(number) or number)
    kept = Pictures(corpus, lambda number: torch.full((10,), number, dtype=torch.float64))
    for numbers in ([0, 1], [1, 2], [2, 1], [0, 1]):  # 80 bytes an image: two of them fit
        assert [image[0].item() for image in kept.read(numbers)] == numbers
    assert decoded == [0, 1, 2, 0]


@torch.inference_mode()
def test_a_checkpoint_named_as_openai_does_gives_what_transformers_gives(tmp_path: Path) -> None:
    theirs = other_clip()
    path = tmp_path / "released.pt"
    weights = {name: tensor.half() for name, tensor in openai_names(theirs).items()}
    torch.save({"epoch": 3, "model": weights}, path)
    theirs.load_state_dict({name: one.half().float() for name, one in theirs.state_dict().items()})
    module = DualEncoder(CONFIG, BytePairs()).eval()
    fit(module.clip, read_weights(path), path)

    tokens = [[module.tokens.start, *module.tokens.ids(text), module.tokens.end] for text in TEXTS]
    for text, ids in zip(TEXTS, tokens, strict=True):
        expected = theirs.text_projection(theirs.text_model(torch.tensor([ids])).pooler_output)
        assert torch.allclose(module.embed_texts([text]), expected, atol=1e-5)
    pixels = [module.preprocess(image) for image in images(2)]
    scaled = (torch.stack(pixels) - module.mean) / module.deviation
    expected = theirs.visual_projection(theirs.vision_model(scaled).pooler_output)
    assert torch.allclose(module.embed_images(pixels), expected, atol=1e-5)


def test_gradients_are_open_clips(encoder: DualEncoder) -> None:
    import open_clip

    plain = open_clip.CLIP(**encoder.config).eval()
    plain.load_state_dict(encoder.clip.state_dict())
    pixels = [encoder.preprocess(image) for image in images(2)]
    (encoder.embed_texts(TEXTS).square().sum() + encoder.embed_images(pixels).sum()).backward()
    scaled = (torch.stack(pixels) - encoder.mean) / encoder.deviation
    tokens = open_clip.get_tokenizer("ViT-B-32")(TEXTS)
    (plain.encode_text(tokens).square().sum() + plain.encode_image(scaled).sum()).backward()
    expected = dict(plain.named_parameters())
    for name, ours in encoder.clip.named_parameters():
        if ours.grad is not None or expected[name].grad is not None:
            torch.testing.assert_close(ours.grad, expected[name].grad, atol=1e-4, rtol=1e-4)
    encoder.zero_grad()


def test_it_is_saved_whole_with_its_activation(encoder: DualEncoder, tmp_path: Path) -> None:
    encoder.save(tmp_path)
    loaded = DualEncoder.load(tmp_path).eval()
    assert loaded.config == encoder.config
    assert loaded.config["quick_gelu"]
    with torch.inference_mode():
        assert torch.equal(loaded.embed_texts(TEXTS), encoder.embed_texts(TEXTS))
    (tmp_path / "again").mkdir()
    loaded.save(tmp_path / "again")
    for name in ("model.safetensors", "model.json"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


class Malicious:
    def __reduce__(self) -> tuple[object, ...]:
        return print, ("run",)


def test_bad_checkpoints_are_named(encoder: DualEncoder, tmp_path: Path) -> None:
    weights = encoder.clip.state_dict()
    path = tmp_path / "bad.pt"

    def refusal() -> str:
        with pytest.raises(InputError) as caught:
            fit(encoder.clip, read_weights(path), path)
        assert str(caught.value).startswith(f"{path}: ")
        return str(caught.value)

    torch.save({"model": {"a": Malicious()}}, path)
    assert "contains code" in refusal()
    torch.save({"model": weights}, path)
    path.write_bytes(path.read_bytes()[:5000])
    assert "cannot be read" in refusal()
    torch.save({"model": {**weights, "text_projection": torch.zeros(64, 25)}}, path)
    assert "'text_projection' has shape (64, 25), not (64, 24)" in refusal()
    torch.save({"model": {**weights, "extra": torch.zeros(1)}}, path)
    assert "contains 'extra'" in refusal()
    torch.save({"model": {k: v for k, v in weights.items() if k != "logit_scale"}}, path)
    assert "lacks 'logit_scale'" in refusal()


def test_an_unreadable_image_is_named_or_skipped_and_counted(tmp_path: Path, store: Store) -> None:
    data = collection(tmp_path / "tiny", broken=3)
    rows = np.arange(len(data.corpus))
    with pytest.raises(InputError, match="image 3"):
        Encoding(weights=clip(data)).load(store).encode_documents(data.corpus, rows)
    skipping = Encoding(weights=clip(data), presentation=Presentation(unreadable="skip"))
    encoder = skipping.load(store)
    found = encoder.encode_documents(data.corpus, rows)
    notes = store.path(Documents(model=skipping, data=data.corpus)) / "notes.json"
    assert json.loads(notes.read_text()) == encoder.notes == {"unreadable images": 1}
    captions = Encoding(weights=clip(data), presentation=Presentation(view="caption"))
    alone = captions.load(store).encode_documents(data.corpus, rows)
    assert np.allclose(found[11], alone[11], atol=1e-6)
    assert not np.allclose(found[12], alone[12], atol=1e-2)


def other_clip() -> Any:
    """A CLIP of the same shape by another hand, with random weights."""
    from transformers import CLIPConfig, CLIPModel

    shape = {"hidden_size": 64, "intermediate_size": 256, "num_hidden_layers": 2}
    shape |= {"num_attention_heads": 1}
    text = {"vocab_size": 49408, "max_position_embeddings": 77, "eos_token_id": 49407, **shape}
    vision = {"image_size": 32, "patch_size": 8, **shape}
    torch.manual_seed(1)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=24)).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return model


def openai_names(model: Any) -> dict[str, Tensor]:
    """The weights of transformers' CLIP by OpenAI's names."""
    old = model.state_dict()
    new = {
        "logit_scale": old["logit_scale"],
        "positional_embedding": old["text_model.embeddings.position_embedding.weight"],
        "token_embedding.weight": old["text_model.embeddings.token_embedding.weight"],
        "text_projection": old["text_projection.weight"].T,
        "visual.proj": old["visual_projection.weight"].T,
        "visual.class_embedding": old["vision_model.embeddings.class_embedding"],
        "visual.conv1.weight": old["vision_model.embeddings.patch_embedding.weight"],
        "visual.positional_embedding": old["vision_model.embeddings.position_embedding.weight"],
    }
    parts = ("weight", "bias")
    norms = {
        "ln_final": "text_model.final_layer_norm",
        "visual.ln_pre": "vision_model.pre_layrnorm",
        "visual.ln_post": "vision_model.post_layernorm",
    }
    for tower, prefix in (("text_model", ""), ("vision_model", "visual.")):
        for layer in range(2):
            ours = f"{prefix}transformer.resblocks.{layer}"
            its = f"{tower}.encoder.layers.{layer}"
            for part in parts:
                new[f"{ours}.attn.in_proj_{part}"] = torch.cat(
                    [old[f"{its}.self_attn.{one}_proj.{part}"] for one in "qkv"]
                )
            norms |= {
                f"{ours}.attn.out_proj": f"{its}.self_attn.out_proj",
                f"{ours}.ln_1": f"{its}.layer_norm1",
                f"{ours}.ln_2": f"{its}.layer_norm2",
                f"{ours}.mlp.c_fc": f"{its}.mlp.fc1",
                f"{ours}.mlp.c_proj": f"{its}.mlp.fc2",
            }
    for ours, its in norms.items():
        for part in parts:
            new[f"{ours}.{part}"] = old[f"{its}.{part}"]
    return new
