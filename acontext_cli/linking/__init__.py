"""The skills of a space where agents load them: links, or copies, and a record of each, so that exactly these can be
mended and taken away."""

from acontext_cli.linking.budget import cut_off
from acontext_cli.linking.clients import CLIENTS, DEFAULT, Client, clients
from acontext_cli.linking.level import Level
from acontext_cli.linking.linker import Linker, Wish
from acontext_cli.linking.place import Place, places
from acontext_cli.linking.step import Step

__all__ = [
    "CLIENTS",
    "DEFAULT",
    "Client",
    "Level",
    "Linker",
    "Place",
    "Step",
    "Wish",
    "clients",
    "cut_off",
    "places",
]
