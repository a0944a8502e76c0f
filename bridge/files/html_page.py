"""What pages have in common: one file, nothing from elsewhere, and no script but our own.

Names of files and words of models are escaped; a policy in the page lets no script run but the one
that we wrote, by its hash, and nothing be loaded.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape


def opening(title: str, *, style: str, script: str = "", scheme: str = "dark") -> str:
    """Begin a page.

    Args:
        title: of the page, any text.
        style: of all that follows, CSS.
        script: the only one that may run; empty: none.
        scheme: colours that it is made for: `dark`, or `light dark`.
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = f" script-src 'sha256-{digest}'" if script else " script-src 'none'"
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline';{allowed}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="{scheme}">'
        f"<title>{as_text(title)}</title><style>{style}</style></head><body><main>"
    )


def closing(script: str = "") -> str:
    """End a page."""
    told = f"<script>{script}</script>" if script else ""
    return f"</main>{told}</body></html>\n"


def as_text(value: object) -> str:
    """Give any text as HTML that is nothing but text."""
    return escape(str(value))


def as_bytes(html: str) -> bytes:
    """Give HTML as bytes; half a character of a strange file name becomes a question mark."""
    return html.encode("utf-8", "replace")


def picture_source(picture: bytes) -> str:
    """Give a JPEG as the source of an image."""
    return f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"
