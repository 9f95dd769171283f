"""The voices that clients see, and which voice of the engine speaks for each."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from batchtts.engine import VoiceInfo
from batchtts.errors import InputError, Problem
from batchtts.files import write_atomically
from batchtts.server.inputs import Fields
from batchtts.server.refusals import Refusal, invalid
from batchtts.server.settings_file import Section, read_object

OWNERS = ("system", "me", "other")
TYPES = ("instant", "professional", "intrinsic")
STATES = ("ready", "training", "preparing", "pending", "broken", "cancelled")
MAX_CHARACTERS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One voice: `engine_voice` is what the engine calls it, everything else is for clients."""

    id: str
    engine_voice: str
    name: str
    gender: str = "unknown"
    description: str = ""
    owner: str = "system"
    starred: bool = False
    type: str = "professional"
    state: str = "ready"
    image_url: str = ""
    preview_url: str = ""
    tags: tuple[str, ...] = ()

    def beta_form(self) -> dict[str, str]:
        """Return the voice as the beta shows it: texts only."""
        return {"id": self.id, "name": self.name, "gender": self.gender, "imageUrl": self.image_url}

    def v1_form(self) -> dict[str, object]:
        """Return the voice as v1 shows it."""
        form = asdict(self)
        del form["engine_voice"], form["image_url"]
        form["tags"] = list(self.tags)
        return {name: value for name, value in form.items() if value != "" or name == "description"}


KEYS = tuple(name for name in Voice.__dataclass_fields__ if name != "id")
"""What an entry of a voices file may say."""


class VoiceStore:
    """Voices by id; a change is in the file, if there is one, before it is seen."""

    def __init__(self, voices: Iterable[Voice], path: Path | None = None) -> None:
        self._voices = {voice.id: voice for voice in voices}
        self._path = path

    def all(self) -> list[Voice]:
        """Return all voices, in the order of the file."""
        return list(self._voices.values())

    def get(self, id_: str) -> Voice:
        """Return a voice.  Raises `Refusal` 404 where there is none of this id."""
        voice = self._voices.get(id_)
        if voice is None:
            raise Refusal(404, f"Voice not found: {_shown(id_)}")
        return voice

    def update(self, id_: str, fields: Fields) -> Voice:
        """Change what the fields say of a voice, and return it.

        Raises `Refusal` for wrong values (400), an unknown voice (404), and one that is not the client's (403): of
        such a voice it may only change whether it is starred.
        """
        voice = self.get(id_)
        changed = _changed(voice, fields)
        if voice.owner != "me" and replace(changed, starred=voice.starred) != voice:
            raise Refusal(403, f"The voice {voice.id} is not yours: you can only star it")
        self._store(self._voices | {voice.id: changed})
        return changed

    def delete(self, id_: str) -> None:
        """Forget a voice.  Raises `Refusal` 404 where there is none, 403 where it is not the client's."""
        voice = self.get(id_)
        if voice.owner != "me":
            raise Refusal(403, f"The voice {voice.id} is not yours: you cannot delete it")
        self._store({kept: other for kept, other in self._voices.items() if kept != id_})

    def _store(self, voices: dict[str, Voice]) -> None:
        """Write first: a change that did not reach the disk must not be seen.

        The file is small and seldom written, so the event loop waits for it; nobody else can change it meanwhile.
        """
        if self._path is not None:
            try:
                write_atomically(self._path, to_json(voices))
            except OSError as error:
                raise Refusal(500, f"The voices could not be stored: {error.strerror}") from error
        self._voices = voices


def _shown(id_: str) -> str:
    """Return an id as a message can hold it."""
    return id_ if len(id_) <= 100 else f"{id_[:100]}..."


def _changed(voice: Voice, fields: Fields) -> Voice:
    texts: dict[str, str] = {
        name: fields.optional_text(name) or "" for name in ("name", "gender", "description") if name in fields
    }
    if texts.get("name") == "":
        raise invalid("`name` must not be empty")
    if any(len(text) > MAX_CHARACTERS for text in texts.values()):
        raise invalid(f"texts about a voice have at most {MAX_CHARACTERS} characters")
    fields.flag("unfreeze")  # voices here are never frozen
    starred = fields.flag("starred") if "starred" in fields else voice.starred
    tags = fields.texts("tags") if "tags" in fields else voice.tags
    return replace(voice, **texts, starred=starred, tags=tags)


# --- where voices come from -----------------------------------------------------------------------------------


def voices_of_engine(voices: Iterable[VoiceInfo]) -> list[Voice]:
    """Return the engine's own voices, each under its own id."""
    return [
        Voice(
            id=voice.id,
            engine_voice=voice.id,
            name=voice.name,
            gender=voice.gender,
            description=voice.description,
        )
        for voice in voices
    ]


def read_voices(path: Path, known: Iterable[VoiceInfo]) -> list[Voice]:
    """Return the voices in a file.

    Raises `InputError` with everything that is wrong in it, also a voice that the engine does not have.
    """
    problems: list[Problem] = []
    engine_voices = [voice.id for voice in known]
    voices = [
        _read_voice(id_, Section(f"{path}: {id_}", entry, problems), engine_voices)
        for id_, entry in read_object(path).items()
    ]
    if problems:
        raise InputError(problems)
    return voices


def _read_voice(id_: str, section: Section, engine_voices: list[str]) -> Voice:
    section.refuse_unknown(KEYS)
    if not id_:
        section.complain("a voice needs an id")
    engine_voice = section.text("engine_voice", choices=engine_voices)
    if "engine_voice" not in section:
        hint = f"The engine's voices are {', '.join(engine_voices)}."
        section.complain("is missing", name="engine_voice", hint=hint)
    return Voice(
        id=id_,
        engine_voice=engine_voice,
        name=section.text("name", id_) or id_,
        gender=section.text("gender", "unknown"),
        description=section.text("description"),
        owner=section.text("owner", "system", choices=OWNERS),
        starred=section.flag("starred"),
        type=section.text("type", "professional", choices=TYPES),
        state=section.text("state", "ready", choices=STATES),
        image_url=section.text("image_url"),
        preview_url=section.text("preview_url"),
        tags=section.texts("tags"),
    )


def to_json(voices: Mapping[str, Voice]) -> bytes:
    """Return the file of these voices; what is as it is by default is left out."""
    form = {id_: _entry(voice) for id_, voice in voices.items()}
    return (json.dumps(form, ensure_ascii=False, indent=2) + "\n").encode()


def _entry(voice: Voice) -> dict[str, object]:
    default = Voice(id=voice.id, engine_voice="", name="")
    entry = {name: getattr(voice, name) for name in KEYS}
    return {name: value for name, value in entry.items() if value != getattr(default, name)}


SELECTIONS: Mapping[str, Callable[[Voice], bool]] = {
    "all": lambda _: True,
    "system": lambda voice: voice.owner == "system",
    "lmnt": lambda voice: voice.owner == "system",  # what SDK 1.0.0 calls it
    "me": lambda voice: voice.owner == "me",
    "other": lambda voice: voice.owner == "other",
}
"""What the parameter `owner` of a list of voices selects."""
