"""How fast are texts encoded and profiles written, against the model alone and against plain ORM?

    python benchmarks/encoding_speed.py KNOWLEDGE_BASE [--texts 512] [--rounds 4] [--profiles 20000] [--out RESULT.json]

- Encoding: the product's way of encoding many texts (the vector cache in front of the encoder, an empty cache each
  time) against `SentenceTransformer.encode` on the same texts in the same batches, in float32 and in bfloat16. Texts
  are taken from the knowledge base, cut to 60 words. All four take turns, text block by text block.
- Writing: real profiles under new names, with claims and a vector each, through the product's own import
  (`KnowledgeBase.land`: validation, duplicates, journal, full-text search) into a new SQLite file, with vectors into
  the vector cache; the rows alone by Core `executemany`; and the same rows through an ORM session
  (`session.add_all`), in turn. Once with the claims that they have, once without any.

Rates are per second of wall time, and per second of CPU time of the process; on a busy machine only the latter says
what the work costs. Ratios are medians of the rounds' own.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from reporting import report
from sentence_transformers import SentenceTransformer
from sqlmodel import Session

from kb.columns import VectorCache
from kb.importing.parsed import Parsed, SourceRecord
from kb.knowledge_base import KnowledgeBase
from kb.organization import Organization
from kb.records import OrganizationRepository
from kb.tables import ClaimRow, OrganizationRow
from matcher.encoder import BATCH, SentenceTransformerEncoder
from matcher.landscape.directory import read_directory

SAMPLE = 20_000
WORDS = 60
DIMENSION = 384
Rates = dict[str, dict[str, list[float]]]


class GivenModel(SentenceTransformerEncoder):
    """The product's encoder around a model that is loaded already."""

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        super().__init__()
        self.__dict__["_loaded"] = model
        self.__dict__["key"] = name


class GivenVectors:
    """Vectors that cost nothing."""

    key, dimension = "given@1/f32", DIMENSION

    def __init__(self) -> None:
        made = np.random.default_rng(1).normal(size=(4_096, DIMENSION)).astype(np.float32)
        self._rows = made / np.linalg.norm(made, axis=1, keepdims=True)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return self._rows[np.arange(len(texts)) % len(self._rows)]


def note(rates: Rates, name: str, count: int, work: Callable[[], object]) -> None:
    """Time one piece of work and note how many a second it did."""
    begun, busy = time.perf_counter(), time.process_time()
    work()
    found = rates.setdefault(name, {"wall": [], "cpu": []})
    found["wall"].append(count / (time.perf_counter() - begun))
    found["cpu"].append(count / (time.process_time() - busy))


def summary(rates: Rates, references: dict[str, str]) -> dict[str, dict[str, float]]:
    """Return medians, and each one's share of its reference's rate in the same round."""
    found = {}
    for name, measured in rates.items():
        found[name] = {f"per_{kind}_second": round(statistics.median(values)) for kind, values in measured.items()}
        for kind, values in measured.items() if name in references else ():
            shares = [a / b for a, b in zip(values, rates[references[name]][kind], strict=True)]
            found[name][f"{kind}_ratio"] = round(statistics.median(shares), 3)
    return found


def encoding(organizations: Sequence[Organization], count: int, rounds: int) -> dict[str, object]:
    """Encode blocks of texts, in turn by the model and by the product."""
    written = [f"{item.name}. {item.text}" for item in organizations if len(item.text.split()) >= WORDS]
    texts = [" ".join(text.split()[:WORDS]) for text in written][: count * rounds]
    folder = SentenceTransformerEncoder()._folder()
    models = {
        "float32": SentenceTransformer(folder, device="cpu"),
        "bfloat16": SentenceTransformer(folder, device="cpu").to(torch.bfloat16),
    }
    rates: Rates = {}
    with tempfile.TemporaryDirectory() as place:
        for model in models.values():
            model.encode(texts[:BATCH], batch_size=BATCH)
        for turn in range(rounds):
            block = texts[turn * count : (turn + 1) * count]
            for name, model in models.items():
                cache = VectorCache(Path(place) / f"{name}-{turn}.sqlite")
                encoder = GivenModel(model, name)
                alone = lambda model=model, block=block: model.encode(block, batch_size=BATCH, convert_to_tensor=True)  # noqa: E731
                through = lambda cache=cache, encoder=encoder, block=block: cache.encode(encoder, block)  # noqa: E731
                order = [(f"model_{name}", alone), (f"product_{name}", through)]
                for which, work in order if turn % 2 else reversed(order):
                    note(rates, which, len(block), work)
                cache.close()
    references = {f"product_{name}": f"model_{name}" for name in models}
    return {
        "texts_a_round": count,
        "words_a_text": WORDS,
        "rounds": rounds,
        "threads": torch.get_num_threads(),
        **summary(rates, references),
    }


