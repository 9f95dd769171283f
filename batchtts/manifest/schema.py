"""The JSON Schema of a manifest, for editors and for programs that write manifests."""

from batchtts.manifest.fields import MANIFEST


def json_schema() -> dict[str, object]:
    """Return a schema of the draft 2020-12.

    It takes whatever the checks take, and refuses what they refuse but for what no schema can see: names of
    voices that do not exist, ranges that run backwards, and a cover that is not there.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "batchtts manifest",
        "description": "What is read, by which voices, and where the output goes.",
        **MANIFEST.schema(),
    }
