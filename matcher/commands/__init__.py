"""The subcommands of `dancecard`, one file each."""
