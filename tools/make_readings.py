"""Make ``bot/knowledge/data/readings.txt``: ``python -m tools.make_readings``.

Each line is a reading without its tone and the Han characters that are usually read so. The facts
come from the package pypinyin (MIT, see ``readings.licence.txt``), which is needed for this only:
the desk reads the file, a hundredth of the package's memory.
"""

import unicodedata
from pathlib import Path

import pypinyin
from pypinyin.pinyin_dict import pinyin_dict

TARGET = Path(__file__).parent.parent / "bot" / "knowledge" / "data" / "readings.txt"
FIRST, LAST = 0x4E00, 0x9FFF


def without_tone(reading: str) -> str:
    """Return *reading* in plain letters: ``lǜ`` is ``lv``."""
    taken_apart = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(c for c in taken_apart if c.isascii() and c.isalpha())


def main() -> None:
    read_so: dict[str, list[str]] = {}
    for code, readings in sorted(pinyin_dict.items()):
        if FIRST <= code <= LAST and (plain := without_tone(readings.split(",")[0])):
            read_so.setdefault(plain, []).append(chr(code))
    lines = [f"{reading} {''.join(chars)}\n" for reading, chars in sorted(read_so.items())]
    TARGET.write_text("".join(lines), encoding="utf-8")
    count = sum(map(len, read_so.values()))
    print(f"pypinyin {pypinyin.__version__}: {count} characters, {len(lines)} readings")


if __name__ == "__main__":
    main()
