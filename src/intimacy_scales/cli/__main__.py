"""``python -m intimacy_scales.cli``: the same command where the script is not on the path."""

from intimacy_scales.cli import main

main()
