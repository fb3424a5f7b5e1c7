"""What is shown of a setting: never a key."""

import json
import re
from dataclasses import replace

from acontext_cli.config import Setting
from acontext_cli.config.headers import only_names_a_variable
from acontext_cli.secrets import cut

MASK = "****"


def masked(setting: Setting) -> Setting:
    """The same setting, as it can be shown."""
    return replace(setting, value=_masked(setting.name, setting.value)) if setting.value else setting


def without_secrets(text: str) -> str:
    """The text with a mask for each secret that is found in it."""
    return cut(text, lambda *_: MASK)


def _masked(name: str, value: str) -> str:
    if name == "headers":
        return json.dumps({name: _header(text) for name, text in json.loads(value).items()})
    return without_secrets(_nobodys(value) if name == "base_url" else value)


def _header(text: str) -> str:
    return text if only_names_a_variable(text) else MASK


def _nobodys(address: str) -> str:
    """An address without the name and password in it, and without what its query says."""
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    path = re.sub(r"([?&][^=&]*=)[^&]+", rf"\1{MASK}", path)
    named = f"{MASK}@{host.rpartition('@')[2]}" if "@" in host else host
    return f"{scheme}://{named}{slash}{path}" if rest else address
