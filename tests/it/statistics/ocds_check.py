"""Runs libcoveocds on a package, with the standard's schema from a ZIP file and no network.

The record schema names others by their published addresses; those are answered from the same ZIP.
"""
import json
import sys
import zipfile

import requests

standard, path = sys.argv[1:]
schemas = {}
with zipfile.ZipFile(standard) as archive:
    for name in archive.namelist():
        if "/schema/" in name and name.endswith(".json"):
            schemas[name.rsplit("/", 1)[1]] = archive.read(name)


class Answer:
    def __init__(self, body):
        self.text, self.content, self.status_code, self.ok = body.decode(), body, 200, True

    def json(self, **_):
        return json.loads(self.text)

    def raise_for_status(self):
        pass


def answer(url, *_, **__):
    name = url.rsplit("/", 1)[1]
    if name in schemas:
        return Answer(schemas[name])
    raise requests.ConnectionError(url)


requests.get = answer
requests.Session.get = lambda _, url, *rest, **more: answer(url)

from libcoveocds.api import ocds_json_output  # noqa: E402
from libcoveocds.config import LibCoveOCDSConfig  # noqa: E402

config = LibCoveOCDSConfig()
config.config["context"] = "api"
config.config["standard_zip"] = f"file://{standard}"
config.config["additional_checks"] = "all"
with open(path) as file:
    data = json.load(file)
found = ocds_json_output(json_data=data, lib_cove_ocds_config=config)
wanted = ("validation_errors", "additional_checks", "additional_closed_codelist_values", "deprecated_fields")
print(json.dumps({name: found.get(name) for name in wanted}))
