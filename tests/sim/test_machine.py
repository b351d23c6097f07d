"""Short lives of one outbox, step by step; what fails is made as short as it can be.

The simulation (``test_sim``) plays whole worlds; here hypothesis chooses each step, and shows the
fewest that break a promise. ``pytest -m sim tests/sim/test_machine.py`` tries many more.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.core.model import (
    Alert,
    Change,
    ChatStatus,
    Delay,
    Growth,
    Life,
    Range,
    Severity,
    Step,
    Verdict,
)
from tests.making import ATTACK, a_batch, a_story, a_verdict
from tests.sim import mutants
from tests.sim.disk import SimStore
from tests.sim.machine import CHATS, GROUP, MOVED, Kind, Machine, chat_of
from tests.sim.outside import ANSWERS
from tests.sim.plan import Fault

SOME = st.lists(st.sampled_from(CHATS), min_size=1, unique=True)
PRIVATE = st.sampled_from([chat for chat in CHATS if chat > 0])
CLOCKS = st.sampled_from([-86_400.0, -3_600.0, -45.0, 45.0, 3_600.0, 86_400.0])
GRAVER = (Change.GRAVER,)


class Lives(RuleBasedStateMachine):
    """An outbox, who fills it, who empties it, and all that may come between."""

    kind = Kind()

    @initialize(seed=st.integers(0, 999))
    def begin(self, seed: int) -> None:
        self.machine = Machine(seed, self.kind)
        self.outside = self.machine.outside
        self.entries = 0
        self.stories: list[tuple[str, Severity, Life]] = []

    # ── news ─────────────────────────────────────────────────────────────────────────────

    @rule(who=SOME, severity=st.sampled_from(Severity), delay=st.sampled_from(Delay))
    def an_entry_opens_a_story(self, who: list[int], severity: Severity, delay: Delay) -> None:
        self.entries += 1
        id_ = f"story{self.entries:05}"
        self.stories.append((id_, severity, Life(("Wire",))))
        verdict = a_verdict(self.entries, severity=severity, title=f"{ATTACK} {self.entries}")
        self._recorded(verdict, id_, who, delay)

    @precondition(lambda self: self.stories)
    @rule(which=st.integers(0, 99), who=SOME, tells=st.booleans())
    def an_entry_joins_a_story(self, which: int, who: list[int], tells: bool) -> None:
        at = which % len(self.stories)
        id_, severity, life = self.stories[at]
        step = Step(GRAVER, "More were hurt", "Wire", self.machine.wall())
        steps = (*life.steps, step) if tells else life.steps
        edits = life.edits + 1  # which is shown as so many killed
        life = replace(life, steps=steps, edits=edits, killed=Range(edits, edits))
        self.stories[at] = (id_, severity, life)
        self.outside.edits[id_] = edits
        self.entries += 1
        verdict = a_verdict(self.entries, story_id=id_, severity=severity)
        growth = Growth(len(steps) - 1 if tells else None)
        self._recorded(replace(verdict, growth=growth), id_, who, Delay.NONE)

    def _recorded(self, verdict: Verdict, id_: str, who: list[int], delay: Delay) -> None:
        active = self.outside.outbox.execute("SELECT id FROM chats WHERE status = 'active'")
        listening = [r["id"] for r in active if self.outside.who(r["id"]) in who]
        self.outside.due |= {(self.outside.who(chat), id_) for chat in listening}
        life = next(life for known, _, life in self.stories if known == id_)
        alerts = [a.card for a in a_verdict(1, 1, story_id=id_).alerts]
        card = replace(alerts[0], title=f"{ATTACK} {id_}", severity=verdict.reading.severity)
        told = tuple(Alert(chat, card, delay=delay) for chat in listening)
        story = a_story(id_, severity=verdict.reading.severity, life=life)
        whole = replace(verdict, alerts=told, story=story)
        self.machine.does(lambda store: self._taken(store, whole))

    async def _taken(self, store: SimStore, verdict: Verdict) -> None:
        """As ``flow.intake`` does: what is known already is not recorded."""
        name = verdict.entry.fingerprint
        if name not in (await store.recall([name])).known:
            await store.record(a_batch(verdict, at=self.machine.wall()))

    # ── Telegram ─────────────────────────────────────────────────────────────────────────

    @rule(answers=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=4))
    def telegram_will_answer(self, answers: list[str]) -> None:
        self.outside.answers.extend(answers)

    @rule(chat=PRIVATE)
    def somebody_blocks(self, chat: int) -> None:
        self.outside.blocked.add(chat)
        self.outside.left.add(chat)

    @rule(chat=PRIVATE)
    def somebody_comes_back(self, chat: int) -> None:
        self.outside.blocked.discard(chat)
        self.machine.writes(chat_of(chat))

    @rule(chat=PRIVATE)
    def somebody_says_stop(self, chat: int) -> None:
        self.outside.left.add(chat)
        self.machine.writes(replace(chat_of(chat), status=ChatStatus.STOPPED))

    @rule(chat=st.sampled_from(CHATS))
    def somebody_asks(self, chat: int) -> None:
        if chat not in self.outside.moved:
            self.machine.asks(chat_of(chat))

    @rule()
    def the_group_moves(self) -> None:
        self.outside.moved[GROUP] = MOVED

    @precondition(lambda self: self.outside.moved)
    @rule()
    def the_move_is_told(self) -> None:
        wall = self.machine.wall
        self.machine.does(lambda store: store.chat_moved(GROUP, MOVED, wall()))

    @rule()
    def the_topic_closes(self) -> None:
        self.outside.closed |= {GROUP, MOVED}

    # ── time, the machine it runs on, and death ──────────────────────────────────────────

    @rule(seconds=st.sampled_from([0.05, 0.5, 5.0, 40.0]))
    def time_goes_by(self, seconds: float) -> None:
        self.machine.run(seconds)

    @rule(by_s=CLOCKS)
    def the_clock_is_set(self, by_s: float) -> None:
        self.machine.clock_moves(by_s)

    @rule(steps=st.integers(1, 120))
    def it_dies(self, steps: int) -> None:
        self.machine.dies_in(steps)
        self.machine.run(2.0)

    @rule()
    def it_is_asked_to_end(self) -> None:
        self.machine.ends()

    @rule()
    def another_one_joins(self) -> None:
        self.machine.join()

    @rule()
    def the_other_one_leaves(self) -> None:
        self.machine.leave()

    @rule(kind=st.sampled_from(["full", "busy"]), seconds=st.sampled_from([2.0, 60.0]))
    def the_disk_fails(self, kind: str, seconds: float) -> None:
        now = self.machine.now()
        self.machine.plan.faults.append(Fault(kind, now, now + seconds))

    # ── what must be true ────────────────────────────────────────────────────────────────

    @invariant()
    def nothing_is_wrong(self) -> None:
        self.outside.check()
        assert not self.outside.breaches, self.outside.breaches[0]

    def teardown(self) -> None:
        if not hasattr(self, "machine"):
            return
        try:
            self.machine.calms_down()
            if not self.outside.breaches:
                self.outside.check_end()
            assert not self.outside.breaches, self.outside.breaches[0]
        finally:
            self.machine.close()


def tried(examples: int, steps: int, *, shrinks: bool = True) -> settings:
    phases = [Phase.generate, *([Phase.shrink] if shrinks else [])]
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )


def test_a_few_short_lives_lose_nothing() -> None:
    run_state_machine_as_test(Lives, settings=tried(25, 15))


@pytest.mark.sim
def test_many_lives_lose_nothing() -> None:
    run_state_machine_as_test(Lives, settings=tried(2_000, 40))


@pytest.mark.parametrize("name", ["unmarked", "never uncertain", "gives up"])
def test_what_a_few_lives_show_is_caught(name: str) -> None:
    _is_caught(mutants.KINDS[name])


@pytest.mark.sim
@pytest.mark.parametrize("name", mutants.KINDS)
def test_what_is_wrong_is_caught(name: str) -> None:
    _is_caught(mutants.KINDS[name])


def _is_caught(kind: Kind) -> None:
    wrong = type("Wrong", (Lives,), {"kind": kind})
    with pytest.raises(AssertionError):
        run_state_machine_as_test(wrong, settings=tried(1_000, 40, shrinks=False))
