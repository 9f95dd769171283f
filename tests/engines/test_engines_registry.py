import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from batchtts.engines import registry
from batchtts.errors import EngineRefused, PlanError

BROKEN_PLUG_IN = """\
[batchtts.engines]
broken = no_such_module_anywhere:open_engine
hollow = batchtts.engines.tone:VOICES
"""


@pytest.fixture
def plug_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "plug_ins-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: plug-ins\nVersion: 1\n", encoding="utf-8")
    (folder / "entry_points.txt").write_text(BROKEN_PLUG_IN, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))


def test_the_built_in_engines_are_found() -> None:
    assert {"hibari", "lmnt", "pico", "tone"} <= set(registry.names())


def test_an_engine_is_opened_by_its_name() -> None:
    async def identity() -> str:
        async with registry.open_engine("tone", {}) as engine:
            return engine.traits.name

    assert asyncio.run(identity()) == "tone"


def test_an_unknown_engine_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(PlanError) as caught:
        registry.open_engine("hibary", {})
    [problem] = caught.value.problems
    assert "hibary" in problem.what
    assert problem.hint is not None
    assert problem.hint.startswith("Did you mean hibari? ")
    assert "tone" in problem.hint


@pytest.mark.usefixtures("plug_ins")
@pytest.mark.parametrize(("name", "cause"), [("broken", "no_such_module_anywhere"), ("hollow", "function")])
def test_a_broken_plug_in_is_an_error_that_names_it(name: str, cause: str) -> None:
    assert name in registry.names()
    with pytest.raises(EngineRefused, match=name) as caught:
        registry.open_engine(name, {})
    assert cause in str(caught.value)
    assert name in (caught.value.hint or "")


def test_opening_an_engine_imports_nothing_heavy() -> None:
    program = """
import asyncio, sys
from batchtts.engines.registry import names, open_engine

async def main():
    for name in ("hibari", "tone"):
        async with open_engine(name, {}) as engine:
            print(engine.traits.identity, len(await engine.voices()))

asyncio.run(main())
print("heavy:", [name for name in ("numpy", "onnxruntime", "hibari") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "heavy: []"
