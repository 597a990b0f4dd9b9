# The manual.
dist_man_MANS += doc/spoor.1
