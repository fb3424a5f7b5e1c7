"""What the trouble with a server means to the person: one sentence that says what to do."""

import re

from acontext_cli.models.ways import is_too_long

_NO_QUOTA = re.compile(r"insufficient[_ ](?:quota|balance|credit|fund)|credit balance|payment required", re.IGNORECASE)
_OF_THE_INPUT = re.compile(
    r"\b(?:this|your|the) (?:input|prompt|request|message)|moderat|flagged|safety|policy", re.IGNORECASE
)
"""How a server says that it is about what was sent, and not about who asks or whom."""
_BROKE_OFF = re.compile(r"disconnected|reset|broken pipe|peer closed|incomplete", re.IGNORECASE)
_UNKNOWN_NAME = re.compile(r"name or service|nodename|getaddrinfo|name resolution|no address", re.IGNORECASE)


def is_without_quota(said: str) -> bool:
    """Whether waiting does not help: nothing is left to pay with."""
    return _NO_QUOTA.search(said) is not None


def is_lasting(status: int, said: str) -> bool:
    """Whether every other question would be refused for the same reason."""
    about_this = is_too_long(said) or (status in (403, 404) and _OF_THE_INPUT.search(said))
    return status in (401, 402, 403, 404, 429) and not about_this


def is_broken_off(why: str) -> bool:
    """Whether a server was there and hung up, which the next question may not make it do."""
    return not why or _BROKE_OFF.search(why) is not None


def refused(status: int, said: str, *, model: str, where: str) -> str:
    """What an error status means."""
    words = f"({status}: {said})" if said else f"({status})"
    if status == 401:
        return f"{where} does not take the key (401): set OPENAI_API_KEY to one that holds there"
    if status in (403, 404) and _OF_THE_INPUT.search(said):
        return f"{where} refused what was sent {words}: try another model"
    if status == 403:
        return f"{where} gives no access {words}: set OPENAI_API_KEY to a key that may use {model!r}"
    if status == 404:
        return (
            f"there is no model {model!r} at {where}, or the address is wrong {words}: set ACONTEXT_MODEL or base_url"
        )
    if status == 413 or is_too_long(said):
        return f"the prompt is too long for {model!r} {words}: lower max_input_tokens"
    if status == 402 or (status == 429 and is_without_quota(said)):
        return f"nothing is left to pay with at {where} {words}: add credit, or use another model"
    if status == 429:
        return f"{where} takes no more requests for now {words}: wait a while, or use fewer --jobs"
    if status >= 500:
        return f"{where} fails {words}: try again later"
    return f"{where} refused the request {words}"


def late(seconds: float, *, model: str, where: str) -> str:
    return (
        f"{model!r} at {where} did not answer within {seconds:g} s: raise timeout in the config, or use a smaller model"
    )


def unreached(why: str, *, where: str) -> str:
    """What it means that there was no answer at all."""
    if "refused" in why.lower():
        return f"nothing answers at {where}: is the server running, and is base_url right?"
    if _UNKNOWN_NAME.search(why):
        return f"{where} is not found ({why}): is base_url right, and is there a network?"
    return f"no connection to {where} ({why or 'it broke off'}): try again, or check base_url"


def cut(read: int, estimate: int, *, where: str) -> str:
    return (
        f"{where} read {read:,} of about {estimate:,} tokens: it cut the prompt without a word, so what it finds may "
        "be wrong. Give the model a longer context (Ollama: OLLAMA_CONTEXT_LENGTH, or num_ctx in a Modelfile) or lower "
        "max_input_tokens"
    )
