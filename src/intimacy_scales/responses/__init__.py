"""The single door: which column is which item, label to code, range, missing codes; vouches, never mutates."""

from intimacy_scales.responses.keying import ItemCheck, KeyingCheck, check_keying
from intimacy_scales.responses.mapping import BankMap, Cell, ColumnMap, dump_map, load_map
from intimacy_scales.responses.matches import Match, Matching, Suggestion
from intimacy_scales.responses.model import Answered, Responses, Sitting, keep_rows
from intimacy_scales.responses.read import examine, read_responses
from intimacy_scales.responses.reading import CodeUse, Reading

__all__ = [
    "Answered",
    "BankMap",
    "Cell",
    "CodeUse",
    "ColumnMap",
    "ItemCheck",
    "KeyingCheck",
    "Match",
    "Matching",
    "Reading",
    "Responses",
    "Sitting",
    "Suggestion",
    "check_keying",
    "dump_map",
    "examine",
    "keep_rows",
    "load_map",
    "read_responses",
]
