"""The checks, one file a topic. Importing a file registers its checks, in this order."""

import importlib

TOPICS = [
    "accept",
    "protocol",
    "moto_server",
    "account",
    "configuration",
    "data_folder",
    "query",
    "requests",
    "tls",
    "people",
    "commands",
    "live",
    "faulty_aws",
    "stops",
    "disk",
]

for topic in TOPICS:
    importlib.import_module(f"checks.{topic}")
