"""Find the browser that the tests of the map drive; `python -m tests.browser` sees to one before they run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
WINDOWS_PLACES = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
WINDOWS_ROOTS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
INSTALL = (("apt-get", "update"), ("apt-get", "install", "-y", "--no-install-recommends", "chromium"))


def find_browser() -> str | None:
    """Return the path of a Chromium-like browser: that of KG_BROWSER first, then the PATH, then usual places."""
    return next((path for path in _candidates() if path), None)


def _candidates() -> Iterator[str | None]:
    if wanted := os.environ.get("KG_BROWSER"):
        yield shutil.which(wanted)
    yield from map(shutil.which, NAMES)
    yield from (place for place in PLACES if Path(place).exists())
    for root in filter(None, map(os.environ.get, WINDOWS_ROOTS)):
        yield from (str(Path(root, place)) for place in WINDOWS_PLACES if Path(root, place).exists())


def why_not_installed() -> str:
    """Return why no browser can be installed here, or nothing where it can."""
    if not shutil.which("apt-get") or not _is_debian():
        return "this is not a Debian with apt-get"
    if os.geteuid() != 0:
        return "only root can install one"
    return ""


def _is_debian() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "ID=debian" in release.read_text(encoding="utf-8").splitlines()


def main() -> int:
    """Use the browser that is there, or install Debian's where that is possible, and say what was done."""
    if found := find_browser():
        print(f"Browser tests use {found}.")
        return 0
    if reason := why_not_installed():
        print(f"Browser tests will be skipped: no Chromium, Chrome or Edge was found, and {reason}. Set KG_BROWSER.")
        return 0
    print("No browser was found: installing Debian's chromium for the browser tests.", flush=True)
    for command in INSTALL:
        if subprocess.run(command, check=False).returncode != 0:
            print(f"Browser tests will be skipped: `{' '.join(command)}` failed.")
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
