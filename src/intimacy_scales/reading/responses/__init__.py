"""The single door: which column is which item, label to code, range, missing codes; vouches, never mutates."""

from intimacy_scales.reading.responses.coding.coding import Coding, CodingLine, contradicting_files
from intimacy_scales.reading.responses.inspection import Inspection
from intimacy_scales.reading.responses.keying import ItemCheck, KeyingCheck, check_keying
from intimacy_scales.reading.responses.mapping import BankMap, Cell, ColumnMap, dump_map, load_map
from intimacy_scales.reading.responses.matching import Match, Matching, Suggestion
from intimacy_scales.reading.responses.model import Administration, Answered, Responses, keep_rows
from intimacy_scales.reading.responses.read import examine, read_responses, ready

__all__ = [
    "Administration",
    "Answered",
    "BankMap",
    "Cell",
    "Coding",
    "CodingLine",
    "ColumnMap",
    "Inspection",
    "ItemCheck",
    "KeyingCheck",
    "Match",
    "Matching",
    "Responses",
    "Suggestion",
    "check_keying",
    "contradicting_files",
    "dump_map",
    "examine",
    "inspect_export",
    "keep_rows",
    "load_map",
    "read_export",
    "read_responses",
    "ready",
]

read_export = read_responses
"""The public name: read a survey export (or a frame, or one person's answers) and vouch for it."""
inspect_export = examine
"""The public name: find out everything about an export without scoring it."""
