# Fuzz targets and their corpora; each target is also a program that replays its corpus in `make check'.
check_PROGRAMS +=
