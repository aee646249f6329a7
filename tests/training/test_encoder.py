"""Encoders of others are read as the library that wrote them reads them, and never run code."""

import json

import numpy as np
import pytest
import torch
import transformers

import tiny_encoder
from daylight.core.context import Decisions
from daylight.core.errors import IntegrityError, MissingExtraError, UserError
from daylight.core.types import Column
from daylight.models import FAMILIES
from daylight.runtime.engines import open_graph
from daylight.runtime.operations import OPERATIONS
from daylight.runtime.operations.utf8 import texts
from daylight.training.backbones import encoder
from daylight.training.backbones.checkpoint import locate
from daylight.training.backbones.encoder import ENCODERS
from daylight.training.backbones.installed import Installed
from daylight.training.network import evaluating, write_graph

TOKENS = torch.tensor([[2, 5, 6, 7, 3], [2, 9, 3, 0, 0]], dtype=torch.int32)
LENGTHS = torch.tensor([5, 3])

SIZES = {
    "vocab_size": 12,
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 24,
}
_OF_DISTILBERT = {"dim": 8, "n_layers": 1, "n_heads": 2, "hidden_dim": 16}

every_architecture = pytest.mark.parametrize("architecture", ENCODERS)


def opened(folder, longest=None, pooling="mean"):
    checkpoint = encoder.find(f"hf:{folder}", Decisions())
    return encoder.pretrained(checkpoint, longest=longest, pooling=pooling)


def written(folder, architecture):
    """A whole model with random weights, as the library writes it."""
    torch.manual_seed(0)
    stem = ENCODERS[architecture].name
    sizes = {**SIZES, **_OF_DISTILBERT} if architecture == "distilbert" else SIZES
    model = getattr(transformers, f"{stem}Model")(getattr(transformers, f"{stem}Config")(**sizes))
    for tensor in model.state_dict().values():
        if tensor.is_floating_point():
            tensor.uniform_(0.5, 1.5) if tensor.ndim == 1 else tensor.normal_(0, 0.3)
    model.eval().save_pretrained(folder)
    (folder / "tokenizer.json").write_text("{}")
    return model


def answers(network, *inputs):
    with evaluating(network), torch.inference_mode():
        return network(*inputs)


@every_architecture
def test_vectors_are_the_means_of_what_transformers_gives(architecture, tmp_path):
    model = written(tmp_path, architecture)
    found = answers(opened(tmp_path), TOKENS, LENGTHS)
    for row, length in enumerate(LENGTHS):
        with torch.inference_mode():
            alone = model(input_ids=TOKENS[row : row + 1, :length].long())
        expected = alone.last_hidden_state[0].mean(0)
        assert (found[row] - expected).abs().max() < 1e-5
    assert (found[0] - found[1]).abs().max() > 1e-2


@pytest.mark.slow
@every_architecture
def test_every_architecture_can_be_exported(architecture, tmp_path):
    written(tmp_path, architecture)
    body = opened(tmp_path)
    batch = {"tokens": torch.zeros(2, 3, dtype=torch.int32), "lengths": torch.tensor([3, 2])}
    graph = tmp_path / "encoder.onnx"
    write_graph(
        body, batch, graph, outputs=("vectors",), finish=lambda raw: (raw,), widths=["tokens"]
    )
    [found] = open_graph(graph.read_bytes(), name="it")([TOKENS.numpy(), LENGTHS.numpy()])
    assert np.abs(found - answers(body, TOKENS, LENGTHS).numpy()).max() < 1e-5


def test_the_first_token_can_stand_for_the_text(tmp_path):
    tiny_encoder.write(tmp_path)
    first = answers(opened(tmp_path, pooling="first"), TOKENS, LENGTHS)
    assert (first - answers(opened(tmp_path), TOKENS, LENGTHS)).abs().max() > 1e-2


def test_an_encoder_is_built_again_from_its_facts_alone(tmp_path):
    body = opened(tiny_encoder.write(tmp_path, card="cc-by-4.0"))
    again = encoder.build(body.facts)
    again.load_state_dict(body.state_dict())
    assert torch.equal(answers(again, TOKENS, LENGTHS), answers(body, TOKENS, LENGTHS))
    assert body.facts.license == "cc-by-4.0"


