"""What an operator copies (units, containers, pages) fits the system that it runs."""

import json
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

DEPLOY = settings.BASE / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KNOWN_COMMANDS = {name.replace("_", "-") for name in get_commands()}
HARDENING = (
    "User=shangju",
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "CapabilityBoundingSet=",
    "SystemCallFilter=@system-service",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "UMask=0077",
)


def names_of_settings() -> set[str]:
    """Every variable that is read."""
    source = (settings.BASE / "shangju" / "config" / "environment.py").read_text(encoding="utf-8")
    return set(re.findall(r'"(SHANGJU_[A-Z_]+|DATABASE_URL|REDIS_URL)"', source))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_hardened_and_start_what_there_is(unit: "object") -> None:
    lines = unit.read_text(encoding="utf-8").splitlines()  # type: ignore[attr-defined]
    assert [line for line in HARDENING if line not in lines] == []
    starts = [line.removeprefix("ExecStart=") for line in lines if line.startswith("ExecStart=")]
    assert starts
    for start in starts:
        program, *rest = start.split()
        assert program in {"/opt/shangju/.venv/bin/shangju", "/opt/shangju/.venv/bin/python"}
        assert rest[:2] == ["-m", "shangju.core.web_server"] or rest[0] in KNOWN_COMMANDS


def test_systemd_takes_the_units(tmp_path: object) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed here")
    files = [str(path) for path in sorted((DEPLOY / "systemd").glob("shangju*"))]
    done = subprocess.run([program, "verify", *files], capture_output=True, text=True, check=False)
    said = [
        line for line in done.stderr.splitlines() if "is not executable" not in line and "shangju" in line
    ]
    assert said == []


def test_the_example_of_the_environment_names_settings_that_exist() -> None:
    text = (DEPLOY / "systemd" / "environment.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#? ?([A-Z_]+)=", text, re.MULTILINE))
    assert {name.removesuffix("_FILE") for name in named} <= names_of_settings()
    assert "SHANGJU_MODE=production" in text


def test_every_setting_is_in_the_operators_table() -> None:
    page = (settings.BASE / "docs" / "operations.md").read_text(encoding="utf-8")
    assert sorted(name for name in names_of_settings() if f"`{name}`" not in page) == []


def test_the_container_runs_unprivileged_and_is_asked_for_its_health() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    final = text[text.rindex("\nFROM ") :]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", final, re.MULTILINE)
    command = re.search(r"^HEALTHCHECK (?:.*\\\n)*\s*CMD (\[.*\])$", final, re.MULTILINE)
    assert command
    program = json.loads(command[1])
    compile(program[2], "health", "exec")
    assert "pip install --require-hashes" in text
    sources = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    assert all((settings.BASE / name).exists() for line in sources for name in line.split())


def test_compose_names_settings_and_commands_that_exist() -> None:
    made = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    for name in ("shangju", "backup"):
        service = made["services"][name]
        assert {each.removesuffix("_FILE") for each in service["environment"]} <= names_of_settings()
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert set(service["secrets"]) <= set(made["secrets"])
        command = service.get("command", ["shangju", "up"])
        assert command[1] in KNOWN_COMMANDS


def test_licences_are_known_and_the_audit_runs() -> None:
    command = [sys.executable, "tools/licences.py", "check"]
    done = subprocess.run(command, cwd=settings.BASE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    [workflow] = [
        path.read_text(encoding="utf-8") for path in (settings.BASE / ".github/workflows").iterdir()
    ]
    assert "pip-audit --requirement requirements.txt --require-hashes" in workflow
    assert "schedule:" in workflow


def test_every_drill_that_the_page_names_exists() -> None:
    from tests.drills.__main__ import DRILLS  # noqa: PLC0415 - what this test is about

    page = (settings.BASE / "docs" / "operations.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`make drill-(\w+)`", page)) == set(DRILLS)
