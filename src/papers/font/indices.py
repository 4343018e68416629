#!/usr/bin/env python3
"""Adds superscripts and subscripts that the face lacks (CO₂, Fe³⁺, 10⁶): the face's own figures and signs, made small.

Usage: indices.py FONT (changed in place). Needs fonttools.
"""

import sys

from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

SCALE = 0.59
RAISED, LOWERED, BEARING = 463, -150, 24
BASES = "0123456789+−=()"
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾"
SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"


def main(path):
    font = TTFont(path, recalcTimestamp=False)
    top = font["CFF "].cff.topDictIndex[0]
    charmap, glyphs, order = font.getBestCmap(), font.getGlyphSet(), list(font.getGlyphOrder())
    next_id = max(int(name[3:]) for name in order if name.startswith("cid")) + 1
    for characters, shift in ((SUPERSCRIPTS, RAISED), (SUBSCRIPTS, LOWERED)):
        for base, character in zip(BASES, characters):
            if ord(character) in charmap:
                continue
            model = charmap[ord(base)]
            width = round(glyphs[model].width * SCALE) + 2 * BEARING
            face = top.FDSelect[font.getGlyphID(model)]
            private = top.FDArray[face].Private
            own = None if width == private.defaultWidthX else width - private.nominalWidthX
            pen = T2CharStringPen(own, glyphs)
            glyphs[model].draw(TransformPen(pen, (SCALE, 0, 0, SCALE, BEARING, shift)))
            name = f"cid{next_id:05d}"
            next_id += 1
            charstring = pen.getCharString(private, top.GlobalSubrs)
            top.CharStrings.charStringsIndex.append(charstring)
            top.CharStrings.charStrings[name] = len(top.CharStrings.charStringsIndex) - 1
            top.charset.append(name)
            top.FDSelect.gidArray.append(face)
            order.append(name)
            font["hmtx"][name] = (width, BEARING)
            for table in font["cmap"].tables:
                if table.isUnicode():
                    table.cmap[ord(character)] = name
    font.setGlyphOrder(order)
    font.save(path)


main(sys.argv[1])
