#!/usr/bin/env python3
"""The second implementation of the Merkle proofs of TMF-1 rule 13: RFC 6962 §2.1 from its text alone, with nothing
but the standard library. Reads JSON from the file that is named, and checks

    {"leaves": [base64 …],            every leaf hash of the feed
     "inclusion": [{index, size, leaf, path, root}],
     "consistency": [{old, new, path, old_root, new_root}],
     "tiles": [{level, index, hashes: base64}]}
"""

import base64
import hashlib
import json
import sys


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node(root(leaves[:k]), root(leaves[k:]))


def path(m, leaves):
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return path(m, leaves[:k]) + [root(leaves[k:])]
    return path(m - k, leaves[k:]) + [root(leaves[:k])]


def proof(m, leaves, whole=True):
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return proof(m, leaves[:k], whole) + [root(leaves[k:])]
    return proof(m - k, leaves[k:], False) + [root(leaves[:k])]


def plain(text):
    return base64.b64decode(text, validate=True)


def main():
    file = json.load(open(sys.argv[1], encoding="utf-8"))
    leaves = [plain(leaf) for leaf in file["leaves"]]
    for one in file["inclusion"]:
        tree = leaves[: one["size"]]
        assert plain(one["leaf"]) == leaves[one["index"]], one
        assert plain(one["root"]) == root(tree), one
        assert [plain(hash_) for hash_ in one["path"]] == path(one["index"], tree), one
    for one in file["consistency"]:
        old, new = one["old"], one["new"]
        assert plain(one["old_root"]) == root(leaves[:old]) and plain(one["new_root"]) == root(leaves[:new]), one
        expected = proof(old, leaves[:new]) if 0 < old < new else []
        assert [plain(hash_) for hash_ in one["path"]] == expected, one
    for one in file["tiles"]:
        span = 256 ** one["level"]
        for at, start in enumerate(range(0, len(one["hashes"]) * 3 // 4 // 32)):
            first = (one["index"] * 256 + start) * span
            got = plain(one["hashes"])[at * 32 : at * 32 + 32]
            assert got == root(leaves[first : first + span]), (one["level"], one["index"], at)
    print(len(file["inclusion"]), "inclusions,", len(file["consistency"]), "consistencies,", len(file["tiles"]), "tiles")


if __name__ == "__main__":
    main()
