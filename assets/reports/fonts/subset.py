"""Makes the fonts beside this file from those in Debian's fonts-inter and fonts-droid-fallback.

Usage: pip install fonttools brotli; python subset.py DIRECTORY_WITH_THE_UNPACKED_PACKAGES
"""

import pathlib
import subprocess
import sys

import brotli

HERE = pathlib.Path(__file__).parent
PACKAGES = pathlib.Path(sys.argv[1])
INTER = PACKAGES / "usr/share/fonts/opentype/inter"
DROID = PACKAGES / "usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf"


def span(first, last):
    return set(range(first, last + 1))


def two_bytes(encoding, first=0x8100, last=0xFEFF):
    """The characters that a two-byte encoding has between two codes."""
    found = set()
    for code in range(first, last + 1):
        try:
            text = code.to_bytes(2, "big").decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(text) == 1:
            found.add(ord(text))
    return found


# Latin with Vietnamese, Greek, Cyrillic, punctuation, currencies, and a few signs.
WESTERN = (
    span(0x20, 0x7E) | span(0xA0, 0x24F) | span(0x2B9, 0x2DD) | span(0x300, 0x331) | span(0x370, 0x4FF)
    | span(0x1E00, 0x1EFF) | span(0x2000, 0x2064) | span(0x20A0, 0x20C0)
    | {ord(sign) for sign in "№™Ω←↑→↓↗↘−∞≈≠≤≥□●⁰⁴₀₂\ufffd"}
)
HAN = span(0x3400, 0x9FFF) | span(0xF900, 0xFAFF)
HANGUL = span(0xAC00, 0xD7A3)
# Japanese with the vendors' characters in names, the common halves of GB 2312 and Big5, and KS X 1001.
EASTERN = (
    span(0x3000, 0x30FF) | span(0xFF00, 0xFFEF)
    | HAN & (two_bytes("cp932") | two_bytes("gb2312", 0xB0A1, 0xD7F9) | two_bytes("big5", 0xA440, 0xC67E))
    | HANGUL & two_bytes("euc_kr")
)


def subset(source, characters, name, *options):
    listed = HERE / "characters.txt"
    listed.write_text("\n".join(f"U+{code:04X}" for code in sorted(characters)))
    made = HERE / name
    subprocess.check_call([
        "pyftsubset", source, f"--unicodes-file={listed}", f"--output-file={made}",
        "--no-hinting", "--no-glyph-names", "--notdef-outline", *options,
    ])
    packed = brotli.compress(made.read_bytes(), quality=11, lgwin=22)
    (HERE / f"{name}.br").write_bytes(packed)
    made.unlink()
    listed.unlink()


for weight in ("Regular", "SemiBold"):
    subset(INTER / f"Inter-{weight}.otf", WESTERN, f"Inter-{weight}.otf",
           "--layout-features=kern,mark,mkmk,ccmp,locl,calt,case,tnum")
subset(DROID, EASTERN, "DroidSansFallback.ttf")
