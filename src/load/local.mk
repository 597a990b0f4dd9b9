# Sources of src/load/, headers too.
libspoor_a_SOURCES +=
