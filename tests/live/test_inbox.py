"""The queue between a source and the work."""

import threading
import time

import pytest

from zedo_cli.live.inbox import Inbox


def test_everything_arrives_in_order_and_the_source_waits():
    taken = []

    def source():
        for number in range(50):
            taken.append(number)
            yield number

    inbox = Inbox(source, newest=False, capacity=3)
    time.sleep(0.05)
    assert len(taken) <= 5
    assert [arrived.item for arrived in inbox] == list(range(50))
    assert inbox.dropped == 0


def test_the_oldest_are_dropped_if_the_newest_count():
    inbox = Inbox(lambda: iter(range(50)), newest=True, capacity=3)
    time.sleep(0.1)
    assert [arrived.item for arrived in inbox] == [47, 48, 49]
    assert inbox.dropped == 47


def test_an_error_of_the_source_comes_after_what_it_gave():
    def source():
        yield 1
        raise OSError("gone")

    arrived = iter(Inbox(source, newest=False))
    assert next(arrived).item == 1
    with pytest.raises(OSError, match="gone"):
        next(arrived)


def test_closing_ends_the_thread():
    before = threading.active_count()
    inbox = Inbox(lambda: iter(range(1000)), newest=False, capacity=2)
    inbox.close()
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_the_time_of_arrival_is_kept():
    inbox = Inbox(lambda: iter([1]), newest=False)
    time.sleep(0.05)
    (arrived,) = inbox
    assert 0.04 < time.monotonic() - arrived.seconds < 5
