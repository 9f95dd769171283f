"""What somebody who is given a dataset has to know of its layout: it stands in the card, under "Loading"."""

from collections.abc import Mapping
from types import MappingProxyType

_BOUNDED = "`metadata.csv` has all rows, `metadata_train.csv` and so on those of a split: train with these."

NOTES: Mapping[str, str] = MappingProxyType(
    {
        "ljspeech": (
            f"Fields are parted by bars, without a header and without quoting: split each line at them. {_BOUNDED}\n\n"
            "This layout knows no speakers, and its readers take all rows for those of one. A set of several voices is for "
            'another format, or is exported once for each with a query such as `speaker = "anna"`.'
        ),
        "piper": (
            f"Fields are parted by bars and quoted as Python's csv does it. {_BOUNDED}\n\n"
            "```sh\n"
            "python -m piper.train fit --data.csv_path metadata_train.csv --data.audio_dir wav --data.trim_silence false ...\n"
            "```\n\n"
            "Unless it is told not to trim, piper cuts the silence at both ends down to 0.25 s, which moves all boundaries. "
            "It divides the rows that it is given once more, at random."
        ),
        "nemo": (
            "There is a manifest for each split. `audio_filepath` is relative to it, `speaker` a number, and `words` are timed in "
            "seconds."
        ),
        "kaldi": (
            "Paths in `wav.scp` count from this folder: call Kaldi from here, or put the folder before them.\n\n"
            "```sh\n"
            'sed -i "s| | $PWD/|" wav.scp\n'
            "for split in train validation test; do\n"
            "  utils/subset_data_dir.sh --utt-list <(awk -v split=$split '$2 == split' utt2split) . data/$split\n"
            "done\n"
            "```\n\n"
            "An id is that of the row behind the name of its speaker, who is called by letters and digits alone."
        ),
        "libritts": (
            "The root is `LibriTTS/`; train, validation and test are called train-clean-100, dev-clean and test-clean. An id is "
            "speaker, chapter, paragraph and sentence; `ids.tsv` says which row it is, and who speaks. The last field of "
            "`book.tsv` is how much louder speech is than the rest, in dB, at most 100."
        ),
        "mfa": (
            "`corpus/` is what the Montreal Forced Aligner reads, `aligned/` has our own boundaries in its form.\n\n"
            "```sh\n"
            "mfa align corpus DICTIONARY ACOUSTIC_MODEL again --reference_directory aligned\n"
            "```\n\n"
            "Phones are in the alphabet of the engine. MFA passes over intervals shorter than 10 ms."
        ),
        "lhotse": (
            "Paths are relative to this folder. Alignments count from the beginning of a recording, and each row has one of its own; "
            "when a cut begins later than its recording, they stay as they are."
        ),
        "shar": (
            "Each split has a folder, in which every file is a shard: put nothing else there. A shard may be empty. Alignments "
            "count from the beginning of a recording."
        ),
    }
)
"""Paragraphs of Markdown, by the names of formats."""
