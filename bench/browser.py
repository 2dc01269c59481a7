"""P11 in a browser: what a resident's first view weighs and how soon it is there at 400 kbit/s.

A program: ``python -m bench.browser --port N``; prints one line of JSON. Needs Chromium and Playwright's Python package.
"""

import argparse
import json
import shutil
import time
from typing import Any

from playwright.sync_api import Browser, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATHS = ("/", "/report/", "/track/")
SLOW_LINE = {"offline": False, "latency": 300, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""400 kbit/s with the delay of a phone far from its mast."""
PHONE = {"width": 390, "height": 844}


def first_view(browser: Browser, address: str) -> dict[str, Any]:
    """Bytes over the wire, requests, and seconds until usable, with an empty cache."""
    context = browser.new_context(viewport=PHONE, service_workers="block")
    page = context.new_page()
    wire = context.new_cdp_session(page)
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW_LINE)
    began = time.monotonic()
    page.goto(address, wait_until="domcontentloaded")
    usable = time.monotonic() - began
    page.wait_for_load_state("networkidle")
    context.close()
    return {"kB": round(sum(sizes) / 1000, 1), "requests": len(sizes), "usable_after_s": round(usable, 1)}


def main() -> None:
    """Open each page once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    program = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if program is None:
        raise SystemExit("no Chromium found")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        figures = [
            {
                "what": f"P11 {path} first view in a browser, 400 kbit/s",
                **first_view(browser, f"http://127.0.0.1:{options.port}{path}"),
                "aim": "≤ 80 kB, ≤ 10 requests",
            }
            for path in PATHS
        ]
        browser.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
