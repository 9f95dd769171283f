"""What is wrong with the input is named by its place, all at once, before anything is spent or written."""

from pathlib import Path

import pytest
from workbench import Workbench

HEAD = "voices:\n  narrator: {engine: counting, voice: hum}\n"


def refused(bench: Workbench, manifest: str, command: str = "run") -> list[str]:
    """Return the complaints about a manifest; nothing else may have happened."""
    bench.manifest.write_text(manifest, encoding="utf-8")
    before = sorted(bench.folder.rglob("*"))
    result = bench.batchtts(command)
    assert (result.exit_code, result.stdout, result.asked) == (2, "", [])
    assert sorted(bench.folder.rglob("*")) == before
    *complaints, count = result.stderr.replace(str(bench.folder), "…").splitlines()
    assert count.endswith("nothing was begun and nothing was spent.")
    return complaints


@pytest.mark.parametrize("command", ["run", "plan", "status", "check", "prune"])
def test_every_command_names_all_that_is_wrong_with_a_manifest(bench: Workbench, command: str) -> None:
    manifest = (
        "voices: {narrator: {engine: tone, voice: hum, speed: fast}}\nlimit: {}\ndocuments: [book.md]\n"
    )
    complaints = refused(bench, manifest, command)
    assert complaints[0].startswith("…/job.yaml:1:54: voices.narrator.speed: ")
    assert any(line.startswith("…/job.yaml:2:1: limit: ") for line in complaints)


def test_an_unknown_voice_is_named_with_those_there_are(bench: Workbench) -> None:
    complaints = refused(
        bench, "voices: {narrator: {engine: counting, voice: boom}}\ndocuments: [{text: A line.}]\n"
    )
    assert complaints == [
        "…/job.yaml:1:20: voices.narrator.voice: counting has no voice 'boom'",
        "    It has low, hum, high.",
    ]


def test_unknown_engines_are_all_named(bench: Workbench) -> None:
    manifest = "voices:\n  a: {engine: countin, voice: hum}\n  b: {engine: toon, voice: hum}\ndocuments: [{text: A.}]\n"
    complaints = refused(bench, manifest)
    assert complaints == [
        "…/job.yaml:2:6: voices.a.engine: there is no engine named countin",
        "    Did you mean counting? Installed engines: counting, hibari, latin, lmnt, mortal, paid, pico, remote, tone.",
        "…/job.yaml:3:6: voices.b.engine: there is no engine named toon",
        "    Did you mean tone? Installed engines: counting, hibari, latin, lmnt, mortal, paid, pico, remote, tone.",
    ]


@pytest.mark.parametrize("command", ["run", "plan"])
def test_settings_that_an_engine_does_not_know_are_named_by_the_place_of_the_engine(
    bench: Workbench, command: str
) -> None:
    manifest = "engines:\n  tone: {settings: {pitch: 3}}\nvoices: {a: {engine: tone, voice: hum}}\ndocuments: [{text: A.}]\n"
    assert refused(bench, manifest, command) == [
        "…/job.yaml:2:9: engines.tone.settings: tone knows no setting 'pitch'",
        "    It has no settings of its own.",
    ]


def test_an_engine_that_nobody_uses_may_be_named_if_there_is_one(bench: Workbench) -> None:
    manifest = HEAD + "engines: {tone: {price: 1}, ton: {price: 2}}\ndocuments: [{text: A.}]\n"
    complaints = refused(bench, manifest)
    assert complaints[0] == "…/job.yaml:3:34: engines.ton: there is no engine named ton"
    assert complaints[1].startswith("    Did you mean tone?")


def test_documents_that_cannot_be_read_are_all_named(bench: Workbench) -> None:
    (bench.folder / "empty.md").write_text("", encoding="utf-8")
    (bench.folder / "no.epub").write_bytes(b"PK and nothing else")
    complaints = refused(bench, HEAD + "documents: [empty.md, missing.md, no.epub, none/*.md]\n")
    for name in ("empty.md", "missing.md", "no.epub", "none/*.md"):
        assert any(name in line for line in complaints), name
    assert sum("It is named at …/job.yaml:3:" in line for line in complaints) == 4


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ("chapters: 4\n", "chapters: 4 goes beyond the 1 chapters that are read aloud"),
        ("chapters: Prologue\n", "chapters: no title or href is 'Prologue'"),
        (
            "limits: {max_seconds: 0.5}\n",
            "limits.max_seconds: in 0.5 s voice 'narrator' says about 6 characters",
        ),
    ],
)
def test_what_manifest_and_documents_lead_to_is_refused(bench: Workbench, keys: str, what: str) -> None:
    assert any(what in line for line in refused(bench, HEAD + keys + "documents: [{text: A line.}]\n"))


def test_an_output_folder_that_is_a_file_is_refused(bench: Workbench) -> None:
    (bench.folder / "out").write_text("mine", encoding="utf-8")
    complaints = refused(bench, HEAD + "documents: [{text: A line.}]\noutput: {dir: out}\n")
    assert "output.dir: …/out is a file, not a folder" in complaints[0]


