"""One file a command: its options and their help. They import nothing heavy, so that --help is quick."""
