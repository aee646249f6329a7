"""Looks at a page as a person would: in a browser, narrow and wide, by day and by night."""

import os
from pathlib import Path

import pytest

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

needs_chromium = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="no Chromium: not at /usr/bin/chromium, nor at $CHROMIUM"
)


def look(*places):
    """Nothing is said on the console, asked from outside, cut off, or hard to read.

    What is hard to read, with the eyes or by a screen reader, is found by axe-core's rules for WCAG
    2.2 level AA.
    """
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        for place in places:
            url = place if str(place).startswith("http:") else f"file://{place}"
            for width, scheme in ((390, "dark"), (390, "light"), (1280, "dark"), (1280, "light")):
                page = browser.new_page(
                    viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
                )
                said, asked = [], []
                page.on("console", lambda message, said=said: said.append(message.text))
                page.on("pageerror", lambda error, said=said: said.append(str(error)))
                page.on("request", lambda request, asked=asked: asked.append(request.url))
                page.goto(url, wait_until="networkidle")
                assert not said, said
                outside = [each for each in asked if not each.startswith((url, "file:", "data:"))]
                assert not outside, outside
                assert page.evaluate("document.documentElement.scrollWidth") <= width, width
                page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
                hard = [problems(each) for each in found.response["violations"]]
                assert not hard, hard
                page.close()
        browser.close()


def problems(violation):
    places = [node["html"][:200] for node in violation["nodes"][:3]]
    return (violation["id"], violation["help"], len(violation["nodes"]), places)
