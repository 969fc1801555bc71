"""Files of any size as Arrow batches: text, Parquet, and folders of them, read in pieces and in order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.base.files import reason
from intimacy_scales.engines.batch_stream import BatchStream, even_schema, stream_of
from intimacy_scales.engines.folder_values import FolderValues, folder_values

SUFFIXES = {".csv": "text", ".tsv": "text", ".parquet": "parquet", ".pq": "parquet"}
SEPARATORS = (",", ";", "\t", "|")
_BLOCK = 1 << 20  # bytes of text cut into one batch, at least: a long comment fits
_MOST_BLOCK = 1 << 26
_HEAD = 1 << 16
_BUFFER = 1 << 20  # bytes of a Parquet column in hand at a time: never a whole row group of a column


def is_streamed_path(path: Path) -> bool:
    """Return whether a path is a folder, or a file whose name says text or Parquet."""
    return path.is_dir() or path.suffix.casefold() in SUFFIXES


def stream_of_path(path: Path, *, batch_rows: int | None, separator: str | None, encoding: str) -> BatchStream:
    """Open a file, or the files of a folder one after another, as a stream.

    Raises
    ------
    ExportError
        When there is no such file, its kind cannot be read in pieces, or the files of a folder do not fit together.
    """
    shown = str(path)
    try:
        parts = parts_of(path) if path.is_dir() else (path,)
        for part in parts:
            part.stat()
    except (OSError, ValueError) as fault:
        raise ExportError(Problem(where=shown, what=f"cannot be read ({reason(fault)})",
                                  do="look at the name and at your rights")) from fault  # fmt: skip
    kind = SUFFIXES.get(parts[0].suffix.casefold())
    if kind is None:
        raise ExportError(Problem(where=shown, what="cannot be read batch by batch",
                                  allowed=".csv, .tsv, .parquet, or a folder of them"))  # fmt: skip
    saw = f"{len(parts)} files in {path}" if path.is_dir() else shown
    if kind == "parquet":
        return _parquet(parts, saw, batch_rows, folder_values(path, parts) if path.is_dir() else None)
    return _text(parts, saw, batch_rows, separator, encoding)


def is_parquet_folder(path: Path) -> bool:
    """Return whether a path is a folder of Parquet files alone, which engines write and read as one table."""
    try:
        return path.is_dir() and SUFFIXES.get(parts_of(path)[0].suffix.casefold()) == "parquet"
    except (ExportError, OSError, ValueError):
        return False


def parts_of(folder: Path) -> tuple[Path, ...]:
    """Return the files of answers in a folder and in its folders, sorted by name.

    What begins with a point or an underscore (``_SUCCESS``, ``.part.crc``) is the engine's that wrote the folder.

    Raises
    ------
    ExportError
        When there is none, when they are of two kinds, and when there are files of other kinds among them.
    """
    files = [
        path for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(name[0] in "._" for name in path.relative_to(folder).parts)
    ]  # fmt: skip
    kinds = {SUFFIXES.get(path.suffix.casefold()) for path in files}
    if not files:
        raise ExportError(Problem(where=str(folder), what="holds no files of answers", allowed=".parquet or .csv"))
    if len(kinds) > 1 or None in kinds:
        other = [path for path in files if SUFFIXES.get(path.suffix.casefold()) is None] or files
        named = ", ".join(str(path.relative_to(folder)) for path in other[:3])
        what = f"holds files of other kinds ({named})" if None in kinds else "holds both Parquet and text"
        raise ExportError(Problem(where=str(folder), what=what, allowed="files of one kind, .parquet or .csv",
                                  do="move the others elsewhere"))  # fmt: skip
    folders = [path.relative_to(folder).parts[:-1] for path in files]
    if kinds != {"parquet"} and any("=" in name for names in folders for name in names):
        raise ExportError(Problem(where=str(folder), what="has folders that are values of a column (NAME=VALUE)",
                                  allowed="Parquet files in such folders",
                                  do="open it with your engine and give the frame"))  # fmt: skip
    return tuple(files)


def _parquet(parts: tuple[Path, ...], saw: str, batch_rows: int | None, beside: FolderValues | None) -> BatchStream:
    import pyarrow.parquet as pq

    schemas, rows = [], 0
    for part in parts:
        with _told(part), pq.ParquetFile(part) as file:
            schemas.append(even_schema(file.schema_arrow))
            rows += file.metadata.num_rows
    schema = in_files = _one_schema(schemas, parts)
    for field in beside.fields() if beside is not None else ():
        schema = schema if field.name in in_files.names else schema.append(field)

    def read() -> Iterator[Any]:
        for part in parts:
            with _told(part), pq.ParquetFile(part, buffer_size=_BUFFER, pre_buffer=False) as file:
                for batch in file.iter_batches(stream.batch_rows):
                    own = batch.select(in_files.names)
                    yield own if beside is None else beside.beside(own, part, schema)

    stream = stream_of(schema, read, saw=saw, batch_rows=batch_rows, n_rows=rows, is_repeatable=True, parts=parts)
    return stream


def _one_schema(schemas: list[Any], parts: tuple[Path, ...]) -> Any:
    """Return the types of all parts, made one: whole numbers and numbers are numbers, nothing and texts are texts.

    Raises
    ------
    ExportError
        With every part whose columns are others than those of the first.
    """
    import pyarrow as pa

    first, problems = schemas[0], []
    for part, schema in zip(parts, schemas, strict=True):
        other = sorted(set(schema.names) ^ set(first.names))
        if other:
            what = f"other columns than {parts[0].name}: {', '.join(map(repr, other[:5]))}"
            problems.append(Problem(where=str(part), what=what, allowed="the same columns in every file"))
    if problems:
        raise ExportError(problems)
    try:
        both = pa.unify_schemas(schemas, promote_options="permissive")
    except (pa.ArrowException, ValueError) as fault:
        what = f"have a column of several types ({str(fault).splitlines()[0]})"
        raise ExportError(Problem(where=f"files in {parts[0].parent}", what=what, do="write them alike")) from fault
    return pa.schema([both.field(name) for name in first.names], metadata=first.metadata)


def _text(
    parts: tuple[Path, ...], saw: str, batch_rows: int | None, separator: str | None, encoding: str
) -> BatchStream:
    import pyarrow as pa

    heads = [_Header(part, separator, encoding) for part in parts]
    for part, head in zip(parts, heads, strict=True):
        if head.names != heads[0].names:
            raise ExportError(Problem(where=str(part), what=f"has another header than {parts[0].name}",
                                      allowed="the same columns in the same order"))  # fmt: skip
    schema = pa.schema([pa.field(name, pa.dictionary(pa.int32(), pa.string())) for name in heads[0].names])

    def read() -> Iterator[Any]:
        for part, head in zip(parts, heads, strict=True):
            yield from head.batches(part, stream.batch_rows)

    stream = stream_of(schema, read, saw=saw, batch_rows=batch_rows, is_repeatable=True, parts=parts, is_in_order=True)
    return stream


class _Header:
    """The header of a text file, and how its lines are cut."""

    def __init__(self, path: Path, separator: str | None, encoding: str) -> None:
        with _told(path), path.open("rb") as file:
            head = file.read(_HEAD)
        self.encoding = encoding
        self.separator = separator or _separator(path, head.decode(encoding, "replace"))
        lines = max(head.count(b"\n"), 1)
        self.bytes_a_row = max(len(head) // lines, 1)
        with _told(path):
            opened = self._open(path, _BLOCK, names=None)
            self.names = tuple(opened.schema.names)
            opened.close()

    def _open(self, path: Path, block: int, names: tuple[str, ...] | None) -> Any:
        import pyarrow as pa
        from pyarrow import csv

        texts = {} if names is None else dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string()))
        return csv.open_csv(
            path,
            read_options=csv.ReadOptions(block_size=block, encoding=self.encoding),
            parse_options=csv.ParseOptions(delimiter=self.separator, newlines_in_values=True),
            # every cell is the text that stands there: what is a number, and what is missing, is decided above
            convert_options=csv.ConvertOptions(column_types=texts, strings_can_be_null=False, null_values=[]),
        )

    def batches(self, path: Path, rows: int) -> Iterator[Any]:
        """Yield the file's rows, about so many a batch."""
        block = min(max(rows * self.bytes_a_row, _BLOCK), _MOST_BLOCK)
        with _told(path):
            reader = self._open(path, block, self.names)
            try:
                yield from reader
            finally:
                reader.close()


def _separator(path: Path, head: str) -> str:
    """Return what cuts the header: a tab in a .tsv, else the most frequent of four outside quotes."""
    if path.suffix.casefold() == ".tsv":
        return "\t"
    bare = "".join(head.splitlines()[0].split('"')[::2]) if head.strip() else ""
    counts = Counter(letter for letter in bare if letter in SEPARATORS)
    return counts.most_common(1)[0][0] if counts else ","


_ANSWERS = re.compile(r"(?<=got )(\d+): .*")  # pyarrow repeats the row: whose answers they are is nobody's business


class _told:  # noqa: N801 -- a block, as contextlib's own are
    """A block in which faults of pyarrow and of the system are told as faults of a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: object) -> None:
        import pyarrow as pa

        if isinstance(fault, (pa.ArrowException, OSError, UnicodeError, ValueError)):
            said = str(fault).splitlines()[0] if str(fault) else reason(fault)
            said = _ANSWERS.sub(r"\1", said)
            raise ExportError(Problem(where=str(self.path), what=f"cannot be read batch by batch ({said[:300]})",
                                      do="read it whole, or write it again")) from fault  # fmt: skip