def test_a_job_that_is_not_there_is_refused(bench: Workbench) -> None:
    bench.manifest.unlink()
    result = bench.run()
    assert result.exit_code == 2
    assert "job.yaml" in result.stderr


# --- What one engine cannot do ---------------------------------------------------------------------------

LATIN = "voices:\n  narrator: {engine: latin, voice: hum}\n"


def test_text_in_a_script_that_the_engine_cannot_speak_is_refused_by_place(bench: Workbench) -> None:
    bench.book("# One", "A quiet line.", "Он сказал да.", "# Two", "καὶ τότε")
    complaints = refused(bench, LATIN + "documents: [book.md]\noutput: {dir: out}\n")
    assert complaints[0] == "book.md: line 5: latin cannot speak 'Он сказал да.' in 'Он сказал да.'"
    assert complaints[2].startswith("book.md: line 9: latin cannot speak")
    assert all("limits.unspeakable: leave_out" in hint for hint in complaints[1::2])


def test_unspeakable_text_is_left_out_where_the_job_says_so(bench: Workbench) -> None:
    bench.book("A quiet line.", "Он сказал да.", "Café olé.")
    bench.job(voices={"narrator": {"engine": "latin", "voice": "hum"}}, limits={"unspeakable": "leave_out"})
    planned = bench.batchtts("plan")
    assert "Warning: book.md: line 3: latin cannot speak" in planned.stdout
    assert sorted(bench.run().asked) == ["A quiet line.", "Café olé."]


def test_a_setting_that_the_engine_does_not_know_is_refused(bench: Workbench) -> None:
    manifest = "voices:\n  narrator: {engine: counting, voice: hum, settings: {wram: true}}\ndocuments: [{text: A line.}]\n"
    complaint, hint = refused(bench, manifest)
    assert complaint.endswith("voices.narrator.settings: counting knows no setting 'wram'")
    assert "a, warm" in hint


def test_a_folder_that_holds_another_job_is_left_alone(bench: Workbench) -> None:
    bench.book("# One", "A quiet line.")
    bench.job(job={"name": "first"})
    assert bench.run().exit_code == 0
    bench.job(job={"name": "second"})
    for command in ("run", "prune", "plan", "status", "check"):
        result = bench.batchtts(command)
        assert result.exit_code == 2
        assert "holds another job, 'first'" in result.stderr


def test_a_length_is_refused_where_the_job_allows_less(bench: Workbench) -> None:
    limits = "limits: {max_seconds: 3}\n"
    manifest = f"{LATIN}documents:\n  - segments: [{{text: Mind the step., length: 4}}]\n{limits}output: {{dir: out}}\n"
    [complaint] = refused(bench, manifest)
    assert complaint.endswith("length: limits.max_seconds allows 3 s, not 4")
    assert "line 4" in complaint


@pytest.mark.parametrize("speed", [0.4, 3])
def test_a_speed_is_refused_where_the_engine_cannot_speak_it(bench: Workbench, speed: float) -> None:
    manifest = f"voices:\n  narrator: {{engine: latin, voice: hum, speed: {speed}}}\ndocuments: [{{text: A line.}}]\n"
    [complaint] = refused(bench, manifest)
    assert complaint.startswith("…/job.yaml:2:13: voices.narrator.speed: latin speaks at 0.5 to 2.0")


def test_engines_of_different_sample_rates_do_not_meet_in_a_chapter(bench: Workbench) -> None:
    voices = "voices:\n  a: {engine: latin, voice: hum}\n  b: {engine: tone, voice: hum}\n"
    segments = "documents:\n  - segments: [One., {text: Two., voice: b}]\noutput: {dir: out}\n"
    complaints = refused(bench, voices + segments)
    assert (
        "would mix engines of different sample rates: latin (48000 Hz) and tone (24000 Hz)" in complaints[0]
    )


# --- Names -----------------------------------------------------------------------------------------------


def test_titles_that_collide_or_are_unsafe_become_separate_safe_files(bench: Workbench) -> None:
    titles = ["I", "I", "A" * 300, "../../etc/passwd", "🚢", "CON", "con", "a/b\\c:d*e?"]
    bench.job(documents=[{"segments": [f"Number {n}."], "title": title} for n, title in enumerate(titles)])
    assert bench.run().exit_code == 0
    names = sorted(path.name for path in (bench.out / "chapters").iterdir())
    assert names == [
        "01-i.wav", "02-i.wav", "03-" + "a" * 60 + ".wav", "04-etc-passwd.wav", "05.wav", "06-con.wav",
        "07-con.wav", "08-a-b-c-d-e.wav",
    ]  # fmt: skip
    assert not Path(bench.folder.parent / "etc").exists()


def test_no_format_and_a_format_cannot_both_be_asked_for(bench: Workbench) -> None:
    result = bench.run("--audiobook", "none", "--audiobook", "m4b")
    assert (result.exit_code, result.asked) == (2, [])
    assert "none goes with no format" in result.stderr
