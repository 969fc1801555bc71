"""File formats: text, workbooks, statistics files, Parquet, frames."""
