"""Requests that come at the same time are answered together, each as if it were alone."""

import asyncio
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daylight.core.types import Column
from daylight.runtime.operations.image import UnreadableError
from daylight.serve.batching import MAX_ROWS, Batcher, LateError, OverloadedError, Workers

PATIENT = 60.0


def rows(*values):
    return {"x": Column(np.array(values, float))}


def doubled(columns):
    return {"y": Column(2 * columns["x"].values)}


def in_a_loop(talk, answer=doubled, *, threads=1, latency_s=PATIENT):
    """Runs a talk with a batcher, and gives what it gives and the rows of each batch."""
    batches = []

    async def main():
        workers = Workers(threads)
        observe = lambda rows, seconds: batches.append(rows)  # noqa: E731
        batcher = Batcher(answer, workers, latency_s=latency_s, observe=observe)
        try:
            return await talk(batcher)
        finally:
            workers.close()

    return asyncio.run(main()), batches


async def all_of(batcher, requests):
    asked = (batcher.ask(each) for each in requests)
    return await asyncio.gather(*asked, return_exceptions=True)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.floats(-9, 9), min_size=1, max_size=5), min_size=1, max_size=40))
def test_every_request_gets_the_answer_that_it_gets_alone(asked):
    found, batches = in_a_loop(lambda batcher: all_of(batcher, [rows(*each) for each in asked]))
    assert [each["y"].values.tolist() for each in found] == [[2 * x for x in e] for e in asked]
    assert sum(batches) == sum(map(len, asked))


def test_who_asks_at_the_moment_of_an_answer_is_answered_too():
    async def talk(batcher):
        return [await batcher.ask(rows(float(n)), timeout_s=5) for n in range(50)]

    found, batches = in_a_loop(talk)
    assert [each["y"].values.tolist() for each in found] == [[2.0 * n] for n in range(50)]
    assert batches == [1] * 50


def test_a_lone_request_does_not_wait_for_others():
    async def talk(batcher):
        start = time.perf_counter()
        await batcher.ask(rows(1.0))
        return time.perf_counter() - start

    took, batches = in_a_loop(talk)
    assert batches == [1]
    assert took < PATIENT / 10


def test_what_comes_while_a_batch_runs_is_the_next_batch():
    begun, go = threading.Event(), threading.Event()

    def slow(columns):
        begun.set()
        assert go.wait(PATIENT)
        return doubled(columns)

    async def talk(batcher):
        batcher.max_rows = 8
        first = asyncio.ensure_future(batcher.ask(rows(0.0)))
        await asyncio.to_thread(begun.wait, PATIENT)
        others = [asyncio.ensure_future(batcher.ask(rows(float(n)))) for n in range(1, 6)]
        await asyncio.sleep(0)
        go.set()
        await asyncio.gather(first, *others)

    _, batches = in_a_loop(talk, slow)
    assert batches == [1, 5]


def refuses_negative(columns):
    if bad := {row: "negative" for row, x in enumerate(columns["x"].values) if x < 0}:
        raise UnreadableError(bad)
    return doubled(columns)


def breaks_at_zero(columns):
    if (columns["x"].values == 0).any():
        raise ZeroDivisionError
    return doubled(columns)


@pytest.mark.parametrize(("answer", "bad"), [(refuses_negative, -1.0), (breaks_at_zero, 0.0)])
def test_a_request_that_cannot_be_answered_fails_alone(answer, bad):
    async def talk(batcher):
        batcher.max_rows = 64
        return await all_of(batcher, [rows(1.0), rows(2.0, bad), rows(3.0), rows(bad), rows(4.0)])

    found, _ = in_a_loop(talk, answer)
    assert [isinstance(each, Exception) for each in found] == [False, True, False, True, False]
    assert found[4]["y"].values.tolist() == [8.0]
    if answer is refuses_negative:
        assert found[1].reasons == {1: "negative"}
        assert found[3].reasons == {0: "negative"}


def test_more_than_can_be_answered_in_time_is_refused_at_once():
    def slow(columns):
        time.sleep(0.02)
        return doubled(columns)

    async def talk(batcher):
        await batcher.ask(rows(0.0))  # so that it knows how long one takes
        return await all_of(batcher, [rows(float(n)) for n in range(200)])

    found, _ = in_a_loop(talk, slow, latency_s=0.02)
    refused = [each for each in found if isinstance(each, OverloadedError)]
    assert 0 < len(refused) < 200
    assert all(each.retry_after_s >= 1 for each in refused)
    answered = [place for place, each in enumerate(found) if not isinstance(each, Exception)]
    assert answered == list(range(len(answered)))


def test_who_waits_in_vain_is_told_and_the_work_is_not_done():
    asked = []

    def slow(columns):
        asked.extend(columns["x"].values.tolist())
        time.sleep(0.1)
        return doubled(columns)

    async def talk(batcher):
        first = asyncio.ensure_future(batcher.ask(rows(1.0)))
        await asyncio.sleep(0.01)
        with pytest.raises(LateError, match=r"within 0\.02 s"):
            await batcher.ask(rows(2.0), timeout_s=0.02)
        await first
        await asyncio.sleep(0.2)

    in_a_loop(talk, slow)
    assert asked == [1.0]


def test_batches_shrink_until_they_are_fast_enough():
    def slow(columns):
        time.sleep(0.002 * len(columns["x"]))
        return doubled(columns)

    async def talk(batcher):
        batcher.max_rows = MAX_ROWS
        for _ in range(4):
            await all_of(batcher, [rows(float(n)) for n in range(30)])
        return batcher.max_rows

    found, batches = in_a_loop(talk, slow, latency_s=0.04)
    assert found < 20
    assert batches[0] == 1 or batches[0] > found


def test_a_model_that_is_asked_much_does_not_starve_another():
    done = []

    def slow(name):
        def answer(columns):
            time.sleep(0.002)
            done.append(name)
            return doubled(columns)

        return answer

    async def main():
        workers = Workers(1)
        busy, calm = (
            Batcher(slow(name), workers, latency_s=PATIENT, observe=lambda *_: None)
            for name in ("busy", "calm")
        )
        busy.max_rows = 1
        many = [asyncio.ensure_future(busy.ask(rows(0.0, 0.0))) for _ in range(100)]
        await asyncio.sleep(0.01)
        await calm.ask(rows(1.0))
        before = len(done)
        await asyncio.gather(*many)
        workers.close()
        return before

    assert asyncio.run(main()) < 60
