"""A network under threads: each gets the vectors of its own batch, and a question never waits."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from index.batches import BATCH_TOKENS, cut_batches
from index.network import Inputs, Lane, OpenVinoNetwork, import_openvino

WAIT_S = 30


@pytest.fixture
def network() -> OpenVinoNetwork:
    """Its tokens' vectors are the ids thrice, its texts' vectors their sums."""
    openvino = import_openvino()
    ops = openvino.opset13
    ids = ops.parameter([-1, -1], np.int64, name="input_ids")
    ids.output(0).get_tensor().set_names({"input_ids"})
    given = ops.unsqueeze(ops.convert(ids, np.float32), np.array(2))
    tokens = ops.concat([given, given, given], 2)
    sums = ops.reduce_sum(tokens, np.array(1))
    return OpenVinoNetwork(openvino.Model([tokens, sums], [ids]))


def batch_of(number: int) -> Inputs:
    ids = np.full((1 + number % 3, 2 + number % 5), number, np.int64)
    return {"input_ids": ids, "attention_mask": np.ones_like(ids)}


def test_threads_of_both_lanes_get_the_vectors_of_their_own_batches(
    network: OpenVinoNetwork,
) -> None:
    def run(number: int) -> bool:
        lane: Lane = "questions" if number % 2 else "passages"
        inputs = batch_of(number)
        tokens, vectors = network.run(inputs, lane)
        rows, width = inputs["input_ids"].shape
        return bool(
            tokens.shape == (rows, width, 3)
            and (tokens == number).all()
            and vectors.shape == (rows, 3)
            and (vectors == number * width).all()
        )

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(run, range(300)))


def test_vectors_stay_as_they_are_when_the_next_batch_runs(network: OpenVinoNetwork) -> None:
    tokens, vectors = network.run(batch_of(3), "questions")
    network.run(batch_of(8), "questions")
    assert (tokens == 3).all() and (vectors == 15).all()


def test_a_question_does_not_wait_for_passages(network: OpenVinoNetwork) -> None:
    network.run(batch_of(1), "questions")
    # As long as a batch of passages runs, its copy's turn is taken.
    with network._second._turn, ThreadPoolExecutor(1) as pool:
        tokens, _ = pool.submit(network.run, batch_of(2), "questions").result(WAIT_S)
    assert (tokens == 2).all()


def test_passages_leave_the_first_copy_once_a_question_waits_for_it(
    network: OpenVinoNetwork,
) -> None:
    network.run(batch_of(1), "passages")
    stop = threading.Event()

    def index() -> None:
        while not stop.is_set():
            network.run(batch_of(5), "passages")

    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(index)
        asked = [pool.submit(network.run, batch_of(2), "questions") for _ in range(20)]
        try:
            assert all((one.result(WAIT_S)[0] == 2).all() for one in asked)
        finally:
            stop.set()
        running.result(WAIT_S)


def test_batches_hold_each_text_once_by_length_within_the_bound() -> None:
    lengths = [int(n) for n in np.random.default_rng(5).integers(1, 512, 400)] + [3 * BATCH_TOKENS]
    batches = list(cut_batches(lengths))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    sizes = [[lengths[index] for index in batch] for batch in batches]
    assert [n for batch in sizes for n in batch] == sorted(lengths)
    assert all(len(batch) == 1 or len(batch) * batch[-1] <= BATCH_TOKENS for batch in sizes)
    assert list(cut_batches([])) == []
