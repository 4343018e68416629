#!/bin/sh
# Makes NotoSerifSC-subset.otf anew, then adds the indices of formulas (indices.py). Needs fonttools (pyftsubset) and
# Debian's fonts-noto-cjk 1:20220127+repack1-1 (Noto Serif CJK 2.001); index 2 of the collection is the face for SC.
# tgh-8105.txt is the 通用规范汉字表 of 2013 in its order: the property kTGH of Unicode 15's Unihan database.
set -eu
cd "$(dirname "$0")"
pyftsubset "${1:-/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc}" --font-number=2 \
    --text-file=tgh-8105.txt \
    --unicodes=U+0020-007E,U+00A0-00FF,U+0391-03A9,U+03B1-03C9,U+2010-2027,U+2030,U+2032,U+2033,U+203B,U+2070-209C,U+20AC,U+2100-214F,U+2150-218B,U+2190-2199,U+2200-22FF,U+2460-249B,U+25A0-25CF,U+2605,U+2606,U+3000-301F,U+3021-3029,U+3380-33DF,U+FF01-FF5E,U+FFE0-FFE6 \
    --layout-features= --no-hinting --name-IDs='*' --drop-tables+=VORG,vhea,vmtx,BASE,DSIG \
    --output-file=NotoSerifSC-subset.otf
python3 indices.py NotoSerifSC-subset.otf
