"""What holds for every test."""

from __future__ import annotations

import os

if "PYTEST_XDIST_WORKER" in os.environ:  # a worker a core: one thread each, said before numpy is loaded
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import shutil
import sys
import warnings
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings

# a test is never timed: how long an example takes says how busy the machine is, not whether the code is right
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

# what runs tests side by side sets a width, as if a terminal were there; a test that wants one sets it itself
os.environ.pop("COLUMNS", None)


@pytest.fixture(scope="session")
def spark():
    """Return a session of Spark on this machine; its tests are skipped, and say why, where there is none."""
    pytest.importorskip("pyspark", reason="Spark is not installed (pip install 'intimacy-scales[spark]')")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Spark needs Java, and there is none (a package manager has it: default-jre-headless)")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Spark 4 has doubts about pandas 3 of its own
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.log.level", "ERROR")
            .getOrCreate()
        )
    yield session
    session.stop()


class Said(NamedTuple):
    """What a command said, and the code it ended with."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Return a function that runs the command in a folder of the test's own, word by word."""
    from intimacy_scales.cli import main

    monkeypatch.chdir(tmp_path)

    def command(*words):
        capsys.readouterr()
        code = 0
        try:
            main([str(word) for word in words])
        except SystemExit as stop:
            code = stop.code or 0
        return Said(code, *capsys.readouterr())

    return command
