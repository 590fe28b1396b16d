from __future__ import annotations

import threading

import pytest

from core.stopping import Stop, StoppedError, current_stop, stoppable


def test_what_is_below_finds_the_stop_of_its_own_thread() -> None:
    stop, seen = Stop(), []
    assert current_stop() is None
    with stoppable(stop):
        assert current_stop() is stop
        other = threading.Thread(target=lambda: seen.append(current_stop()))
        other.start()
        other.join()
    assert current_stop() is None
    assert seen == [None]


def test_a_set_stop_raises_and_calls_what_is_registered_then() -> None:
    stop, calls = Stop(), []
    stop.check()
    with stop.calling(lambda: calls.append("inner")):
        assert not stop.is_set
        stop.set()
        assert calls == ["inner"]
    stop.set()
    assert calls == ["inner"], "not after the block"
    assert stop.is_set
    with pytest.raises(StoppedError):
        stop.check()
    with pytest.raises(StoppedError), stop.calling(lambda: calls.append("late")):
        pass
    assert calls == ["inner"]
