"""The panel: one page without any resource from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

_FILE: Final = Path(__file__).parent / "panel.html"


async def panel_answer(request: Request) -> Response:
    """Answer with the panel; a browser runs what is in it, and nothing else."""
    page, policy = _panel()
    return Response(page, media_type="text/html", headers={"content-security-policy": policy})


@cache
def _panel() -> tuple[bytes, str]:
    """Give the page, and what a browser may do with it."""
    page = _FILE.read_text("utf-8")
    policy = (
        "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; "
        f"script-src {_hash_of('script', page)}; style-src {_hash_of('style', page)}"
    )
    return page.encode(), policy


def _hash_of(element: str, page: str) -> str:
    """Give the hash by which a policy names what an element of the page holds."""
    found = re.search(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
    digest = hashlib.sha256((found[1] if found else "").encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
