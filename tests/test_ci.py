"""What runs in other people's CI: the GitHub action, the hooks of pre-commit, and the recipes of docs/ci.md.

Their scripts are run by bash in a clone, as their hosts do; only the installation, which needs a package index, is left
out (`.ci/run` has it).
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from junitparser import JUnitXml

from tests.action import ACTION, BASH, Ran, run
from tests.support import ROOT, published, tzcheck
from tests.test_baseline import county
from tests.test_readme import lines
from tzcheck.cli import FORMATS, check
from tzcheck.sets import DATA_SUFFIXES

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCKS: list[str] = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
HOSTILE = "a b'\"$(touch pwned)`touch pwned`;touch pwned"


def recipe(*words: str) -> Any:
    """The one recipe of the page that has these words; the key `on` is a text to its host, and true to PyYAML."""
    (found,) = (yaml.safe_load(block) for block in BLOCKS if all(word in block for word in words))
    return {"on" if key is True else key: value for key, value in found.items()} if isinstance(found, dict) else found


def git(folder: Path, *arguments: object) -> str:
    who = ("-c", "user.name=someone", "-c", "user.email=someone@example.org")
    return subprocess.run(
        ["git", *who, *map(str, arguments)], cwd=folder, check=True, capture_output=True, encoding="utf-8"
    ).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A shallow clone of a branch, as a host makes it; its county has one class over the limit, as that of `main`."""
    origin = tmp_path / "origin"
    county(origin / "facts", 45, 46)
    git(origin, "init", "--quiet", "--initial-branch", "main")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--message", "facts")
    git(origin, "commit", "--quiet", "--allow-empty", "--message", "later")
    git(origin, "checkout", "--quiet", "-b", "change")
    git(origin, "commit", "--quiet", "--allow-empty", "--message", "change")
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--branch", "change", origin.as_uri(), "clone")
    return tmp_path / "clone"


def ran(clone: Path, **inputs: str) -> Ran:
    return run(clone, clone.parent / "temp of the runner", **{"facts": "facts", "standard": "balanced.12"} | inputs)


# --- the GitHub action -----------------------------------------------------------------------------------------------


def test_the_action_and_the_hooks_are_valid_by_the_published_schemas() -> None:
    assert not list(published("https://json.schemastore.org/github-action.json").iter_errors(ACTION))
    local = {"repos": [{"repo": "local", "hooks": HOOKS}]}
    assert not list(published("https://json.schemastore.org/pre-commit-config.json").iter_errors(local))


def test_nothing_from_outside_is_pasted_into_a_script() -> None:
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]


def test_the_inputs_are_options_of_check_with_their_defaults() -> None:
    options = {option.name: option for option in check.params}
    for name in ("profile", "fail-on"):
        assert ACTION["inputs"][name]["default"] == options[name.replace("-", "_")].default
    assert set(re.findall(r"--format (\w+)", ACTION["runs"]["steps"][-1]["run"])) <= set(FORMATS)


