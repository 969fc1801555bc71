"""What a bank is: its model, strict YAML with ``file:line:``, where banks are, fingerprint, wording, references."""

from intimacy_scales.bank.labels import fingerprint
from intimacy_scales.bank.model import (
    Band,
    Case,
    Caution,
    Certainties,
    Derived,
    Evidence,
    Form,
    Item,
    ItemBank,
    Norm,
    NormScale,
    Quantile,
    Rights,
    Scale,
)
from intimacy_scales.bank.norm_files import NormFile, dump_norms, load_norm_file, load_norms
from intimacy_scales.bank.options import Option
from intimacy_scales.bank.overlay import lay_over, wording_bank
from intimacy_scales.bank.reference_list import Reference, apa, cite, in_text, reference, references
from intimacy_scales.bank.shelf import check_file, load_bank, read_bank
from intimacy_scales.bank.shipped import bank_ids, bank_path, scales_folder
from intimacy_scales.bank.writing import dump, json_schema, schema_text

__all__ = [
    "Band",
    "Case",
    "Caution",
    "Certainties",
    "Derived",
    "Evidence",
    "Form",
    "Item",
    "ItemBank",
    "Norm",
    "NormFile",
    "NormScale",
    "NumberRow",
    "Option",
    "Quantile",
    "Reference",
    "Rights",
    "Scale",
    "apa",
    "bank_ids",
    "bank_path",
    "check_file",
    "cite",
    "dump",
    "dump_norms",
    "fingerprint",
    "in_text",
    "json_schema",
    "lay_over",
    "load_bank",
    "load_norm_file",
    "load_norms",
    "read_bank",
    "reference",
    "references",
    "scales_folder",
    "schema_text",
    "wording_bank",
]
