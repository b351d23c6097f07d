"""No limit of Telegram's is ever passed, whatever the network does, and nobody waits needlessly."""

from __future__ import annotations

import heapq
from collections import deque
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model import Chat, ChatKind
from bot.core.pacing import Limits, Pacing, Rate
from tests.making import NOW

SECOND, MS = timedelta(seconds=1), timedelta(milliseconds=1)
HERE, THERE = Chat(1), Chat(2)
GROUP = Chat(-3, ChatKind.SUPERGROUP)
CHATS = {n: Chat(n, ChatKind.PRIVATE if n > 0 else ChatKind.GROUP) for n in range(-9, 200)}


class Road:
    """Messages on their way: each arrives somewhere between its leaving and its answer."""

    def __init__(self, pacing: Pacing, now: datetime = NOW) -> None:
        self.pacing, self.now = pacing, now
        self.left: list[datetime] = []
        self.arrived: dict[int, list[datetime]] = {}
        self._flying: list[tuple[datetime, int]] = []

    def send(
        self, chat: Chat, there: timedelta = timedelta(), back: timedelta = timedelta()
    ) -> None:
        """As soon as may be, and when fewer than eight fly."""
        while wait := self.pacing.wait(chat, self.now):
            self._pass_by(self.now + wait)
        while len(self._flying) >= 8 or any(flies == chat.id for _, flies in self._flying):
            self._pass_by(self._flying[0][0])
            self.send_when_free(chat)
        self.pacing.took(chat, self.now)
        self.left.append(self.now)
        self.arrived.setdefault(chat.id, []).append(self.now + there)
        heapq.heappush(self._flying, (self.now + there + back, chat.id))

    def send_when_free(self, chat: Chat) -> None:
        while wait := self.pacing.wait(chat, self.now):
            self._pass_by(self.now + wait)

    def _pass_by(self, until: datetime) -> None:
        """To the next answer, or until then."""
        if self._flying and self._flying[0][0] <= until:
            at, chat_id = heapq.heappop(self._flying)
            self.now = max(self.now, at)
            self.pacing.answered(CHATS.get(chat_id, Chat(chat_id)), self.now)
        else:
            self.now = until

    def all_arrived(self) -> list[datetime]:
        return sorted(at for times in self.arrived.values() for at in times)


def send_all(pacing: Pacing, chats: list[Chat]) -> list[float]:
    """Seconds at which each left, one after the other, each answered at once."""
    road = Road(pacing)
    for chat in chats:
        road.send(chat)
    return [(at - NOW).total_seconds() for at in road.left]


def most_within(times: list[datetime], span: timedelta) -> int:
    """As the strict server counts: in any span, its end included and its beginning not."""
    return max(sum(at - span < earlier <= at for earlier in times) for at in times)


delays = st.integers(0, 1_500).map(lambda ms: ms * MS)
journeys = st.lists(
    st.tuples(st.sampled_from(sorted(CHATS)), delays, delays), min_size=1, max_size=150
)


@settings(deadline=None)
@given(journeys, st.sampled_from([27.0, 29.5]))
def test_no_second_holds_more_arrivals_than_allowed_whatever_the_network_does(
    sends: list[tuple[int, timedelta, timedelta]], rate: float
) -> None:
    road = Road(Pacing(Limits(overall=Rate(rate, SECOND))))
    for chat_id, there, back in sends:
        road.send(CHATS[chat_id], there, back)
    assert most_within(road.all_arrived(), SECOND) <= 30
    for chat_id, times in road.arrived.items():
        assert most_within(times, SECOND) == 1
        if chat_id < 0:
            assert most_within(times, timedelta(minutes=1)) <= 20


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 60), min_size=40, max_size=200), st.integers(0, 300))
def test_jams_that_let_all_go_at_once_overflow_nothing(late_ms: list[int], jam_ms: int) -> None:
    """Everything of a while is held up somewhere and arrives at one moment."""
    road = Road(Pacing(Limits(overall=Rate(29.5, SECOND))))
    for number, late in enumerate(late_ms):
        jam = jam_ms * MS - (road.now - NOW) % (max(jam_ms, 1) * MS)
        road.send(Chat(1_000 + number), max(jam, late * MS), late * MS)
    assert most_within(road.all_arrived(), SECOND) <= 30


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 60), min_size=100, max_size=300))
def test_timers_that_are_late_cost_no_pace(late_ms: list[int]) -> None:
    pacing, now, left = Pacing(), NOW, []
    for number, late in enumerate(late_ms):
        wait = pacing.wait(Chat(number + 1), now)
        now += wait + late * MS if wait else wait  # what need not wait needs no timer
        pacing.took(Chat(number + 1), now)
        pacing.answered(Chat(number + 1), now + 3 * MS)
        left.append(now)
    assert left[-1] - left[0] <= (len(left) - 1) * SECOND / 27 + 200 * MS