def test_the_action_fails_with_an_annotation_at_the_line_and_leaves_its_results(clone: Path) -> None:
    found = ran(clone)
    assert found.code == 1
    assert found.outputs["exit-code"] == "1"
    assert re.search(r"^::error file=facts/classes\.csv,line=3,title=", found.log, re.M)
    assert re.search(r"^::error title=tzcheck::exit code 1: .*fails", found.log, re.M)
    assert "balanced.12" in found.summary
    assert json.loads((found.results / "result.json").read_bytes())["schema"] == "tzcheck/result/1"
    assert sum(suite.failures for suite in JUnitXml.fromfile(str(found.results / "junit.xml"))) == 1
    assert json.loads((found.results / "result.sarif").read_bytes())["runs"]
    assert (found.results / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert git(clone, "status", "--porcelain") == ""


@pytest.mark.parametrize(("students", "code"), [((45, 46), 0), ((45, 45), 0), ((46, 46), 1)])
def test_with_a_baseline_only_what_is_new_fails(clone: Path, students: tuple[int, ...], code: int) -> None:
    county(clone / "facts", *students)
    found = ran(clone, baseline_ref="main")
    assert found.code == code
    assert ("::notice" in found.log) == (students == (45, 46))  # what is known stays visible
    assert git(clone, "worktree", "list").count("\n") == 1
    assert git(clone, "rev-list", "--count", "FETCH_HEAD") == "1\n"  # no history was fetched


def test_a_whole_clone_stays_whole(clone: Path) -> None:
    git(clone, "fetch", "--quiet", "--unshallow")
    assert ran(clone, baseline_ref=git(clone, "rev-parse", "HEAD").strip()).code == 0
    assert git(clone, "rev-parse", "--is-shallow-repository") == "false\n"


def test_a_county_that_the_baseline_has_not_is_all_new(clone: Path) -> None:
    county(clone / "new facts", 46)
    assert ran(clone, facts="new facts", baseline_ref="main").code == 1
    for path in (clone / "new facts").iterdir():
        other = path.read_text("utf-8").replace("331002", "331003").replace("椒江", "黄岩")
        path.write_text(other.replace("2133000001", "2133000002"), "utf-8")
    found = ran(clone, facts="facts\nnew facts", baseline_ref="main")
    assert found.code == 1
    assert re.findall(r"^::(error|notice) .*?title=(.{3}) balanced", found.log, re.M) == [
        ("error", "黄岩区"), ("notice", "椒江区"),
    ]  # fmt: skip


def test_a_baseline_that_is_not_there_is_a_fault_and_no_pass(clone: Path) -> None:
    county(clone / "facts", 45, 45)
    found = ran(clone, baseline_ref="no-such-branch")
    assert found.code not in (0, 1)
    assert "no-such-branch" in found.log
    assert "exit-code" not in found.outputs


@pytest.mark.parametrize(
    ("inputs", "students", "code"),
    [
        ({}, ("约44",), 3),
        ({"facts": "nowhere"}, (45,), 3),
        ({"facts": ""}, (45,), 2),
        ({"standard": "balance"}, (45,), 2),
        ({"as_of": "yesterday"}, (45,), 2),
        ({"standard": "balanced.14"}, (45,), 5),
        ({"fail_on": "never"}, (46,), 0),
        ({"standard": "balanced.12\nbalanced.11\n"}, (45,), 0),
    ],
)
def test_each_exit_code_stays_itself_and_is_explained(
    clone: Path, inputs: dict[str, str], students: tuple[int | str, ...], code: int
) -> None:
    county(clone / "facts", *students)
    found = ran(clone, **inputs)
    assert (found.code, found.outputs["exit-code"]) == (code, str(code))
    assert (f"::error title=tzcheck::exit code {code}: " in found.log) == (code != 0)


def test_hostile_names_and_inputs_are_only_texts(clone: Path) -> None:
    county(clone / HOSTILE, 46)
    assert ran(clone, facts=HOSTILE).code == 1
    assert ran(clone, **dict.fromkeys(("standard", "profile", "as_of", "fail_on"), HOSTILE)).code == 2
    for ref in (f"--upload-pack=touch {clone / 'pwned'}", "$(touch pwned)", "main; touch pwned"):
        assert ran(clone, baseline_ref=ref).code not in (0, 1)
    assert ran(clone, facts="--version").code == 3
    assert not list(clone.parent.rglob("pwned"))


# --- recipes ---------------------------------------------------------------------------------------------------------


def test_the_workflow_is_valid_and_names_inputs_and_outputs_of_the_action() -> None:
    workflow = recipe("uses: OWNER/tzcheck@")
    assert not list(published("https://json.schemastore.org/github-workflow.json").iter_errors(workflow))
    (job,) = workflow["jobs"].values()
    (step,) = (one for one in job["steps"] if "OWNER/tzcheck@" in one.get("uses", ""))
    assert set(step["with"]) <= set(ACTION["inputs"])
    told = set(re.findall(r"^\| `(.*?)` \|", PAGE.split("\n## GitLab")[0], re.M))
    assert {one for cell in told for one in cell.split("`、`")} == set(ACTION["inputs"])
    job["steps"] += recipe("upload-sarif")
    assert not list(published("https://json.schemastore.org/github-workflow.json").iter_errors(workflow))
    for output in re.findall(r"steps\.tzcheck\.outputs\.([\w-]+)", "\n".join(BLOCKS)):
        assert output in ACTION["outputs"]


def of_script(script: list[str], folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs the lines of a recipe but for the installation, for one indicator: of most others nothing is known here."""
    install, *rest = script
    assert install.startswith("pip install ")
    lines = "\n".join(rest).replace("tzcheck check ", "tzcheck check --standard balanced.12 ")
    return subprocess.run(
        [*BASH, "-c", lines], cwd=folder, env=os.environ | {"PATH": PATH} | env, capture_output=True,
        encoding="utf-8", check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("target", "students", "code"),
    [("main", (45, 46), 0), ("main", (46, 46), 1), ("", (45, 46), 1), ("main", (45, "约44"), 3)],
)
def test_the_recipe_for_gitlab(clone: Path, target: str, students: tuple[int | str, ...], code: int) -> None:
    pipeline = recipe("merge_request_event")
    url = "https://gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json"
    assert not list(published(url).iter_errors(pipeline))
    job = pipeline["tzcheck"]
    county(clone / "facts", *students)
    target_branch = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": target}
    done = of_script(job["script"], clone, job["variables"] | target_branch)
    assert done.returncode == code, done.stderr
    assert "椒江区" in done.stdout
    assert JUnitXml.fromfile(str(clone / job["artifacts"]["reports"]["junit"]))
    assert all((clone / path).is_file() for path in job["artifacts"]["paths"])
    assert git(clone, "worktree", "list").count("\n") == 1


def test_the_recipe_for_gitee(clone: Path) -> None:
    pipeline = recipe("execute@docker")
    assert [*pipeline] == ["version", "name", "displayName", "triggers", "variables", "stages"]
    (step,) = pipeline["stages"][0]["steps"]
    kept, _ = lines("docs/ci.md")
    assert of_script(["pip install ", kept], clone, {}).returncode == 0
    for students, code in (((45, 46), 0), ((46, 46), 1)):
        county(clone / "facts", *students)
        done = of_script(step["command"], clone, pipeline["variables"])
        assert done.returncode == code, done.stdout + done.stderr
        assert "椒江区" in done.stdout


def test_the_commands_of_the_page_run(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clone)
    assert [tzcheck(*shlex.split(line)[1:]).code for line in lines("docs/ci.md")] == [0, 0]


# --- pre-commit ------------------------------------------------------------------------------------------------------


def hook(id: str, arguments: list[str], folder: Path) -> int:
    """Runs a hook as pre-commit does: from the root of the repository, its entry with the arguments of the user."""
    (one,) = (one for one in HOOKS if one["id"] == id)
    assert one["pass_filenames"] is False
    program, *rest = [*shlex.split(one["entry"]), *arguments]
    assert program == "tzcheck"
    return subprocess.run(
        [shutil.which(program, path=PATH) or program, *rest], cwd=folder, capture_output=True, check=False
    ).returncode


def test_the_hooks_of_pre_commit(clone: Path) -> None:
    config = recipe("repos:")
    assert not list(published("https://json.schemastore.org/pre-commit-config.json").iter_errors(config))
    ((used,),) = (repo["hooks"] for repo in config["repos"])
    assert hook(used["id"], used["args"], clone) == 0
    assert hook("tzcheck-check", [*used["args"], "--standard", "balanced.12"], clone) == 1
    assert hook(used["id"], [], clone) == 2
    county(clone / "facts", "约44")
    assert hook(used["id"], used["args"], clone) == 3


@pytest.mark.parametrize("one", HOOKS, ids=lambda one: one["id"])
def test_a_hook_wakes_for_every_file_that_can_be_read(one: dict[str, Any]) -> None:
    for suffix in DATA_SUFFIXES:
        assert re.search(one["files"], f"facts/椒江 区/班级{suffix}")
        assert re.search(one["files"], f"CLASSES{suffix.upper()}")
    assert not re.search(one["files"], "facts/README.md")
