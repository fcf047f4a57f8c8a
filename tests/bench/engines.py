"""One engine that indexes folders, in a process and an environment of its own.

`python engines.py NAME MODEL` says "ready" once the model is loaded, then answers each line of its
standard input, a JSON list of the folder of texts and that of the index, by a line with what was
done and how long it took. Each engine is set up as its own documentation does it, with the model
in the folder MODEL.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Index = Callable[[Path, Path], tuple[int, list[str]]]
"""Indexes the texts of one folder into another: the number of chunks, and what was embedded."""

SUFFIXES = {".md", ".txt"}


def main() -> None:
    name, model = sys.argv[1:]
    # Whatever a library prints goes to where errors go.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    index, count_tokens = ENGINES[name](model)
    print("ready", file=answers)
    for line in sys.stdin:
        texts, into = map(Path, json.loads(line))
        began, began_cpu = time.perf_counter(), time.process_time()
        chunks, embedded = index(texts, into)
        done = {
            "seconds": time.perf_counter() - began,
            "cpu_s": time.process_time() - began_cpu,
            "chunks": chunks,
            "vectors": len(embedded),
            "tokens": sum(count_tokens(embedded)),
        }
        print(json.dumps(done), file=answers)


def open_footnote(model: str) -> tuple[Index, Callable[[list[str]], list[int]]]:
    """The engine of this repository: a vector for each passage and for each sentence."""
    from index.embed import load_encoder
    from index.library import Library

    encoder = load_encoder()
    embed = encoder.embed_passages
    embedded: list[str] = []

    def embed_and_note(heads: Any, passages: Any) -> Any:
        embedded.extend(
            f"{head}\n{passage.text}" for head, passage in zip(heads, passages, strict=True)
        )
        cut = [passage.text[start:end] for passage in passages for start, end in passage.sentences]
        embedded.extend(dict.fromkeys(cut))
        return embed(heads, passages)

    encoder.embed_passages = embed_and_note  # type: ignore[method-assign]

    def index(texts: Path, into: Path) -> tuple[int, list[str]]:
        embedded.clear()
        with Library(into, lambda: encoder) as library:
            library.add([texts])
            return len(library.nearest), embedded.copy()

    return index, encoder.count_tokens


def open_langchain(model: str) -> tuple[Index, Callable[[list[str]], list[int]]]:
    """LangChain: a loader of texts, 1,000 characters a chunk and 200 of them twice, FAISS."""
    from langchain_community.document_loaders import TextLoader
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(model_name=model, model_kwargs={"device": "cpu"})

    def index(texts: Path, into: Path) -> tuple[int, list[str]]:
        loaded = [page for file in find_texts(texts) for page in TextLoader(file, "utf-8").load()]
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        chunks = splitter.split_documents(loaded)
        FAISS.from_documents(chunks, embeddings).save_local(str(into))
        return len(chunks), [chunk.page_content for chunk in chunks]

    return index, count_as(model)


def open_txtai(model: str) -> tuple[Index, Callable[[list[str]], list[int]]]:
    """txtai: a paragraph a chunk, FAISS, and the texts in SQLite."""
    from txtai import Embeddings

    embeddings = Embeddings(path=model, content=True, method="sentence-transformers")

    def index(texts: Path, into: Path) -> tuple[int, list[str]]:
        read = (file.read_text("utf-8") for file in find_texts(texts))
        chunks = [chunk for text in read for chunk in re.split(r"\n{2,}", text) if chunk.strip()]
        embeddings.index(chunks)
        embeddings.save(str(into))
        return len(chunks), chunks

    return index, count_as(model)


def find_texts(folder: Path) -> Iterator[Path]:
    """The files of text in a folder, sorted."""
    return (path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES)


def count_as(model: str) -> Callable[[list[str]], list[int]]:
    """What counts the tokens that sentence-transformers lets the network read of each text."""
    from sentence_transformers import SentenceTransformer

    loaded = SentenceTransformer(model, device="cpu")

    def count_tokens(texts: list[str]) -> list[int]:
        longest = loaded.max_seq_length
        read = loaded.tokenizer(texts, truncation=True, max_length=longest)
        return [len(ids) for ids in read["input_ids"]]

    return count_tokens


ENGINES = {"footnote": open_footnote, "langchain": open_langchain, "txtai": open_txtai}

if __name__ == "__main__":
    main()