def test_texts_are_never_longer_than_an_encoder_has_places(tmp_path):
    tiny_encoder.write(tmp_path)
    assert opened(tmp_path).facts.longest == tiny_encoder.PLACES
    assert opened(tmp_path, longest=9).facts.longest == 9
    assert opened(tmp_path, longest=900).facts.longest == tiny_encoder.PLACES


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"position_embedding_type": "relative_key"}, "relative_key"),
        ({"position_embedding_type": "relative_key_query"}, "relative_key_query"),
        ({"is_decoder": True}, "decoder"),
        ({"model_type": "gpt2"}, "'gpt2'"),
        ({"auto_map": {"AutoModel": "theirs.Model"}}, "auto_map"),
        ({"max_position_embeddings": None}, "max_position_embeddings"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_would_be_loaded_wrongly_is_refused(changes, said, tmp_path):
    tiny_encoder.write(tmp_path, **changes)
    with pytest.raises(UserError, match=said) as caught:
        opened(tmp_path)
    assert caught.value.hint


def test_weights_that_are_missing_are_named(tmp_path):
    tiny_encoder.write(tmp_path, without=["encoder.layer.0.output.dense.bias"])
    with pytest.raises(IntegrityError, match=r"lacks 1 weights.*output\.dense\.bias"):
        opened(tmp_path)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_file_that_is_missing_is_named(name, tmp_path):
    (tiny_encoder.write(tmp_path) / name).unlink()
    with pytest.raises(UserError, match=name) as caught:
        opened(tmp_path)
    assert caught.value.hint


def test_of_pictures_other_files_are_asked_for(tmp_path):
    with pytest.raises(UserError, match=r"preprocessor_config\.json"):
        locate(str(tiny_encoder.write(tmp_path)), Decisions())


@pytest.mark.parametrize("name", ["minilm", "hf:", "hf:one/two/three"])
def test_a_name_that_cannot_be_an_encoder_is_refused_before_anything_is_read(name):
    with pytest.raises(UserError) as caught:
        encoder.check(name)
    assert caught.value.hint


def test_the_family_lists_the_architectures_that_there_are():
    assert set(FAMILIES["text-transfer"].architectures) == set(ENCODERS)


def test_minilm_knows_which_sentences_mean_the_same():
    checkpoint = encoder.find(encoder.MINILM, Decisions())
    body = encoder.pretrained(checkpoint, longest=None, pooling="mean")
    operation = OPERATIONS["tokenize"]
    tokenize = operation.open(
        operation.parameters(file="tokenizer.json", max_tokens=32),
        lambda name: (checkpoint.folder / name).read_bytes(),
    )
    said = ["A man is eating food.", "Somebody has a meal.", "The stock market fell."]
    [utf8] = OPERATIONS["utf8"].open(None, None)(Column(np.array(said, np.dtypes.StringDType())))
    [tokens] = tokenize(utf8)
    eating, meal, market = (
        answers(body, torch.from_numpy(tokens[row])[None], torch.tensor([len(tokens[row])]))
        for row in range(3)
    )
    alike = torch.cosine_similarity(eating, meal).item()
    assert alike > torch.cosine_similarity(eating, market).item() + 0.3


def test_a_package_that_is_not_installed_or_was_changed_is_said(tmp_path):
    absent = Installed("Nobody's", "not-installed-here", "1", {"a/model.safetensors": "0" * 64})
    with pytest.raises(MissingExtraError, match="not-installed-here") as caught:
        absent.paths()
    assert "pretrained" in caught.value.hint
    changed = Installed("NumPy's", "numpy", "1", {"numpy/version.py": "0" * 64})
    with pytest.raises(IntegrityError, match="SHA-256") as caught:
        changed.paths()
    assert "numpy==1" in caught.value.hint


TEXTS = ["a film", "", "Ωmega 无聊 👍", "\ud800 half a pair"[1:], "x" * 100]


def test_bytes_are_the_texts_again():
    [utf8] = OPERATIONS["utf8"].open(None, None)(Column(np.array(TEXTS, np.dtypes.StringDType())))
    assert utf8.values.dtype == np.uint8
    assert texts(utf8) == TEXTS
    assert texts(utf8.take(np.array([2]))) == TEXTS[2:3]


def test_a_tokenizer_cuts_and_fills_up_nothing_whatever_its_file_says(tmp_path):
    data = (tiny_encoder.write(tmp_path) / "tokenizer.json").read_bytes()
    operation = OPERATIONS["tokenize"]
    [utf8] = OPERATIONS["utf8"].open(None, None)(
        Column(np.array(["the film", "", "film " * 90], np.dtypes.StringDType()))
    )
    run = operation.open(operation.parameters(file="t", max_tokens=6), lambda name: data)
    [tokens] = run(utf8)
    assert [tokens[row].tolist() for row in range(3)] == [
        [2, 11, 10, 3],
        [2, 3],
        [2, 10, 10, 10, 10, 3],
    ]
    plain = operation.parameters(file="t", max_tokens=6, special=False)
    [tokens] = operation.open(plain, lambda name: data)(utf8)
    assert [len(tokens[row]) for row in range(3)] == [2, 0, 6]


@pytest.mark.parametrize("data", [b"", b"{}", json.dumps({"version": "1.0", "model": {}}).encode()])
def test_what_is_no_tokenizer_is_refused(data):
    operation = OPERATIONS["tokenize"]
    with pytest.raises(IntegrityError, match=r"t\.json is no tokenizer"):
        operation.open(operation.parameters(file="t.json", max_tokens=6), lambda name: data)
