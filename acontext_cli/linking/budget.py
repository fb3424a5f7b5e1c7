"""What a client does not show of a catalog, said with figures before a person wonders why a skill is never used."""

from collections.abc import Iterator, Mapping, Sequence

from acontext_cli.linking.clients import CLIENTS, Budget


def cut_off(clients: Sequence[str], catalog: Mapping[str, str]) -> list[str]:
    """A sentence for each thing that these clients cut off of a catalog (descriptions by name)."""
    budgets = dict.fromkeys(CLIENTS[name].budget for name in clients)
    return [line for budget in budgets for line in _over(budget, catalog)]


def _over(budget: Budget, catalog: Mapping[str, str]) -> Iterator[str]:
    for name, description in catalog.items():
        if len(description) > budget.each:
            yield (
                f"{budget.client} reads {budget.each:,} characters of a description at most: "
                f"that of {name!r} has {len(description):,}"
            )
    total = sum(len(name) + len(description) for name, description in catalog.items())
    if total > budget.total:
        yield (
            f"{budget.client} shows {budget.total:,} characters of all names and descriptions, these "
            f"{len(catalog)} skills have {total:,}: {total - budget.total:,} are cut off, link fewer or shorten them"
        )
