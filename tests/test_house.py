"""The house itself: what is imported when, what ships in the wheel, what the README promises."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import intimacy_scales as ims

REPO = Path(__file__).parents[1]
SRC = REPO / "src" / "intimacy_scales"
HEAVY = (
    "pandas",
    "scipy.stats",
    "pingouin",
    "matplotlib",
    "sklearn",
    "statsmodels",
    "factor_analyzer",
    "polars",
    "pyarrow",
)


def run(*command: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def imported_by(code: str) -> set[str]:
    said = run(sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)")
    assert said.returncode == 0, said.stderr
    return set(said.stdout.split())


def test_importing_the_package_imports_nothing_heavy():
    assert not imported_by("import intimacy_scales") & set(HEAVY)


def test_loading_a_bank_imports_nothing_heavy():
    assert not imported_by("import intimacy_scales as ims; ims.load_bank('eis')") & set(HEAVY)


def test_help_imports_nothing_heavy_nor_the_banks():
    code = "from intimacy_scales.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    seen = imported_by(code)
    assert not seen & {*HEAVY, "pydantic", "yaml", "numpy"}


@pytest.mark.parametrize("source", [".csv", ".parquet"])
@pytest.mark.parametrize("out", [".csv", ".parquet", ".xlsx"])
def test_scoring_a_file_imports_nothing_that_it_does_not_need(tmp_path, source, out):
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    answers = {
        "id": [f"P{i}" for i in range(30)],
        **{f"eis_{j}": [1 + (i + j) % 5 for i in range(30)] for j in range(1, 6)},
    }
    export = tmp_path / f"answers{source}"
    if source == ".csv":
        rows = [",".join(answers), *(",".join(map(str, row)) for row in zip(*answers.values(), strict=True))]
        export.write_text("\n".join(rows) + "\n", "utf-8")
    else:
        parquet.write_table(pa.table(answers), export)
    words = ["score", str(export), "--bank", "eis", "--out", str(tmp_path / f"scores{out}"), "--quiet"]
    seen = imported_by(
        f"from intimacy_scales.cli import main\ntry: main({words!r})\nexcept SystemExit as end: assert not end.code"
    )
    allowed = {"numpy"} | ({"pyarrow"} if ".parquet" in (source, out) else set())
    assert seen & set(HEAVY) <= allowed


@pytest.mark.parametrize("source", [".csv", ".parquet"])
def test_reliability_of_a_file_imports_nothing_that_it_does_not_need(tmp_path, source):
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    export = tmp_path / f"answers{source}"
    table = pa.Table.from_pandas(ims.simulate("eis", 60, seed=1, missing=0.05).frame(), preserve_index=False)
    table.to_pandas().to_csv(export, index=False) if source == ".csv" else parquet.write_table(table, export)
    words = ["reliability", str(export), "--bank", "eis", "--quiet"]
    seen = imported_by(
        f"from intimacy_scales.cli import main\ntry: main({words!r})\nexcept SystemExit as end: assert not end.code"
    )
    assert seen & set(HEAVY) <= {"numpy"} | ({"pyarrow"} if source == ".parquet" else set())
    assert not seen & {"scipy.optimize", "scipy.stats", "scipy.linalg", "numpy.f2py.crackfortran", "unittest"}


def test_what_is_loaded_later_is_there_when_it_is_asked_for():
    code = (
        "from intimacy_scales.cli.process import begin_quickly\nbegin_quickly()\nbegin_quickly()\n"
        "import sys, scipy.special\nassert 'unittest' not in sys.modules\n"
        "import numpy as np\nnp.testing.assert_array_equal([1], [1])\n"
        "from numpy.f2py import crackfortran\n"
    )
    assert {"unittest", "numpy.f2py.crackfortran"} <= imported_by(code)


def test_every_public_name_is_there():
    for name in ims.__all__:
        assert getattr(ims, name) is not None
    assert "load_bank" in dir(ims)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = ims.no_such_name


def test_public_names_of_the_interface():
    for name in ("load_bank", "read_export", "score", "reliability", "standing", "suggest_tips", "report"):
        assert callable(getattr(ims, name))


def test_no_module_is_too_large():
    large = {
        str(f.relative_to(SRC)): n
        for f in SRC.rglob("*.py")
        if (n := len(f.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not large


def test_no_assert_guards_input_and_nothing_prints_in_the_library():
    for file in SRC.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.Assert)], file
        prints = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "print"]
        assert not prints or "cli" in file.parts, file


def test_no_bank_is_named_in_the_engine():
    ids = set(ims.bank_ids())
    allowed = {"cli/demo"}  # the example knows what it is an example of
    for file in SRC.rglob("*.py"):
        if "/".join(file.relative_to(SRC).parts[:2]) in allowed:
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        compared = [n for n in ast.walk(tree) if isinstance(n, ast.Compare)]
        named = {c.value for n in compared for c in ast.walk(n) if isinstance(c, ast.Constant) and c.value in ids}
        assert not named, f"{file} asks for the bank {named}"


def test_the_repo_names_no_registry_host_and_no_path_of_a_machine():
    hosts = re.compile(r"https?://[^\s\"')]*/(?:simple|packages)/|files\.python" + "hosted|/work" + "/|/opt" + "/ims")
    listed = run("git", "ls-files", "-z", cwd=REPO)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        file = REPO / name
        if (
            file.suffix in {".py", ".md", ".toml", ".yaml", ".cff", ".txt", ".ipynb", ".json", ".j2", ".css"}
            and file.exists()
        ):
            assert not hosts.search(file.read_text(encoding="utf-8")), name


def test_the_readmes_test_command_is_what_ci_runs():
    readme, ci = (REPO / "README.md").read_text(encoding="utf-8"), (REPO / ".ci" / "run").read_text(encoding="utf-8")
    command = next(line for line in readme.splitlines() if line.endswith("-m pytest"))
    assert command in ci.splitlines()


def test_version_stands_once_and_the_same_everywhere():
    version = ims.__version__
    assert f'version = "{version}"' in (REPO / "pyproject.toml").read_text(encoding="utf-8")
    assert f"version: {version}" in (REPO / "CITATION.cff").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    built = run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(out), str(REPO))
    assert built.returncode == 0, built.stdout + built.stderr
    return next(out.glob("*.whl"))


def test_the_wheel_holds_banks_templates_and_the_example(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for bank in (REPO / "scales").glob("*.yaml"):
        assert f"intimacy_scales/scales/{bank.name}" in names
    assert "intimacy_scales/py.typed" in names
    assert "intimacy_scales/cli/demo/couples_simulated.csv" in names
    assert any(name.startswith("intimacy_scales/output/report/") and name.endswith(".j2") for name in names)
    assert not [name for name in names if name.startswith(("scales/", "tests/"))]
    course = {Path(name).suffix for name in names if name.startswith("intimacy_scales/notebooks/")}
    assert course == {".ipynb"}


def test_the_installed_wheel_lists_its_banks_outside_the_repo(wheel, tmp_path):
    """A fresh environment that sees the libraries of this one (no network), but not this repository."""
    home = tmp_path / "fresh"
    venv.create(home, with_pip=False)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    site = Path(run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip())
    installed = run(
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        str(python),
        "install",
        "--no-deps",
        "--no-index",
        str(wheel),
    )
    assert installed.returncode == 0, installed.stderr
    ours = [p for p in sys.path if p.endswith("site-packages")]
    (site / "libraries.pth").write_text("\n".join(ours), encoding="utf-8")
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    listed = run(str(scripts / "intimacy-scales"), "list", cwd=tmp_path, env=clean)
    assert listed.returncode == 0, listed.stderr
    assert {"eis", "pair", "pair_style", "prqc", "tdis"} <= set(listed.stdout.split())
    where = run(str(python), "-c", "import intimacy_scales; print(intimacy_scales.__file__)", cwd=tmp_path, env=clean)
    assert str(home) in where.stdout


def module_imports() -> dict[str, set[str]]:
    """Every module of the package with the modules it imports, inside functions and for type checkers too."""
    files = {}
    for file in SRC.rglob("*.py"):
        parts = file.relative_to(SRC.parent).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    found = {}
    for name, file in files.items():
        nodes = [n for n in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(n, ast.ImportFrom)]
        assert all(n.level == 0 for n in nodes), f"{name}: imports are absolute"
        names = {
            f"{n.module}.{a.name}" if f"{n.module}.{a.name}" in files else n.module for n in nodes for a in n.names
        }
        found[name] = {n for n in names if n in files} - {name}
    return found


def test_no_circle_of_imports_anywhere():
    left = module_imports()
    while leaves := {name for name, imports in left.items() if not imports & left.keys()}:
        left = {name: imports for name, imports in left.items() if name not in leaves}
    upward = {
        name: imports & left.keys()
        for name, imports in left.items()
        if any(name in other for key, other in left.items() if key != name)
    }
    assert not upward


def test_nothing_inside_imports_the_face():
    assert not [name for name, imports in module_imports().items() if "intimacy_scales" in imports]


def test_no_folder_is_too_full():
    folders = {file.parent for file in SRC.rglob("*.py")}
    full = {
        str(f.relative_to(SRC)): n
        for f in folders
        if (n := len([m for m in f.glob("*.py") if m.stem != "__init__"])) > 15
    }
    assert not full


def test_no_module_is_called_like_a_name_of_its_package():
    """``package.name`` is then the module or the function, whichever was imported last."""
    for init in SRC.rglob("__init__.py"):
        tree = ast.parse(init.read_text(encoding="utf-8"))
        modules = {file.stem for file in init.parent.glob("*.py")} | {
            f.name for f in init.parent.iterdir() if f.is_dir()
        }
        imported = {
            a.asname or a.name for n in ast.walk(tree) if isinstance(n, (ast.ImportFrom, ast.Import)) for a in n.names
        }
        defined = {n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
        assert not modules & (imported | defined), init


def test_only_the_command_knows_its_parser():
    for file in SRC.rglob("*.py"):
        knows = "cyclopts" in file.read_text(encoding="utf-8")
        assert not knows or file.relative_to(SRC).as_posix() in ("cli/app.py", "cli/process.py"), file


def names_given(node: ast.stmt) -> list[str]:
    """Return the names that a statement of a module gives."""
    if isinstance(node, ast.Assign):
        targets = [one for target in node.targets for one in getattr(target, "elts", [target])]
        return [one.id for one in targets if isinstance(one, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return [node.name] if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else []


def test_a_module_gives_each_name_once():
    """A constant that is given again further down is the later one everywhere: three pictures once shared a row."""
    twice = {}
    for file in SRC.rglob("*.py"):
        names = [name for node in ast.parse(file.read_text(encoding="utf-8")).body for name in names_given(node)]
        twice[str(file.relative_to(SRC))] = sorted({name for name in names if names.count(name) > 1})
    assert {file: names for file, names in twice.items() if names} == {}
