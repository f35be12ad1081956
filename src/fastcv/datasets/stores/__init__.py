"""Where crops go: a folder of files, shards, or a database."""
