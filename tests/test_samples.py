import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
import zlib
from pathlib import Path, PurePosixPath

import pytest

from batchtts.ledger.draft import Draft
from batchtts.pipeline.planning.drafting import make_draft
from batchtts.pipeline.planning.loading import load_job
from batchtts.pipeline.planning.settling import settle

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
JOBS = sorted((ROOT / "jobs").glob("*.yaml"))
OPF = {"opf": "http://www.idpf.org/2007/opf"}
XHTML = "{http://www.w3.org/1999/xhtml}"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"


@pytest.fixture
def book():
    with zipfile.ZipFile(SAMPLES / "book.epub") as archive:
        yield archive


def build(program: str, path: Path) -> bytes:
    subprocess.run([sys.executable, SAMPLES / program, path], check=True, timeout=120)
    return path.read_bytes()


def pixels(png: bytes) -> bytes:
    start = png.index(b"IDAT") + 4
    return zlib.decompress(png[start : start + int.from_bytes(png[start - 8 : start - 4], "big")])


def manifest_items(book: zipfile.ZipFile) -> list[ET.Element]:
    return ET.fromstring(book.read("EPUB/package.opf")).findall("opf:manifest/opf:item", OPF)


def pages(book: zipfile.ZipFile) -> dict[str, ET.Element]:
    names = [name for name in book.namelist() if name.endswith(".xhtml")]
    return {PurePosixPath(name).name: ET.fromstring(book.read(name)) for name in names}


def text_of(book: zipfile.ZipFile) -> str:
    return " ".join(" ".join(page.itertext()) for page in pages(book).values())


def draft_of(manifest: Path, output: Path) -> Draft:
    return make_draft(settle(load_job(manifest, output=output)))


def test_the_committed_epub_is_what_its_program_builds(tmp_path):
    assert build("make_epub.py", tmp_path / "book.epub") == (SAMPLES / "book.epub").read_bytes()


def test_the_committed_cover_is_what_its_program_draws(tmp_path):
    assert pixels(build("make_cover.py", tmp_path / "cover.png")) == pixels(
        (SAMPLES / "cover.png").read_bytes()
    )


def test_the_media_type_comes_first_and_is_stored(book):
    first = book.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert book.read(first) == b"application/epub+zip"
    assert book.testzip() is None


def test_the_manifest_names_every_file_once(book):
    listed = ["EPUB/" + item.attrib["href"] for item in manifest_items(book)]
    unlisted = {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}
    assert sorted(listed) == sorted(set(book.namelist()) - unlisted)


def test_every_spine_entry_is_in_the_manifest(book):
    spine = ET.fromstring(book.read("EPUB/package.opf")).findall("opf:spine/opf:itemref", OPF)
    assert {entry.attrib["idref"] for entry in spine} <= {item.attrib["id"] for item in manifest_items(book)}


def test_every_link_leads_to_an_element_that_exists(book):
    found = pages(book)
    for name, page in found.items():
        for link in page.iter(f"{XHTML}a"):
            target, _, fragment = link.attrib["href"].partition("#")
            identifiers = {element.get("id") for element in found[target or name].iter()}
            assert not fragment or fragment in identifiers, f"{name}: {link.attrib['href']}"


def test_parts_hold_their_chapters_in_the_contents(book):
    contents = pages(book)["nav.xhtml"].find(f".//{XHTML}nav/{XHTML}ol")
    nested = {top[0].text: len(top[1]) for top in contents if len(top) > 1}
    assert nested == {"Part One: The Clock Is Wrong": 3, "Part Two: The Clock Is Right": 2}


@pytest.mark.parametrize(
    "kind",
    [
        "chapter",
        "part",
        "titlepage",
        "colophon",
        "noteref",
        "footnote",
        "pagebreak",
        "z3998:poem",
        "z3998:letter",
    ],
)
def test_the_book_marks_what_its_parts_are(book, kind):
    assert any(element.get(EPUB_TYPE) == kind for page in pages(book).values() for element in page.iter())


@pytest.mark.parametrize(
    "stretch",
    [
        "“Stop!” said she.",
        "7:30",
        "$12.50",
        "The 3rd of May 1893",
        "1,250 feet",
        "Mr. C. Thrale",
        "St. Orrin",
        "café",
    ],
)
def test_the_book_holds_what_a_narrator_stumbles_over(book, stretch):
    assert stretch in text_of(book)


@pytest.mark.parametrize("manifest", JOBS, ids=lambda path: path.stem)
def test_every_manifest_in_jobs_gives_a_plan_without_warnings(manifest, tmp_path):
    job = load_job(manifest, output=tmp_path)
    with draft_of(manifest, tmp_path) as draft:
        plan, chapters = draft.plan(job), draft.planned_chapters()
    assert job.name == manifest.stem
    assert plan.metadata.author == "The batchtts authors"
    assert chapters
    assert not plan.warnings


def test_both_forms_of_the_book_have_the_same_chapters(tmp_path):
    slugs = []
    for name in ("book.yaml", "markdown.yaml"):
        with draft_of(ROOT / "jobs" / name, tmp_path) as draft:
            slugs.append([chapter.slug for chapter in draft.chapter_states()])
    assert slugs[0] == slugs[1]
    assert len(slugs[0]) == 5