def profiles(organizations: Sequence[Organization], count: int) -> list[SourceRecord]:
    """Return real profiles under new names, as an importer would hand them over."""
    made = []
    for number in range(count):
        like = organizations[number % len(organizations)]
        fresh = {"id": f"bulk-{number}", "name": f"{like.name} {number:x}", "aliases": (), "registry_ids": ()}
        made.append(SourceRecord(str(number), number + 2, like.model_copy(update={**fresh, "website": ""})))
    return made


def as_orm_rows(records: Sequence[SourceRecord]) -> list[tuple[OrganizationRow, list[ClaimRow]]]:
    """Return table rows as an ORM would hold them."""
    repository = OrganizationRepository()
    return [
        (
            OrganizationRow(number=place, **repository._identity(record.organization, None)),
            [ClaimRow(**repository._claim(place, claim)) for claim in record.organization.claims],
        )
        for place, record in enumerate(records, 1)
    ]


def writing(organizations: Sequence[Organization], count: int, rounds: int) -> dict[str, object]:
    """Write profiles with vectors, in turn by import and by ORM."""
    records = profiles(organizations, count)
    texts = [f"{item.organization.name}. {item.organization.text}"[:1_000] for item in records]
    claims = sum(len(item.organization.claims) for item in records)
    parsed = Parsed("bulk", ("bulk.csv",), "", rows=count, records=records)
    rates: Rates = {}
    with tempfile.TemporaryDirectory() as place:
        for turn in range(rounds):
            folder = Path(place) / str(turn)
            folder.mkdir()
            kb = KnowledgeBase.open(folder / "landed.db")
            cache = VectorCache(folder / "vectors.sqlite")
            note(rates, "import", count, lambda kb=kb: kb.land(parsed, "benchmark"))
            note(rates, "vectors", count, lambda cache=cache: cache.encode(GivenVectors(), texts))
            other = KnowledgeBase.open(folder / "orm.db")
            with Session(other._engine) as session:
                note(rates, "orm", count, lambda session=session: by_orm(session, records))
            bare = KnowledgeBase.open(folder / "bare.db")
            note(rates, "rows_alone", count, lambda bare=bare: rows_alone(bare, records))
            for opened in (kb, other, bare):
                assert opened.count()["organizations"] == count
                assert opened.count()["claims"] == claims
                opened.close()
            cache.close()
    return {
        "profiles": count,
        "claims": claims,
        "rounds": rounds,
        **summary(rates, {"import": "orm", "rows_alone": "orm"}),
    }


def by_orm(session: Session, records: Sequence[SourceRecord]) -> None:
    """Write everything as ORM objects in one transaction."""
    rows = as_orm_rows(records)
    session.add_all([organization for organization, _ in rows])
    session.flush()
    session.add_all([claim for _, claims in rows for claim in claims])
    session.commit()


def rows_alone(kb: KnowledgeBase, records: Sequence[SourceRecord]) -> None:
    """Write organizations and claims by Core `executemany`: no duplicates looked for, no journal."""
    with kb._writing() as connection:
        OrganizationRepository().write(connection, [(record.organization, None) for record in records])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kb", type=Path)
    parser.add_argument("--texts", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--profiles", type=int, default=20_000)
    parser.add_argument("--only", choices=("encoding", "writing"))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    result: dict[str, object] = {"load_before": [round(item, 1) for item in os.getloadavg()]}
    opened = KnowledgeBase.open(options.kb, create=False)
    ids = read_directory(opened).ids
    organizations = opened.get_many(ids[:: max(1, len(ids) // SAMPLE)])
    if options.only != "writing":
        result["encoding"] = encoding(organizations, options.texts, options.rounds)
    if options.only != "encoding":
        result["writing"] = writing(organizations, options.profiles, options.rounds)
        bare = [item.model_copy(update={"claims": ()}) for item in organizations]
        result["writing_without_claims"] = writing(bare, options.profiles, options.rounds)
    result["load_after"] = [round(item, 1) for item in os.getloadavg()]
    report(result, options.out)


if __name__ == "__main__":
    main()
