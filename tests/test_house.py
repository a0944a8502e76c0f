"""What is said about the house is true of the house."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from bridge.cli.pages import BEGIN, CONTROLLERS_PAGE, END, with_table, with_targets

REPOSITORY = Path(__file__).resolve().parents[1]
TREE = re.search(r"```\n(bridge/.*?)```", (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8"), re.S)
LINES = TREE[1].splitlines()
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))


def drawn_folders():
    """Give the folders that CONTRIBUTING.md draws: top level, and one below."""
    top = ""
    for line in LINES:
        name = re.match(r"[├└─ ]*([\w.]+/)", line)
        if name is None:
            continue
        if not line.startswith(("├", "└")):
            top = name[1]
            yield top
        else:
            yield top + name[1]


def packages():
    """Give the folders of the house that hold a Python package, or lie at its top."""
    yield from ("onnx_models/", "plugins/", "tests/", "bridge/", "export/")
    for top in ("bridge", "export"):
        for init in REPOSITORY.glob(f"{top}/*/__init__.py"):
            yield f"{top}/{init.parent.name}/"


def test_the_tree_names_every_folder_that_exists_and_no_other():
    assert sorted(drawn_folders()) == sorted(packages())


def test_the_rooms_that_are_described_are_those_that_are_enforced():
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    layers = [layer for layer in contracts[0]["layers"] if not layer.startswith("(")]
    assert f"`{' > '.join(layers)}`" in (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8")


def test_the_top_level_holds_nothing_but_what_was_agreed():
    listed = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, cwd=REPOSITORY, check=False
    )
    if listed.returncode:
        pytest.skip("needs a git checkout")
    top = {line.split("/")[0] for line in listed.stdout.splitlines() if not line.startswith(".")}
    agreed = "bridge plugins onnx_models export tests pyproject.toml README.md LICENSE"
    assert top <= {*agreed.split(), "CHANGELOG.md", "CONTRIBUTING.md", "Makefile"}


def test_what_users_see_is_in_the_changelog():
    assert "## [Unreleased]" in (REPOSITORY / "CHANGELOG.md").read_text("utf-8")


def test_the_table_of_commands_in_the_readme_is_fresh():
    page = (REPOSITORY / "README.md").read_text("utf-8")
    assert page.count(BEGIN) == page.count(END) == 1
    assert page == with_table(page), "run `make docs`"


def test_the_table_of_what_a_control_can_do_is_fresh():
    page = CONTROLLERS_PAGE.read_text("utf-8")
    assert page == with_targets(page), "run `make docs`"


@pytest.mark.parametrize("command", ["make play", "make check", "segue doctor", "pipx install"])
def test_the_readme_has_the_commands_to_begin_with(command):
    assert command in (REPOSITORY / "README.md").read_text("utf-8")
