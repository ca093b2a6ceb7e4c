from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb.vocabulary import load_vocabulary
from matcher.errors import MatcherError
from matcher.retrieval.capacity_cues import cue_strengths, load_cues
from matcher.retrieval.capacity_head import fit_head, framed, head_for, load_frames, read_head, write_head

CODES = tuple(load_vocabulary().capacities)


def test_the_first_cue_counts_most():
    strengths = dict(zip(CODES, cue_strengths("The regulator that can act against shops", CODES), strict=True))
    assert strengths["policy_influence"] == 1.0
    assert 0 < strengths["distribution"] < 1


def test_a_text_without_cues_names_nothing():
    assert not cue_strengths("Blue skies everywhere", CODES).any()


def test_every_capacity_has_frames_and_cues():
    texts, codes = framed(load_frames(), per_frame=1)
    assert set(codes) == set(CODES)
    assert len(texts) == len(codes)
    assert not [text for text in texts if "{" in text]
    named = {item.code for listed in load_cues().by_first.values() for item in listed}
    assert named == set(CODES)


def test_the_stored_head_knows_every_capacity():
    head = read_head()
    assert set(head.codes) == set(CODES)
    assert head.weights.shape == (len(CODES), 384)


def test_shares_add_up_to_one(encoder):
    head = head_for(encoder)
    shares = head.shares(encoder.encode(["a factory that makes soap", "a radio station"]))
    assert np.allclose(shares.sum(axis=1), 1)
    assert head.codes[int(shares[0].argmax())] == "manufacturing"


def test_a_head_survives_writing(tmp_path: Path, encoder):
    head = fit_head(encoder, per_frame=1)
    write_head(head, tmp_path / "head.json")
    again = read_head(tmp_path / "head.json")
    assert again.codes == head.codes
    assert np.allclose(again.weights, head.weights, atol=1e-3)


def test_a_broken_head_says_what_to_do(tmp_path: Path):
    path = tmp_path / "head.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(MatcherError, match="fit the capacity head again"):
        read_head(path)


def test_wrong_frames_name_every_problem(tmp_path: Path):
    path = tmp_path / "frames.yaml"
    path.write_text("frames: {juggling: ['juggles {}']}\nsubjects: [a]\nwrappers: ['none']\n", encoding="utf-8")
    with pytest.raises(MatcherError, match=r"juggling is not a capacity(.|\n)*must hold one"):
        load_frames(path)


def test_wrong_cues_name_every_problem(tmp_path: Path):
    path = tmp_path / "cues.yaml"
    path.write_text("juggling: [balls]\nfunding: grant\n", encoding="utf-8")
    with pytest.raises(MatcherError, match=r"juggling is not a capacity(.|\n)*funding: must be a list"):
        load_cues(path)
