"""Small files of every kind that is read, made by a script: each holds the five items of one scale, so that a damaged
copy may still be scored."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

N = 40
_WORDS = "we talk often and plainly of what we wish, of what we fear; 5 of 7 days; \u00fc, \u4e2d, (yes)"


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    answers = {f"eis_{j}": rng.integers(1, 6, N) for j in range(1, 6)}
    return pd.DataFrame(
        {"id": [f"p{i:02d}" for i in range(N)], **answers, "note": [_WORDS * (1 + i % 5) for i in range(N)]}
    )


def through(suffix, write) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"seed{suffix}"
        write(path)
        return path.read_bytes()


def qualtrics(table: pd.DataFrame) -> bytes:
    import csv

    names = ["ResponseId", "Status", "Finished", *table.columns[1:]]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([names, names, [json.dumps({"ImportId": name}) for name in names]])
    writer.writerows([f"R_{i}", "IP Address", "True", *row[1:]] for i, row in enumerate(table.to_numpy().tolist()))
    return out.getvalue().encode()


def zipped(name: str, body: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return held.getvalue()


def seeds() -> dict[str, bytes]:
    """Return name to bytes; the suffix tells the kind."""
    table = frame()
    csv = table.to_csv(index=False).encode()
    coded = table.drop(columns="note")
    labels = {f"eis_{j}": {1.0: "strongly disagree", 5.0: "strongly agree"} for j in range(1, 6)}
    return {
        "comma.csv": csv,
        "semicolon.csv": table.to_csv(index=False, sep=";").encode("cp1252", "replace"),
        "wide.tsv": table.to_csv(index=False, sep="\t").encode("utf-16"),
        "qualtrics.csv": qualtrics(table),
        "sheet.xlsx": through(".xlsx", lambda path: table.to_excel(path, index=False)),
        "labelled.sav": through(".sav", lambda path: pyreadstat.write_sav(coded, str(path), variable_value_labels=labels)),
        "plain.dta": through(".dta", lambda path: pyreadstat.write_dta(coded, str(path))),
        "plain.parquet": through(".parquet", table.to_parquet),
        "packed.csv.gz": gzip.compress(csv, mtime=0),
        "packed.zip": zipped("eis.csv", csv),
        "rows.json": json.dumps(
            {"tool": "intimacy-scales", "command": "rows", "rows": json.loads(coded.to_json(orient="records"))}
        ).encode(),
        "one.json": json.dumps(
            {"tool": "intimacy-scales", "command": "form", "rows": [dict(zip(coded.columns, [*map(str, r)], strict=True)) for r in coded.to_numpy().tolist()]}
        ).encode(),
        "survey.qsf": json.dumps({"SurveyEntry": {"SurveyName": "x"}, "SurveyElements": [
            {"Element": "SQ", "PrimaryAttribute": "QID1", "Payload": {"QuestionID": "QID1", "DataExportTag": "eis_1",
             "QuestionType": "MC", "Selector": "SAVR", "QuestionText": "a", "Choices": {"1": {"Display": "no"}}}}]}).encode(),
        "survey.lss": b'<?xml version="1.0" encoding="UTF-8"?><document><LimeSurveyDocType>Survey</LimeSurveyDocType>'
        b"<languages><language>en</language></languages><questions><rows><row><qid>1</qid><type>L</type>"
        b"<title>eis_1</title><question>a</question><language>en</language></row></rows></questions></document>",
        "bank.yaml": b"format: 1\nid: tiny\nversion: '1'\nname: T\noptions:\n  o: {1: a, 2: b}\nitems:\n  - {number: 1, gloss: x, options: o}\n",
    }  # fmt: skip
