"""Tables of vectors are read as what they are, and what they are not is said."""

import numpy as np
import pytest
import torch

import tiny_encoder
from daylight.core.context import Decisions
from daylight.core.errors import IntegrityError, UserError
from daylight.training.backbones import static


def opened(folder):
    return static.pretrained(static.find(f"hf:{folder}", Decisions()))


def test_a_text_is_the_mean_of_its_tokens_vectors(tmp_path):
    vectors = opened(tiny_encoder.write_table(tmp_path))
    tokens = torch.tensor([[5, 6, 7], [8, 0, 0], [0, 0, 0]], dtype=torch.int32)
    found = vectors(tokens, torch.tensor([3, 1, 0]))
    assert (found[0] - vectors.table[5:8].float().mean(0)).abs().max() < 1e-6
    assert (found[1] - vectors.table[8].float()).abs().max() == 0
    assert found[2].abs().max() == 0


def test_wordllama_knows_which_words_are_alike():
    found = static.find(static.WORDLLAMA, Decisions())
    vectors = static.pretrained(found)
    assert vectors.facts.shape == (32_000, 256)
    assert vectors.facts.license == "mit"
    tokenizer = static_tokens(found)
    king, queen, stone = (
        vectors(torch.tensor([tokens]), torch.tensor([len(tokens)]))
        for tokens in map(tokenizer, ("king", "queen", "gravel"))
    )
    alike = torch.cosine_similarity(king, queen).item()
    assert alike > torch.cosine_similarity(king, stone).item() + 0.2


def static_tokens(found):
    from daylight.runtime.operations.tokenize import opened

    tokenizer = opened(found.tokenizer.read_bytes(), "t", max_tokens=16)
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


def test_an_encoder_is_no_table(tmp_path):
    with pytest.raises(UserError, match="more than a table") as caught:
        opened(tiny_encoder.write(tmp_path / "bert"))
    assert "text-transfer" in caught.value.hint
    more = {"weights": np.ones(3, np.float32)}
    with pytest.raises(UserError, match="2 tensors"):
        opened(tiny_encoder.write_table(tmp_path / "weighted", **more))


def test_a_table_that_is_damaged_or_not_there_is_said(tmp_path):
    folder = tiny_encoder.write_table(tmp_path)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    with pytest.raises(IntegrityError, match="damaged"):
        opened(folder)
    weights.unlink()
    with pytest.raises(UserError, match=r"model\.safetensors"):
        opened(folder)
    with pytest.raises(UserError, match="Unknown backbone 'glove'") as caught:
        static.check("glove")
    assert caught.value.hint
