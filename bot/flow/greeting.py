"""Who we are and how to talk to us: /start, /help, /lang, /stop, the menus, plain text."""

from __future__ import annotations

from dataclasses import replace

from rapidfuzz import fuzz, process

from bot.core.i18n import Voice, Words, isolate, mark
from bot.core.letters import fold
from bot.core.model import (
    Answer,
    Button,
    ChatKind,
    ChatStatus,
    Line,
    Note,
    Part,
    Profile,
    PutChat,
    Style,
)
from bot.core.render import text_of
from bot.flow.asked import Asked
from bot.flow.threads import moved_here
from bot.flow.wording import (
    EVERYTHING,
    Knowing,
    button,
    code,
    note,
    rows,
    title,
    topic_doors,
    watch_example,
)

LANGUAGES = {"en": "English", "ar": "العربية"}
_NAMES = {
    "en": "english الإنجليزية إنجليزية إنجليزي الإنكليزية إنكليزية إنكليزي",
    "ar": "arabic العربية عربية عربي العربي",
}
# Folded, so that every spelling of a name is understood.
_SPOKEN = {fold(name): lang for lang, names in _NAMES.items() for name in names.split()}

# Name, what it does, whether everybody in a group may use it.
COMMANDS: tuple[tuple[str, str, bool], ...] = (
    ("subscribe", mark("Get alerts: all, a topic or a place"), False),
    ("unsubscribe", mark("End a subscription"), False),
    ("watch", mark("Follow names or words of your own"), False),
    ("unwatch", mark("End a watch"), False),
    ("list", mark("What you follow"), True),
    ("recent", mark("The latest reports"), True),
    ("why", mark("Why an alert came to you"), True),
    ("status", mark("Are the news sources being read?"), True),
    ("lang", mark("English or Arabic"), False),
    ("stop", mark("Stop all alerts; your list is kept"), False),
    ("start", mark("Begin, or begin again"), False),
    ("help", mark("How all of this works"), True),
)
READ_ONLY = frozenset(name for name, _, everybody in COMMANDS if everybody)


def profile(words: Words, lang: str) -> Profile:
    """How the bot presents itself in ``lang``."""
    voice = Voice(words, lang)
    menu = tuple((name, voice.label(about)) for name, about, _ in COMMANDS)
    return Profile(
        about=voice.label("News of attacks on bases and of rocket fire. Not a siren."),
        description=voice.label(
            "I read the news and write to you when a report tells of an attack on a military base, "
            "of rockets or of drones. News comes after the event: official warnings come first. "
            "Press Start."
        ),
        private=menu,
        groups=tuple(pair for pair in menu if pair[0] in READ_ONLY),
    )


def start(asked: Asked, knowledge: Knowing) -> Answer:
    """Switch the chat on and say what this is, and what it is not."""
    lines = [*_intro(asked), *moved_here(asked)]
    return Answer((asked.switched_on(),), (note(asked.voice, lines, _doors(asked, knowledge)),))


def welcome(asked: Asked, knowledge: Knowing) -> Answer:
    """We were let in, or given rights we may have lacked. A chat that was given up is back.

    A group is greeted, unless it knows us; a person is on their way to /start anyway.
    """
    back = asked.back()
    if asked.is_known and back is None:
        return Answer()
    if asked.chat.kind is ChatKind.PRIVATE or asked.chat.kind is ChatKind.CHANNEL:
        return Answer((back,) if back else ())
    greeting = note(asked.voice, _intro(asked), _doors(asked, knowledge))
    return Answer((back or asked.switched_on(),), (greeting,))


def _intro(asked: Asked) -> list[Line]:
    voice = asked.voice
    lines = [
        title(
            voice.says(
                "I am Rasid. I read the news for reports of attacks on military bases, rockets and "
                "drones, and write to you here."
            )
        ),
        voice.says(
            "One event is told once: later reports change its message, and what matters answers "
            "it. In doubt I tell it twice."
        ),
        (),
        not_a_siren(voice),
        (),
        voice.says(
            "Press what you want to hear of, or send a name or words to follow: {example}",
            example=code(watch_example(voice)),
        ),
        voice.says("{help} tells the rest.", help="/help"),
    ]
    if asked.watches:
        lines.append(kept(voice, len(asked.watches)))
    return lines


def not_a_siren(voice: Voice) -> Line:
    """The sentence that must never be missing."""
    return voice.says(
        "⚠️ I am not a siren. News comes minutes or hours after the event. "
        "Official warnings come first: follow them, whatever I say or do not say."
    )


def kept(voice: Voice, count: int) -> Line:
    """That alerts are on, and for what."""
    return voice.says_n(
        "Your alerts are on. You follow {n} thing: {list}",
        "Your alerts are on. You follow {n} things: {list}",
        count,
        list="/list",
    )


def _doors(asked: Asked, knowledge: Knowing) -> tuple[tuple[Button, ...], ...]:
    voice = asked.voice
    topics = topic_doors(voice, knowledge)
    everything = button(voice.label("🔔 All alerts"), "subscribe", EVERYTHING)
    return (_languages(), everything, *rows(topics, 2))


