"""The page on which people try models."""

import base64
import hashlib
from functools import cache
from importlib.resources import files


@cache
def page() -> tuple[str, dict[str, str]]:
    """The page and its headers: nothing but what it holds may run, and it asks this server only."""
    folder = files("daylight.serve") / "playground"
    script = (folder / "page.js").read_text("utf-8")
    style = (folder / "page.css").read_text("utf-8")
    body = (folder / "page.html").read_text("utf-8")
    body = body.replace("/*style*/", style).replace("/*script*/", script)
    policy = (
        f"default-src 'none'; connect-src 'self'; img-src data: blob:; media-src blob:; "
        f"script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"}
    return body, headers


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
