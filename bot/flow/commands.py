"""What each chat command does: gather → decide → record.

Deciding is in the modules beside this one and is pure; here stands what each command needs to
know, and who may use it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.i18n import Voice, Words
from bot.core.model import (
    Answer,
    Chat,
    ChatKind,
    ChatStatus,
    Happening,
    Knowledge,
    Line,
    MoveChat,
    Note,
    PutChat,
    Request,
)
from bot.flow import following, greeting, health, operators, plain, subscribing, telling
from bot.flow.asked import Asked, Limits
from bot.flow.catching_up import comes_back, returned
from bot.flow.flood import Flood, Heed, too_many
from bot.flow.tallying import Outlook, Tallying
from bot.flow.values import names_source
from bot.flow.wording import pressed
from bot.ports import Clock, Store

Act = Callable[[Asked], Awaitable[Answer]]

# Stories looked through for those a new subscriber asked for.
_LOOKED_AT = 50
_SPOKE = timedelta(days=30)  # who was read in this time is a source a watch may name
_REPORTS = 200  # of one story, to name its sources
# Only a button may name a watch by the number of its row, or one in the place of another.
_BUTTONS = frozenset({"drop", "instead"})


class Commands:
    """Answers requests.

    Args:
        store: Asked for facts; :meth:`serve` also records in it.
        knowledge: Topics and places.
        words: The catalogues.
        clock: Now.
        limits: How much one chat may ask for.
        operators: Ids of the people who run the bot.
        flood: Who asked how often.
    """

    def __init__(
        self,
        store: Store,
        knowledge: Knowledge,
        words: Words,
        clock: Clock,
        limits: Limits | None = None,
        *,
        operators: Collection[int] = (),
        flood: Flood | None = None,
    ) -> None:
        self._store = store
        self._knowledge = knowledge
        self._words = words
        self._clock = clock
        self._limits = limits or Limits()
        self._operators = frozenset(operators)
        self._flood = flood or Flood()
        self._tallying = Tallying(store, knowledge)
        self._acts: dict[str, Act] = {
            "start": self._start,
            "help": self._help,
            "lang": self._lang,
            "stop": self._stop,
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "watch": self._watch,
            "unwatch": self._unwatch,
            "instead": self._instead,
            "drop": self._drop,
            "list": self._list,
            "recent": self._recent,
            "why": self._why,
            "status": self._status,
        }

    async def serve(self, request: Request) -> Answer | None:
        """Answer ``request`` and record effects and replies in one transaction.

        Whoever asks too often is told so once; after that the answer is empty and not recorded.

        Returns:
            The answer, ``None`` when this update was answered before.

        Raises:
            StoreUnavailable: Nothing was recorded; ask again.
        """
        now = self._clock()
        heed = self._flood.heed(request, now)
        if heed is Heed.SILENCE:
            return Answer()
        if heed is Heed.NOTICE:
            answer = too_many(await self._asked(request))
            new = await self._record(request, answer, now)
            self._flood.told(request, now)
        else:
            answer = await self.answer(request)
            new = await self._record(request, answer, now)
            self._flood.answered(request, answer, now)
        return answer if new else None

    def close(self) -> None:
        """Begin nothing more beside the loop."""
        self._tallying.close()

    async def _record(self, request: Request, answer: Answer, now: datetime) -> bool:
        replies = tuple(_reply(request, note) for note in answer.notes)
        return await self._store.answer(request.update_id, answer.effects, replies, now)

    async def answer(self, request: Request) -> Answer:
        """What ``request`` changes and what is said to it; changes nothing itself."""
        if request.name == Happening.MOVED:
            return Answer((MoveChat(request.chat.id, int(request.args)),))
        if request.name == Happening.GONE:
            return await self._gone(request)
        asked = await self._asked(request)
        answer = await self._met(asked)
        if comes_back(asked, answer):
            stories = await self._store.latest_stories(_LOOKED_AT)
            return returned(asked, self._knowledge, answer, stories)
        return answer

    async def _met(self, asked: Asked) -> Answer:
        if asked.request.name == Happening.ADDED:
            return greeting.welcome(asked, self._knowledge)
        back = asked.back()
        if back is None:
            return _introduced(asked, await self._decided(asked))
        # Whoever writes to us can be reached, whatever an earlier send was told.
        answer = await self._decided(replace(asked, chat=back.chat))
        return replace(answer, effects=(back, *answer.effects))

    async def _decided(self, asked: Asked) -> Answer:
        if asked.request.button:
            return await self._pressed(asked)
        if not asked.request.name:
            return plain.text(asked, self._knowledge)
        return await self._command(asked, asked.request.name)

    async def _gone(self, request: Request) -> Answer:
        known = await self._store.chat(request.chat.id)
        if known is None or (known.kind is ChatKind.PRIVATE and known.status is ChatStatus.STOPPED):
            return Answer()  # who stopped us and then blocked us wants no alerts once unblocked
        return Answer((PutChat(replace(known, status=ChatStatus.GONE)),))

    async def _asked(self, request: Request) -> Asked:
        known = await self._store.chat(request.chat.id)
        chat = replace(known, kind=request.chat.kind) if known else request.chat
        watches = await self._store.watches(request.chat.id)
        # In a group each is answered in their own language; elsewhere the chat has chosen one.
        theirs = chat.kind in (ChatKind.GROUP, ChatKind.SUPERGROUP) and request.user_id is not None
        voice = Voice(self._words, request.chat.lang if theirs else chat.lang)
        return Asked(request, chat, known is not None, watches, voice, self._clock(), self._limits)

    async def _pressed(self, asked: Asked) -> Answer:
        sent = pressed(asked.args)
        if sent is None or sent[0] not in self._acts:
            return greeting.too_old(asked)
        op, arg = sent
        return await self._command(replace(asked, request=replace(asked.request, args=arg)), op)

    async def _command(self, asked: Asked, name: str) -> Answer:
        act = self._acts.get(name)
        if act is None or (name in _BUTTONS and not asked.request.button):
            return greeting.unknown(asked)
        # Others may press only what is answered without a message.
        allowed = ("why",) if asked.request.button else greeting.READ_ONLY
        if not asked.request.is_admin and name not in allowed:
            return greeting.admins_only(asked)
        return await act(asked)

    async def _start(self, asked: Asked) -> Answer:
        return greeting.start(asked, self._knowledge)

    async def _help(self, asked: Asked) -> Answer:
        return greeting.help_(asked)

    async def _lang(self, asked: Asked) -> Answer:
        return greeting.lang(asked, self._knowledge)

    async def _stop(self, asked: Asked) -> Answer:
        return greeting.stop(asked)

    async def _subscribe(self, asked: Asked) -> Answer:
        stories = () if asked.watches else await self._store.latest_stories(_LOOKED_AT)
        return subscribing.subscribe(asked, self._knowledge, stories)

    async def _unsubscribe(self, asked: Asked) -> Answer:
        return subscribing.unsubscribe(asked, self._knowledge)

    async def _watch(self, asked: Asked) -> Answer:
        made = following.sorted_out(asked, await self._pieces(asked))
        return following.watch(asked, made, await self._outlooks(asked, made))

    async def _pieces(self, asked: Asked) -> tuple[following.Piece, ...]:
        sources: Collection[str] = ()
        if names_source(asked.args):
            sources = await self._store.source_names(asked.now - _SPOKE)
        return following.pieces(asked.args, self._knowledge, sources)

    async def _instead(self, asked: Asked) -> Answer:
        """The watch that was meant, for the misspelt one it was offered for."""
        wrong = [held for held in asked.watches if await self._is_meant(asked.args, held.query)]
        if not wrong:
            return Answer(toast=asked.voice.label("Already done"))
        left = replace(asked, watches=tuple(w for w in asked.watches if w not in wrong))
        made = following.sorted_out(left, await self._pieces(asked))
        outlooks = await self._outlooks(asked, made)
        return following.exchange(asked, made, wrong, outlooks.get(asked.args, Outlook()))

    async def _is_meant(self, wanted: str, held: str) -> bool:
        query = following.piece(held, self._knowledge).query
        return query is not None and await self._tallying.instead(query, held) == wanted

    async def _outlooks(self, asked: Asked, made: following.Sorted) -> dict[str, Outlook]:
        new = [(piece.text, query) for piece, query in made.added()]
        since = asked.now - timedelta(days=self._limits.counted_days)
        return await self._tallying.outlook(new, asked.voice.lang, since)

    async def _unwatch(self, asked: Asked) -> Answer:
        return following.unwatch(asked, self._knowledge)

    async def _drop(self, asked: Asked) -> Answer:
        return following.drop(asked, self._knowledge)

    async def _list(self, asked: Asked) -> Answer:
        return following.listed(asked, self._knowledge)

    async def _recent(self, asked: Asked) -> Answer:
        count = telling.how_many(asked)
        if count is None:
            return telling.wrong_number(asked)
        return telling.recent(asked, self._knowledge, await self._store.latest_stories(count))

    async def _why(self, asked: Asked) -> Answer:
        request = asked.request
        story_id = (request.args or None) if request.button else None
        message_id = None if story_id else request.reply_to
        card = await self._store.alert_card(asked.chat.id, message_id, story_id)
        if request.button and (asked.is_channel or not request.is_admin):
            return telling.why_in_toast(asked, self._knowledge, card)
        if story_id and self._flood.is_explained(asked.chat.id, story_id, asked.now):
            return telling.explained(asked)
        reports = await self._store.reports(card.story_id, _REPORTS) if card else ()
        return telling.why(asked, self._knowledge, card, reports)

    async def _status(self, asked: Asked) -> Answer:
        ages = await self._store.source_ages()
        return health.status(asked, ages, await self._for_operators(asked))

    async def _for_operators(self, asked: Asked) -> list[Line]:
        """What is theirs to know, in their own chat alone."""
        if not asked.is_private or asked.request.user_id not in self._operators:
            return []
        counts = await self._store.outbox_counts()
        letters = await self._store.dead_letters(operators.LETTERS)
        return operators.outbox(asked.voice, counts, letters, asked.now)


def _introduced(asked: Asked, answer: Answer) -> Answer:
    """Remember whom we talk to. What a group is told, and in which language, its admins decide."""
    met = asked.is_known or any(isinstance(effect, PutChat) for effect in answer.effects)
    if met or not answer.notes or not asked.is_private:
        return answer
    return replace(answer, effects=(PutChat(asked.chat), *answer.effects))


def _reply(request: Request, note: Note) -> tuple[Chat, Note, int | None]:
    """Where a note goes and what it answers."""
    return request.chat, note, _answered(request)


def _answered(request: Request) -> int | None:
    if request.button:
        return request.message_id if (pressed(request.args) or ("",))[0] == "why" else None
    if request.name == "why" and request.reply_to is not None:
        return request.reply_to
    # In private it is plain which message is meant; in a group it is not.
    return None if request.chat.kind is ChatKind.PRIVATE else request.message_id
