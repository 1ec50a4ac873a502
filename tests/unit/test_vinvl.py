"""VinVL's public format, the small extractor that writes it, and the encoder that reads it."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import BertConfig, BertModel, BertTokenizer, VisualBertModel

from baselines.encoders.region_documents import RegionDocuments, RegionEncoding
from baselines.encoders.regions import WIDTH, RegionFile, RegionWriter, VinVLFolder, extract
from baselines.encoders.starts import WithRegions, published
from baselines.vinvl import VinVLDPR
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.datasets.writer import Writer
from benchmark.dense.encode import Documents
from benchmark.errors import InputError
from benchmark.io.jsonl import Source
from benchmark.retriever import Task
from benchmark.types import Document, Query
from univl_dr.items import Item

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "barn", "sky", "tree"]


def vinvl(folder: Path, *, json_features: bool = False) -> dict[str, np.ndarray]:
    """A folder as VinVL publishes it: two images, of three regions and of one."""
    dice = np.random.default_rng(1)
    features = {
        name: dice.standard_normal((count, WIDTH)).astype(np.float32)
        for name, count in (("30000001", 3), ("30000002", 1))
    }
    folder.mkdir()
    for table in ("features", "predictions"):
        offsets, lines = [], b""
        for name, values in features.items():
            code = base64.b64encode(values.tobytes()).decode()
            classes = ["barn", "sky", "tree"][: len(values)]
            objects = [{"class": one, "conf": 0.9, "rect": [0, 0, 9.5, 9]} for one in classes]
            if table == "predictions":
                content = json.dumps({"image_h": 9, "image_w": 9, "objects": objects})
            elif json_features:
                content = json.dumps({"num_boxes": len(values), "features": code})
            else:
                content = f"{len(values)}\t{code}"
            offsets.append(len(lines))
            lines += f"{name}\t{content}\n".encode()
        (folder / f"{table}.tsv").write_bytes(lines)
        (folder / f"{table}.lineidx").write_text("".join(f"{one}\n" for one in offsets))
    return features


@pytest.mark.parametrize("json_features", [False, True])
def test_the_public_format_loads(tmp_path: Path, json_features: bool) -> None:
    features = vinvl(tmp_path / "vinvl", json_features=json_features)
    file = RegionFile(tmp_path / "vinvl")
    for name in ("30000002", "30000001"):
        np.testing.assert_array_equal(file.read(name).features, features[name])
    assert file.read("30000001").tags == ("barn", "sky", "tree")
    with pytest.raises(InputError, match="no regions of image '7'"):
        file.read("7")


@pytest.mark.parametrize("kept", [40, 16_000])
def test_regions_that_are_cut_are_refused_by_line(tmp_path: Path, kept: int) -> None:
    vinvl(tmp_path / "vinvl")
    path = tmp_path / "vinvl" / "features.tsv"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InputError, match=r"features\.tsv:1: regions of image '30000001'"):
        RegionFile(tmp_path / "vinvl").read("30000001")


def test_predictions_of_another_image_are_refused(tmp_path: Path) -> None:
    vinvl(tmp_path / "vinvl")
    path = tmp_path / "vinvl" / "predictions.tsv"
    path.write_bytes(path.read_bytes().replace(b"30000001", b"30000003"))
    with pytest.raises(InputError, match="its predictions are of '30000003'"):
        RegionFile(tmp_path / "vinvl").read("30000001")


def test_files_that_are_missing_are_named(tmp_path: Path) -> None:
    vinvl(tmp_path / "vinvl")
    (tmp_path / "vinvl" / "predictions.lineidx").unlink()
    with pytest.raises(InputError, match=r"predictions\.lineidx: no such file"):
        RegionFile(tmp_path / "vinvl").read("30000001")


def test_the_extractor_sees_where_colours_are_and_writes_the_format(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 40), (200, 40, 40))
    image.paste((50, 90, 200), (20, 20, 40, 40))
    found = extract(image)
    assert found.features.shape == (5, WIDTH)
    assert found.tags[1:] == ("red", "red", "red", "blue")
    assert found.features[4, -6:].tolist() == [0.5, 0.5, 1, 1, 0.5, 0.5]
    with RegionWriter(tmp_path) as writer:
        writer.write("1", extract(Image.new("RGB", (8, 8))))
        writer.write("2", found)
    read = RegionFile(tmp_path).read("2")
    np.testing.assert_array_equal(read.features, found.features)
    assert read.tags == found.tags


@pytest.fixture
def start(tmp_path: Path) -> WithRegions:
    folder = tmp_path / "bert"
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=24,
    )
    BertModel(config).save_pretrained(folder)
    BertTokenizer(vocab={word: n for n, word in enumerate(WORDS)}).save_pretrained(folder)
    return WithRegions(bert=published(str(folder), str(folder)), seed=1)


def test_texts_are_read_as_by_the_bert_it_starts_from(start: WithRegions, store: Store) -> None:
    module, bert = start.module(store).eval(), start.bert.module(store).eval()
    texts = ["red barn", "tree", "the sky sky sky"]
    with torch.inference_mode():
        torch.testing.assert_close(module.embed_questions(texts), bert.embed_questions(texts))


def test_regions_count_and_their_padding_does_not(
    start: WithRegions, store: Store, tmp_path: Path
) -> None:
    module = start.module(store).eval()
    many, few = torch.randn(3, WIDTH), torch.randn(1, WIDTH)
    items = [Item("red barn"), Item("red barn", many), Item("tree", few), Item("red barn", few)]
    with torch.inference_mode():
        together = module.embed_documents(items)
        alone = torch.cat([module.embed_documents([item]) for item in items])
    torch.testing.assert_close(together, alone)
    assert not torch.allclose(together[1], together[3])
    assert not torch.allclose(together[0], together[3])
    module.save(tmp_path / "kept")
    plain = VisualBertModel.from_pretrained(tmp_path / "kept", add_pooling_layer=False).eval()
    read = module.pieces.batch(module.pieces.read(["red barn"])[0])
    with torch.inference_mode():
        whole = plain(
            **read,
            visual_embeds=many[None],
            visual_attention_mask=torch.ones(1, 3),
            visual_token_type_ids=torch.ones(1, 3, dtype=torch.long),
        ).last_hidden_state
        torch.testing.assert_close(together[1], whole[0, 0])
        again = start.restore(tmp_path / "kept").eval().embed_documents(items)
    torch.testing.assert_close(again, together)


def pictures(folder: Path, passage: str = "red tree") -> Collection:
    with Writer(folder, name="toy", title="Toy", notice="") as writer:
        here = Source(folder)
        writer.add(Document(id="p", text=passage), here)
        for name in ("30000001", "30000002"):
            writer.add(Document(id=name, text=f"caption of {name}", modality="image"), here)
        for split in ("train", "dev", "test"):
            query = Query(id=split, text="red")
            writer.split(split, [(query, here)], {split: {"p": 1}}, folder)
    return Collection(folder)


def test_images_come_with_tags_and_regions_and_passages_without(tmp_path: Path) -> None:
    features = vinvl(tmp_path / "vinvl")
    data = pictures(tmp_path / "toy")
    passage, image = RegionDocuments(data.corpus, RegionFile(tmp_path / "vinvl")).items([0, 1])
    assert (passage.text, passage.image) == ("red tree", None)
    assert image.text == "caption of 30000001 [SEP] barn sky tree"
    assert image.image is not None
    np.testing.assert_array_equal(image.image.numpy(), features["30000001"])


def test_texts_that_are_cut_are_counted(start: WithRegions, store: Store, tmp_path: Path) -> None:
    """The BERT of these tests reads 24 word pieces: "[CLS] red ... [SEP]" holds 22 words."""
    vinvl(tmp_path / "vinvl")
    regions = VinVLFolder(folder=tmp_path / "vinvl", sha256="")
    data = pictures(tmp_path / "toy", passage="red " * 23)
    model = RegionEncoding(weights=start, regions=regions)
    encoder = model.load(store)
    encoder.encode_documents(data.corpus, np.arange(3))
    assert encoder.notes == {"texts cut at the context length": 1}
    notes = store.path(Documents(model=model, data=data.corpus)) / "notes.json"
    assert json.loads(notes.read_text()) == encoder.notes


def test_the_row_says_where_regions_are_missing(tmp_path: Path) -> None:
    reason = VinVLDPR().why_unavailable(Task(data=pictures(tmp_path / "toy")))
    assert reason is not None
    assert "put features.tsv and predictions.tsv into" in reason