def help_(asked: Asked) -> Answer:
    """Every command with an example that works as it stands."""
    voice = asked.voice
    # Babel's extractor does not look into the arguments of a call it knows.
    both, exact = voice.label("Harir + drone"), voice.label('"Harir base"')
    lines = [
        title(voice.says("How to use Rasid")),
        *(_explained(command, meaning) for command, meaning in _examples(voice)),
        (),
        voice.says(
            "In a watch, {both} wants both in one report, and {exact} wants exactly these letters.",
            both=code(both),
            exact=code(exact),
        ),
        voice.says("In groups and channels, admins decide what is followed."),
        (),
        not_a_siren(voice),
    ]
    return Answer(notes=(note(voice, lines),))


def _examples(voice: Voice) -> tuple[tuple[str, Line], ...]:
    topic, place = voice.label("rocket attack"), voice.label("Harir")
    a_place = voice.says("one place: a base, a town or a country, in any script")
    return (
        ("/subscribe", voice.says("all alerts")),
        (f"/subscribe {topic}", voice.says("one topic")),
        (f"/subscribe {place}", a_place),
        ("/unsubscribe", voice.says("end your subscriptions, or name one of them")),
        (watch_example(voice), voice.says("follow a name or words of your own")),
        ("/unwatch 2", voice.says("end the second thing on your list")),
        ("/list", voice.says("what you follow")),
        ("/recent 5", voice.says("the latest five reports")),
        ("/why", voice.says("as a reply to an alert: why it came")),
        ("/status", voice.says("when each news source was last read")),
        ("/lang ar", voice.says("Arabic; {command} for English", command=code("/lang en"))),
        ("/stop", voice.says("no more alerts; your list is kept until {start}", start="/start")),
    )


def _explained(command: str, meaning: Line) -> Line:
    """A command and what it does, in the direction of the reader's language."""
    return (Part(isolate(command), Style.CODE), Part(" — "), *meaning)


def lang(asked: Asked, knowledge: Knowing) -> Answer:
    """Change the language; the answer is already in the new one."""
    named = fold(asked.args.strip())
    wanted = _SPOKEN.get(named, named)
    if wanted not in LANGUAGES:
        return Answer(notes=(_which_language(asked),))
    chosen = replace(asked.chat, lang=wanted)
    spoken = replace(asked, chat=chosen, voice=Voice(asked.voice.words, wanted))
    told = note(spoken.voice, _spoken_now(spoken))
    if asked.request.button:
        told = note(spoken.voice, _intro(spoken), _doors(spoken, knowledge))
    return Answer((PutChat(chosen),), (told,), text_of(_spoken_now(spoken)[0]))


def _spoken_now(spoken: Asked) -> list[Line]:
    """In a group only the alerts have one language: who asks is answered in their own."""
    voice = spoken.voice
    if spoken.is_group:
        answers = voice.says("Who asks is answered in the language of their Telegram.")
        return [voice.says("From now on the alerts of this group come in English."), answers]
    return [voice.says("From now on I write in English.")]


def _which_language(asked: Asked) -> Note:
    voice = asked.voice
    wrong = voice.says("I write English and Arabic. Example: {example}", example=code("/lang ar"))
    return note(voice, [wrong], [_languages()])


def _languages() -> tuple[Button, ...]:
    return tuple(door for code_, name in LANGUAGES.items() for door in button(name, "lang", code_))


def stop(asked: Asked) -> Answer:
    """No more alerts; everything else is kept."""
    voice = asked.voice
    lines = [
        title(voice.says("Alerts are off.")),
        voice.says_n(
            "Your list of {n} thing is kept. {start} switches the alerts on again.",
            "Your list of {n} things is kept. {start} switches the alerts on again.",
            len(asked.watches),
            start="/start",
        ),
    ]
    stopped = replace(asked.chat, status=ChatStatus.STOPPED)
    return Answer((PutChat(stopped),), (note(voice, lines),))


def unknown(asked: Asked) -> Answer:
    """A command there is none of; in a group it is more likely another bot's."""
    if not asked.is_private:
        return Answer()
    voice, name = asked.voice, asked.request.name
    lines = [voice.says("I do not know {command}.", command=f"/{name}")]
    near = process.extractOne(name, [c for c, _, _ in COMMANDS], scorer=fuzz.ratio, score_cutoff=55)
    if near:
        lines.append(voice.says("Did you mean {command}?", command=f"/{near[0]}"))
    lines.append(voice.says("{help} lists everything I can do.", help="/help"))
    return Answer(notes=(note(voice, lines),))


def too_old(asked: Asked) -> Answer:
    """A button from before an update of ours."""
    return Answer(toast=asked.voice.label("This button is too old. Send {help}.", help="/help"))


def admins_only(asked: Asked) -> Answer:
    """Somebody wanted to change what a group gets."""
    voice = asked.voice
    said = voice.says("Only admins of this chat can change what it follows.")
    more = voice.says(
        "{list} shows what it follows. Write to me in private for alerts of your own.", list="/list"
    )
    if asked.request.button:
        return Answer(toast=voice.label("Only admins of this chat can change what it follows."))
    return Answer(notes=(note(voice, [said, more]),))
