# Sources of ui/, headers too: the screens, linked into the program only.
spoor_SOURCES +=
