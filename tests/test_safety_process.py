"""A run ends cleanly whatever ends it: signals, closed and full streams, devices, folders that may not be written to."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from intimacy_scales.bank import scales_folder
from intimacy_scales.cli.process import TRACEBACK

RUN = [sys.executable, "-m", "intimacy_scales.cli"]
posix = pytest.mark.skipif(os.name == "nt", reason="signals and devices are POSIX's")


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "in" / "export.csv"
    path.parent.mkdir()
    rows = "".join(f"p{i},{1 + i % 5},{1 + i % 4},3,{1 + i % 3},5\n" for i in range(400))
    path.write_text("id,eis_1,eis_2,eis_3,eis_4,eis_5\n" + rows, encoding="utf-8")
    return path


def run(*words, **more):
    return subprocess.run([*RUN, *map(str, words)], capture_output=True, text=True, check=False, timeout=120, **more)


@posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_leaves_nothing_behind(export, tmp_path, name):
    """At seeded moments from the first import to the last write."""
    out, temporary = tmp_path / "out", tmp_path / "tmp"
    out.mkdir(), temporary.mkdir()
    seeded = random.Random(name)
    for _ in range(3):
        child = subprocess.Popen([*RUN, "report", str(export), "--bank", "eis", "--out", str(out / "r.html"), "--force"],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 env={**os.environ, "TMPDIR": str(temporary)})  # fmt: skip
        time.sleep(seeded.uniform(0.05, 3.0))
        child.send_signal(getattr(signal, name))
        _, said = child.communicate(timeout=60)
        assert child.returncode in (0, 128 + getattr(signal, name), -getattr(signal, name)), said
        assert not [f for f in out.iterdir() if f.name != "r.html"]
        assert not list(temporary.iterdir())


@pytest.mark.slow
@posix
@pytest.mark.parametrize(
    "words",
    [
        ("score", "--out", "OUT/s.xlsx"),
        ("report", "--out", "OUT/r.html"),
        ("norms", "--sample", "made up", "--out", "OUT/n.yaml"),
        ("report", "--each", "person", "--out", "OUT/batch"),
    ],
)
def test_fifty_moments_leave_nothing_behind(export, tmp_path, words):
    out, temporary = tmp_path / "out", tmp_path / "tmp"
    out.mkdir(), temporary.mkdir()
    seeded = random.Random(50)
    for moment in range(50):
        spelled = [word.replace("OUT", str(out / str(moment))) for word in words[1:]]
        (out / str(moment)).mkdir()
        child = subprocess.Popen([*RUN, words[0], str(export), "--bank", "eis", *spelled, "--force"],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 env={**os.environ, "TMPDIR": str(temporary)})  # fmt: skip
        time.sleep(seeded.uniform(0.05, 4.0))
        child.send_signal(signal.SIGTERM)
        _, said = child.communicate(timeout=120)
        assert child.returncode in (0, 128 + signal.SIGTERM, -signal.SIGTERM), said
        assert not list(out.rglob(".writing-*"))
        assert not list(temporary.iterdir())


@posix
def test_nohup_is_left_alone(export):
    code = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\nfrom intimacy_scales.cli import main\nimport os\nfrom intimacy_scales.cli.process import signals_as_stops\nwith signals_as_stops():\n    os.kill(os.getpid(), signal.SIGHUP)\nprint('alive')"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout == "alive\n"


@posix
@pytest.mark.parametrize("redirected", [">/dev/full", "--json - >/dev/full"])
def test_a_full_disk_behind_the_output_is_told(export, redirected):
    ran = subprocess.run(f"{sys.executable} -m intimacy_scales.cli reliability {export} --bank eis {redirected}",
                         shell=True, capture_output=True, text=True, check=False)  # fmt: skip
    assert ran.returncode == 1
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr


@posix
@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&-"])
def test_closed_streams_do_not_end_the_work(export, tmp_path, closed):
    out = tmp_path / "s.csv"
    ran = subprocess.run(f"{sys.executable} -m intimacy_scales.cli score {export} --bank eis --out {out} {closed}",
                         shell=True, capture_output=True, text=True, check=False)  # fmt: skip
    assert ran.returncode == 0
    assert "Traceback" not in ran.stderr
    assert len(out.read_text(encoding="utf-8").splitlines()) == 401


@pytest.mark.parametrize("option", ["--out", "--json"])
@pytest.mark.parametrize("given", ["export", "map", "bank"])
def test_no_input_is_ever_an_output(export, tmp_path, given, option):
    """Each file that a run reads, under each option that writes."""
    held = {"export": export, "map": tmp_path / "map.yaml", "bank": tmp_path / "bank.yaml"}
    assert run("inspect", export, "--bank", "eis", "--write-map", held["map"]).returncode == 0
    held["bank"].write_bytes((scales_folder() / "eis.yaml").read_bytes())
    target = held[given]
    before = target.read_bytes()
    words = ["score", export, "--bank", held["bank"], "--map", held["map"], "--force"]
    if option == "--out":
        link = tmp_path / "link.csv"
        link.symlink_to(target)
        ran = run(*words, "--out", link)
    else:
        ran = run(*words, "--out", tmp_path / "s.csv", "--json", target)
    assert ran.returncode == 1
    assert "is the input itself" in ran.stderr
    assert target.read_bytes() == before


def test_two_outputs_under_one_name_are_refused(export, tmp_path):
    out = tmp_path / "s.json"
    ran = run("score", export, "--bank", "eis", "--out", out, "--json", out)
    assert ran.returncode == 1
    assert "a moment ago" in ran.stderr or "exists already" in ran.stderr


@pytest.mark.parametrize("name", ["a\x1b[31mred.csv", "a\u202egnp.csv"])
def test_a_name_that_steers_the_terminal_is_shown(name, tmp_path):
    ran = run("score", tmp_path / name, "--bank", "eis", "--out", tmp_path / "s.csv")
    assert ran.returncode == 1
    assert "\x1b" not in ran.stderr
    assert "\u202e" not in ran.stderr


@posix
def test_a_name_that_is_no_utf8_is_read_and_shown(export):
    odd = os.fsencode(export.parent) + b"/odd\xff.csv"
    os.rename(os.fsencode(export), odd)  # noqa: PTH104 -- bytes
    ran = subprocess.run(
        [*map(os.fsencode, RUN), b"reliability", odd, b"--bank", b"eis", b"--json", b"-"],
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    ran.stdout.decode("utf-8")


def test_a_fault_of_ours_is_a_sentence_and_its_traceback_is_for_whoever_asks(tmp_path):
    code = (
        "import intimacy_scales.cli as c, intimacy_scales.cli.app as a\n"
        "def broken(only): raise TypeError('no')\n"
        "a.build_app = broken\nc.main(['list'])"
    )
    for wanted in (False, True):
        env = {**os.environ, **({TRACEBACK: "1"} if wanted else {})}
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)
        assert ran.returncode == 1
        assert ("Traceback" in ran.stderr) is wanted
    assert "TypeError" in ran.stderr


@posix
def test_outputs_are_private_unless_shared(export, tmp_path):
    for words, mode in (((), 0o600), (("--share",), 0o644)):
        out, told = tmp_path / f"{mode}.csv", tmp_path / f"{mode}.json"
        before = os.umask(0o022)
        try:
            ran = run("score", export, "--bank", "eis", "--out", out, "--json", told, *words)
        finally:
            os.umask(before)
        assert ran.returncode == 0, ran.stderr
        assert [f.stat().st_mode & 0o777 for f in (out, told)] == [mode, mode]