@given(st.lists(st.integers(1, 60), min_size=1, max_size=200))
def test_no_chat_waits_longer_than_its_own_second_and_the_pace_of_all(ids: list[int]) -> None:
    road = Road(Pacing())
    for chat_id in ids:
        before = road.now
        road.send(Chat(chat_id))
        assert road.now - before <= SECOND + SECOND / 27


def test_a_broadcast_leaves_at_the_full_rate() -> None:
    left = send_all(Pacing(), [Chat(n) for n in range(1, 272)])
    assert abs(left[-1] - 10.0) < 0.01


def test_a_private_chat_gets_one_a_second() -> None:
    assert send_all(Pacing(), [HERE, HERE, HERE]) == [0.0, 1.0, 2.0]


def test_a_chat_rests_from_its_answer_on_and_not_from_the_request() -> None:
    pacing = Pacing()
    pacing.took(HERE, NOW)
    pacing.answered(HERE, NOW + SECOND / 2)
    assert pacing.wait(HERE, NOW + SECOND) == SECOND / 2


def test_a_group_gets_a_small_burst_and_never_more_than_twenty_a_minute() -> None:
    left = send_all(Pacing(Limits(overall=Rate(1000, SECOND))), [GROUP] * 60)
    assert left[:3] == [0.0, 1.0, 2.0]
    assert max(sum(start <= at < start + 60 for at in left) for start in left) == 20
    assert left[-1] < 60 * 3.6


def test_a_chat_that_answers_429_waits_alone_and_slows_nobody_down() -> None:
    pacing = Pacing()
    pacing.asked_to_wait(HERE.id, 5 * SECOND, NOW)
    assert pacing.wait(HERE, NOW) == 5 * SECOND
    assert pacing.wait(THERE, NOW) == timedelta()
    assert pacing.per_second == 27


def test_two_chats_within_a_second_make_everybody_wait_and_all_slower() -> None:
    pacing = Pacing()
    pacing.asked_to_wait(HERE.id, 5 * SECOND, NOW)
    pacing.asked_to_wait(THERE.id, 3 * SECOND, NOW + SECOND / 2)
    assert pacing.wait(Chat(9), NOW + SECOND / 2) == 3 * SECOND
    assert pacing.per_second == pytest.approx(27 * 0.8)


def test_what_flew_when_all_had_to_wait_is_one_complaint() -> None:
    pacing = Pacing()
    for number in range(8):
        pacing.asked_to_wait(number + 1, 3 * SECOND, NOW + number * MS)
    assert pacing.per_second == pytest.approx(27 * 0.8)


def test_the_same_chat_twice_stops_nobody_else() -> None:
    pacing = Pacing()
    pacing.asked_to_wait(HERE.id, 5 * SECOND, NOW)
    pacing.asked_to_wait(HERE.id, 5 * SECOND, NOW)
    assert pacing.wait(THERE, NOW) == timedelta()


def test_an_earlier_shorter_pause_never_ends_a_longer_one() -> None:
    pacing = Pacing()
    pacing.asked_to_wait(HERE.id, 9 * SECOND, NOW)
    pacing.asked_to_wait(THERE.id, 9 * SECOND, NOW)
    pacing.asked_to_wait(HERE.id, SECOND, NOW + SECOND)
    pacing.asked_to_wait(THERE.id, SECOND, NOW + SECOND)
    assert pacing.wait(HERE, NOW + SECOND) == 8 * SECOND
    assert pacing.pause(NOW + SECOND) == 8 * SECOND


def busy(pacing: Pacing, minutes: int, now: datetime = NOW) -> datetime:
    """Twice a minute something is sent."""
    for number in range(2 * minutes + 1):
        at = now + number * timedelta(seconds=30)
        pacing.took(Chat(number + 1), at)
        pacing.answered(Chat(number + 1), at)
    return at


def test_each_quiet_minute_makes_it_a_little_faster_up_to_a_limit() -> None:
    pacing = Pacing()
    busy(pacing, 5)
    assert pacing.per_second == pytest.approx(28.0)
    busy(pacing, 60, NOW + timedelta(minutes=5))
    assert pacing.per_second == 29.5


