#!/usr/bin/env python3
"""Harvests an OAI-PMH outlet with two clients that we did not write, sickle and oaipmh-scythe, and compares them.

    oai_harvest.py https://market.example/oai [OAI-PMH.xsd]

Needs `pip install sickle oaipmh-scythe lxml`. With the protocol's schema every answer is validated as well.
"""

import sys
import time
import urllib.request

from lxml import etree
from oaipmh_scythe import Scythe
from sickle import Sickle


def by_sickle(url, prefix):
    client = Sickle(url)
    records = list(client.ListRecords(metadataPrefix=prefix, ignore_deleted=False))
    return {r.header.identifier: bool(r.deleted) for r in records}


def by_scythe(url, prefix):
    with Scythe(url) as client:
        records = list(client.list_records(metadata_prefix=prefix))
        return {r.header.identifier: bool(r.deleted) for r in records}


def validate(url, schema):
    # Metadata are validated by themselves: the protocol's schema alone does not know their elements.
    text = open(schema, "rb").read().replace(b'processContents="strict"', b'processContents="lax"')
    schema = etree.XMLSchema(etree.fromstring(text))
    tm = etree.XMLSchema(etree.fromstring(urllib.request.urlopen(url + "/tm.xsd").read()))
    namespaces = {"oai": "http://www.openarchives.org/OAI/2.0/", "tm": "urn:tm:schema:oai:record:1"}
    queries = ["Identify", "ListMetadataFormats", "ListSets", "Nonsense", "ListRecords&metadataPrefix=marc"]
    queries += [f"{verb}&metadataPrefix={p}" for verb in ("ListIdentifiers", "ListRecords") for p in ("oai_dc", "tm")]
    answers = own = 0
    for query in queries:
        while query:
            document = etree.fromstring(urllib.request.urlopen(f"{url}?verb={query}").read())
            schema.assertValid(document)
            answers += 1
            for record in document.iterfind(".//tm:record", namespaces):
                tm.assertValid(record)
                own += 1
            token = document.findtext(".//oai:resumptionToken", None, namespaces)
            query = f"{query.split('&')[0]}&resumptionToken={token}" if token else None
    print(f"{answers} answers valid against OAI-PMH.xsd, {own} records against tm.xsd")


def main():
    url = sys.argv[1]
    for prefix in ("oai_dc", "tm"):
        started = time.monotonic()
        first, second = by_sickle(url, prefix), by_scythe(url, prefix)
        assert first == second, set(first) ^ set(second)
        gone = sum(first.values())
        print(f"{prefix}: {len(first)} records, {gone} of them deleted, the same by both, {time.monotonic() - started:.1f} s")
    if len(sys.argv) > 2:
        validate(url, sys.argv[2])


if __name__ == "__main__":
    main()