def test_idle_hours_teach_nothing() -> None:
    pacing = Pacing()
    busy(pacing, 1)
    busy(pacing, 1, NOW + timedelta(hours=9))
    assert pacing.per_second == pytest.approx(27.6)  # a step for each minute with messages


def test_a_complaint_begins_the_quiet_minutes_anew() -> None:
    pacing = Pacing()
    end = busy(pacing, 3)
    pacing.asked_to_wait(HERE.id, SECOND, end)
    pacing.asked_to_wait(THERE.id, SECOND, end)
    slower = pacing.per_second
    busy(pacing, 0, end + 59 * SECOND)
    assert pacing.per_second == slower
    busy(pacing, 0, end + 60 * SECOND)
    assert pacing.per_second > slower


def complain(pacing: Pacing, times: int, *, served: bool) -> None:
    """All are asked to wait, again as soon as they have waited; one was ``served`` between."""
    for number in range(times + 1):  # the first is one chat's alone
        pacing.asked_to_wait(number + 1, SECOND, NOW + number * SECOND)
        if served:
            pacing.served()


def test_each_quiet_minute_takes_back_one_complaint_as_far_as_nearly_the_pace_then() -> None:
    pacing = Pacing()
    complain(pacing, 3, served=True)
    assert pacing.per_second == pytest.approx(27 * 0.8**3)
    for minutes, pace in ((2, 27 * 0.8), (1, 27 * 0.9), (1, 27 * 0.9 + 0.2)):
        busy(pacing, minutes, max(NOW + 9 * SECOND, pacing._pace.changed_at))
        assert pacing.per_second == pytest.approx(pace)


@pytest.mark.parametrize(("limit", "paused_s"), [(25, 100), (20, 200)])
def test_where_less_is_taken_than_we_begin_with_nobody_waits_half_of_the_time(
    limit: int, paused_s: int
) -> None:
    """A server of so many a second, which lets everybody wait for thirty where there are more."""
    pacing, now, arrived, paused = Pacing(), NOW, deque[datetime](), timedelta()
    for number in range(20_000):
        chat = Chat(number + 1)
        if (wait := pacing.pause(now)) > SECOND:
            paused += wait
        now += max(wait, timedelta())
        pacing.took(chat, now)
        now += MS
        pacing.answered(chat, now)
        while arrived and now - arrived[0] >= SECOND:
            arrived.popleft()
        if len(arrived) < limit:
            arrived.append(now)
            pacing.served()
            continue
        for complaining in (chat.id, -chat.id):
            pacing.asked_to_wait(complaining, 30 * SECOND, now)
    assert paused < paused_s * SECOND


def test_who_refuses_all_complains_of_no_pace_and_slows_it_once() -> None:
    pacing = Pacing()
    complain(pacing, 200, served=False)
    assert pacing.per_second == pytest.approx(27 * 0.8)


def test_complaints_without_end_leave_one_message_a_second() -> None:
    pacing = Pacing()
    complain(pacing, 100, served=True)
    assert pacing.per_second == 1


def test_what_never_gets_its_answer_keeps_its_place_and_the_rest_goes_on() -> None:
    pacing, now = Pacing(Limits(overall=Rate(29.5, SECOND))), NOW
    for number in range(7):
        pacing.took(Chat(900 + number), now)
    for number in range(300):
        now += pacing.pause(now)
        pacing.took(Chat(number + 1), now)
        pacing.answered(Chat(number + 1), now)
    assert now - NOW <= timedelta(seconds=301 / 22)


def test_chats_rest_and_are_forgotten_when_they_have() -> None:
    pacing = Pacing(Limits(overall=Rate(100_000, SECOND)))
    for n in range(5_000):
        pacing.took(Chat(n), NOW + n * MS)
        pacing.answered(Chat(n), NOW + n * MS)
    at = NOW + 4_999 * MS
    assert len(pacing.resting(at)) == 1_000
    assert pacing.next_rested(at) == MS
    assert len(pacing._chat_at) <= 1_001
    assert pacing.next_rested(at + SECOND) is None


def test_behind_others_the_wait_is_theirs_and_ones_own() -> None:
    pacing = Pacing()
    waits = [pacing.pause(NOW, behind).total_seconds() for behind in range(4)]
    assert all(
        later - sooner == pytest.approx(1 / 27, abs=1e-5) for sooner, later in pairwise(waits)
    )
